"""Runs a job in a child process: started without secrets, limited, watched, and killed with its caller."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

import msgspec

from kodus_ast import errors
from kodus_ast.config import ServiceSettings
from kodus_ast.errors import BuildLimitError, ChildKilledError, InternalError
from kodus_ast.sandbox import confinement
from kodus_ast.sandbox.jobs import AnyJob, Watch
from kodus_ast.sandbox.protocol import MAX_LINE_BYTES, Order, Reply

CHECK_INTERVAL_S = 0.1
Check = Callable[[], str]
"""Called every `CHECK_INTERVAL_S`: returns why the child is to be killed, or an empty string."""
_T = TypeVar("_T")


async def run_job(
    job: AnyJob,
    answer: type[_T],
    settings: ServiceSettings,
    watch: Watch | None = None,
    check: Check | None = None,
) -> _T:
    """The answer of the job, run in a child; cancelling kills the child.

    Raises `ChildKilledError` with its cause if the child dies without an answer, `BuildLimitError` after
    too long, and the error that the child replies with.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kodus_ast.sandbox.child",
        env=dict(settings.child_environment),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        limit=MAX_LINE_BYTES,
    )  # fmt: skip
    killer = asyncio.create_task(_kill_when_needed(process, settings.child.memory, check))
    try:
        async with asyncio.timeout(settings.child.seconds):
            return await _exchange(process, Order(job, _limits(job, settings)), answer, watch)
    except ChildKilledError as death:
        # If this process killed it, the cause is known better than from the signal.
        if killer.done() and not killer.cancelled():
            raise ChildKilledError(str(death), killer.result()) from None
        raise
    except TimeoutError:
        raise BuildLimitError(
            f"reading the code took longer than {settings.child.seconds:.0f} seconds"
        ) from None
    finally:
        killer.cancel()
        await asyncio.gather(killer, return_exceptions=True)
        if process.returncode is None:
            _kill(process)
            await process.wait()


def _limits(job: AnyJob, settings: ServiceSettings) -> confinement.Limits:
    child, access = settings.child, job.access()
    return confinement.Limits(
        child.memory,
        child.cpu_s,
        child.file_size,
        child.open_files,
        list(access.readable),
        list(access.writable),
    )


async def _kill_when_needed(process: asyncio.subprocess.Process, memory: int, check: Check | None) -> str:
    """Kills the child when it holds too much memory or `check` wants it; returns the cause."""
    while True:
        await asyncio.sleep(CHECK_INTERVAL_S)
        cause = "memory" if confinement.resident(process.pid) > memory else check() if check else ""
        if cause:
            _kill(process)
            return cause


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _exchange(
    process: asyncio.subprocess.Process, order: Order, answer: type[_T], watch: Watch | None
) -> _T:
    """Sends the order and reads replies until the answer."""
    if process.stdin is None or process.stdout is None:
        raise InternalError
    with contextlib.suppress(ConnectionError):
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        await process.stdin.drain()
    async for raw in process.stdout:
        reply = msgspec.json.decode(raw, type=Reply)
        if reply.progress:
            if watch:
                watch(*reply.progress)
        elif reply.code:
            raise errors.BY_CODE.get(reply.code, InternalError)(reply.message)
        else:
            return msgspec.json.decode(reply.answer, type=answer)
    code = await process.wait()
    if code == -signal.SIGXCPU:
        raise BuildLimitError("reading the code took more processor time than it may")
    # The core aborts when memory ends. SIGKILL from outside may come from the kernel, when memory is short.
    cause = {-signal.SIGABRT: "memory", -signal.SIGKILL: "killed"}.get(code, "crash")
    raise ChildKilledError(f"the process that did the work died: {code}", cause)
