"""Runs one git command: without a shell's parsing, with limits, its process group killed at the end."""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kodus_ast.config import FetchLimits
from kodus_ast.errors import FetchTimeoutError, GitError, InternalError, RepositoryTooLargeError

SAFE_CONFIGURATION = (
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "core.quotePath=false",
    "-c", "fetch.fsckObjects=true",
    "-c", "fetch.unpackLimit=1",
    "-c", "gc.auto=0",
    "-c", "maintenance.auto=false",
    "-c", "core.packedGitWindowSize=32m",
    "-c", "core.packedGitLimit=256m",
    "-c", "core.deltaBaseCacheLimit=64m",
    "-c", "core.bigFileThreshold=16m",
    "-c", "pack.threads=2",
    "-c", "protocol.version=2",
    "-c", "protocol.ext.allow=never",
    "-c", "transfer.bundleURI=false",
    "-c", "http.lowSpeedLimit=1000",
    "-c", "http.lowSpeedTime=60",
    "-c", "submodule.recurse=false",
)  # fmt: skip
# A shell sets the limits before git starts: asyncio has no safe way to set them in the child.
WITH_LIMITS = 'ulimit -v "$1" 2>/dev/null; ulimit -f "$2"; shift 2; exec git "$@"'
RECEIVING = re.compile(rb"Receiving objects:\s+\d+% \(\d+/(\d+)\)")
KEPT_ERROR_BYTES = 64 * 1024
MAX_OUTPUT_BYTES = 64 * 1024 * 1024
CHECK_INTERVAL_S = 0.1
PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Ran:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


async def run(
    directory: Path,
    *arguments: str,
    environment: Mapping[str, str],
    limits: FetchLimits,
    written_bytes: Callable[[], int] | None = None,
) -> Ran:
    """Runs git. With `written_bytes`, which returns how much it has written so far, its cost is limited.

    Raises `FetchTimeoutError`, `RepositoryTooLargeError`, and `GitError` if git cannot be run at all.
    """
    command = ["git", *SAFE_CONFIGURATION, *arguments]
    if written_bytes:
        memory, blocks = limits.memory // 1024, limits.size // 512 + 1
        command = ["/bin/sh", "-c", WITH_LIMITS, "sh", str(memory), str(blocks), *command[1:]]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=directory,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise GitError("git is not installed, or not on the PATH") from None
    except OSError as error:
        raise GitError(f"git cannot be run in {directory}: {error.strerror}") from None
    try:
        async with asyncio.timeout(limits.seconds):
            return await _collect(process, limits, written_bytes)
    except TimeoutError:
        raise FetchTimeoutError(f"git {arguments[0]} took longer than {limits.seconds:.0f} seconds") from None
    finally:
        # With its helpers; a group whose processes have all ended does not exist any more.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.returncode is None:
            await process.wait()


async def _collect(
    process: asyncio.subprocess.Process, limits: FetchLimits, written_bytes: Callable[[], int] | None
) -> Ran:
    if process.stdout is None or process.stderr is None:
        raise InternalError
    reading = [
        asyncio.ensure_future(_read_output(process.stdout)),
        asyncio.ensure_future(_read_errors(process.stderr, limits)),
    ]
    try:
        waiting = set(reading)
        while waiting:
            done, waiting = await asyncio.wait(
                waiting, timeout=CHECK_INTERVAL_S, return_when=asyncio.FIRST_COMPLETED
            )
            for one in done:
                one.result()
            if written_bytes and written_bytes() > limits.size:
                raise RepositoryTooLargeError(
                    f"the repository has more than {limits.size // 1_048_576} MiB to fetch"
                )
        return Ran(await process.wait(), _text(reading[0].result()), _text(reading[1].result()))
    finally:
        for one in reading:
            one.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _read_output(stream: asyncio.StreamReader) -> bytes:
    pieces, size = [], 0
    while piece := await stream.read(PIECE_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_OUTPUT_BYTES:
            raise RepositoryTooLargeError("the repository has more branches and tags than can be listed")
    return b"".join(pieces)


async def _read_errors(stream: asyncio.StreamReader, limits: FetchLimits) -> bytes:
    """The end of stderr. Progress lines announce the number of objects, which is limited on the way.

    The host writes most of it, so its size is limited as that of the objects is.
    """
    kept, size = b"", 0
    while piece := await stream.read(PIECE_BYTES):
        size += len(piece)
        if size > limits.size:
            raise RepositoryTooLargeError(f"the host says more than {limits.size // 1_048_576} MiB of words")
        kept = (kept + piece.replace(b"\r", b"\n"))[-KEPT_ERROR_BYTES:]
        if (receiving := RECEIVING.search(kept)) and int(receiving[1]) > limits.objects:
            raise RepositoryTooLargeError(
                f"the repository has {int(receiving[1])} objects to fetch, and {limits.objects} are allowed"
            )
    return b"\n".join(line for line in kept.split(b"\n") if not RECEIVING.match(line))


def _text(output: bytes) -> str:
    return output.decode(errors="surrogateescape")
