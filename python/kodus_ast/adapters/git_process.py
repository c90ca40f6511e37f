"""One git command: arguments as a list, costs bounded while it runs, its process group killed at the end."""

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

SAFE = (
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
# POSIX has the limits of a process set before it starts by the shell alone.
BOUNDED = 'ulimit -v "$1" 2>/dev/null; ulimit -f "$2"; shift 2; exec git "$@"'
RECEIVING = re.compile(rb"Receiving objects:\s+\d+% \(\d+/(\d+)\)")
KEPT_BYTES = 64 * 1024
MOST_OUTPUT = 64 * 1024 * 1024
LOOK_S = 0.1
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


async def run(
    directory: Path,
    *arguments: str,
    environment: Mapping[str, str],
    limits: FetchLimits,
    grows: Callable[[], int] | None = None,
) -> Ran:
    """Runs git; `grows` says how many bytes it has written so far, where that is bounded.

    Raises `FetchTimeoutError`, `RepositoryTooLargeError`, and `GitError` if git cannot be run at all.
    """
    command = ["git", *SAFE, *arguments]
    if grows:
        memory, blocks = limits.memory // 1024, limits.size // 512 + 1
        command = ["/bin/sh", "-c", BOUNDED, "sh", str(memory), str(blocks), *command[1:]]
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
            return await _watched(process, limits, grows)
    except TimeoutError:
        raise FetchTimeoutError(f"git {arguments[0]} took longer than {limits.seconds:.0f} seconds") from None
    finally:
        # Its helpers too; a group that has ended is no group any more.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.returncode is None:
            await process.wait()


async def _watched(
    process: asyncio.subprocess.Process, limits: FetchLimits, grows: Callable[[], int] | None
) -> Ran:
    if process.stdout is None or process.stderr is None:
        raise InternalError
    reading = [
        asyncio.ensure_future(_out(process.stdout)),
        asyncio.ensure_future(_err(process.stderr, limits)),
    ]
    try:
        waiting = set(reading)
        while waiting:
            done, waiting = await asyncio.wait(waiting, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
            if grows and grows() > limits.size:
                raise RepositoryTooLargeError(
                    f"the repository has more than {limits.size // 1_048_576} MiB to fetch"
                )
        return Ran(await process.wait(), _text(reading[0].result()), _text(reading[1].result()))
    finally:
        for one in reading:
            one.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _out(stream: asyncio.StreamReader) -> bytes:
    pieces, size = [], 0
    while piece := await stream.read(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > MOST_OUTPUT:
            raise RepositoryTooLargeError("the repository has more branches and tags than can be listed")
    return b"".join(pieces)


async def _err(stream: asyncio.StreamReader, limits: FetchLimits) -> bytes:
    """The last of it; on the way the number of objects to come, which is told before they come.

    Most of it is what the host says, and costs what is fetched.
    """
    kept, size = b"", 0
    while piece := await stream.read(PIECE):
        size += len(piece)
        if size > limits.size:
            raise RepositoryTooLargeError(f"the host says more than {limits.size // 1_048_576} MiB of words")
        kept = (kept + piece.replace(b"\r", b"\n"))[-KEPT_BYTES:]
        if (told := RECEIVING.search(kept)) and int(told[1]) > limits.objects:
            raise RepositoryTooLargeError(
                f"the repository has {int(told[1])} objects to fetch, and {limits.objects} are allowed"
            )
    return b"\n".join(line for line in kept.split(b"\n") if not RECEIVING.match(line))


def _text(output: bytes) -> str:
    return output.decode(errors="surrogateescape")
