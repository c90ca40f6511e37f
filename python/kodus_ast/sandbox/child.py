"""Work on untrusted code in a process of its own: no secret around it, bounded, gone with its parent.

`call` is the parent's side, `main` the child's. One JSON line in; lines of progress and one answer out.
"""

import asyncio
import contextlib
import errno
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from kodus_ast import errors, graph
from kodus_ast.config import ServiceSettings
from kodus_ast.errors import BuildLimitError, ChildKilledError, InternalError, KodusAstError, StorageError
from kodus_ast.sandbox import confinement

LINE_BYTES = 64 * 1024 * 1024
LOOK_S = 0.1
OS_ERROR = re.compile(r"\(os error (\d+)\)")
"""As the core writes it."""
OVER = {
    errno.EFBIG: "the work writes a larger file than it may",
    errno.EMFILE: "the work has more files open than it may",
}
Watch = Callable[[str, int, int], None]
Look = Callable[[], str]
"""Looks at a child now and then; says why it is to be killed, or nothing."""
_T = TypeVar("_T")


class BuildJob(Struct, frozen=True, tag="build"):
    """Builds the graph of a commit into a file; answers with the report."""

    root: str
    commit: str
    artifact: str
    base: str | None
    threads: int
    limits: dict[str, int]
    guard: dict[str, Any] = {}
    """What earlier tries have shown (`sandbox.resilient_build`)."""
    undo: str | None = None
    """A diff that is in the commit: the graph is that of what was before."""


class ImpactJob(Struct, frozen=True, tag="impact"):
    """Compares two graphs; answers with the core's JSON."""

    base: str
    head: str
    options: dict[str, Any]


class ValidateJob(Struct, frozen=True, tag="validate"):
    """Checks the syntax of files; answers with the verdicts."""

    paths: list[str]
    limits: dict[str, int]


class ExcerptsJob(Struct, frozen=True, tag="excerpts"):
    """Reads source; answers with a text or null for each (path, first line, last line)."""

    root: str
    commit: str
    ranges: list[tuple[str, int, int]]
    limits: dict[str, int]


class PackJob(Struct, frozen=True, tag="pack"):
    """Packs the texts of a graph's files into a file; answers with null."""

    root: str
    commit: str
    graph: str
    destination: str
    limits: dict[str, int]


class TwinsJob(Struct, frozen=True, tag="twins"):
    """Finds twins of symbols, and of what is new since a base; answers with the core's JSON."""

    texts: str
    """The packed files of head."""
    head: str
    base: str | None
    symbols: list[str]
    options: dict[str, Any]
    limits: dict[str, int]


class ContentJob(Struct, frozen=True, tag="content"):
    """Chooses what to read of a change; answers with the core's JSON."""

    texts: str
    """The packed files of head."""
    head: str
    base: str | None
    options: dict[str, Any]
    limits: dict[str, int]


class ProbeJob(Struct, frozen=True, tag="probe"):
    """Does nothing; answers with what of the confinement is in force."""


class Line(Struct, omit_defaults=True):
    """What the child says: progress, or the answer, or why there is none."""

    progress: tuple[str, int, int] | None = None
    answer: msgspec.Raw = msgspec.Raw()
    code: str = ""
    message: str = ""


Job = BuildJob | ImpactJob | ValidateJob | ExcerptsJob | PackJob | TwinsJob | ContentJob | ProbeJob


class Order(Struct):
    """A job, and what the process that does it may use."""

    job: Job
    limits: confinement.Limits


async def call(
    job: Job,
    answer: type[_T],
    settings: ServiceSettings,
    watch: Watch | None = None,
    look: Look | None = None,
) -> _T:
    """Runs the job in a child; cancelling kills it.

    Raises `ChildKilledError` with its cause if it dies without an answer, `BuildLimitError` after too long.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kodus_ast.sandbox.child",
        env=dict(settings.child_environment),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        limit=LINE_BYTES,
    )  # fmt: skip
    watching = asyncio.create_task(_watched(process, settings.child.memory, look))
    try:
        async with asyncio.timeout(settings.child.seconds):
            return await _answer(process, Order(job, _limits(job, settings)), answer, watch)
    except ChildKilledError as death:
        # Its own watcher knows better than the signal says.
        if watching.done() and not watching.cancelled():
            raise ChildKilledError(str(death), watching.result()) from None
        raise
    except TimeoutError:
        raise BuildLimitError(
            f"reading the code took longer than {settings.child.seconds:.0f} seconds"
        ) from None
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _limits(job: Job, settings: ServiceSettings) -> confinement.Limits:
    """Whatever the job, the child reads what it is given, and writes beside its artefact."""
    child = settings.child
    readable: list[str] = []
    writable: list[str] = []
    match job:
        case BuildJob():
            readable = [job.root, *([str(Path(job.base).resolve().parent)] if job.base else [])]
            writable = [str(Path(job.artifact).parent)]
        case ImpactJob():
            readable = [job.base, job.head]
        case ValidateJob():
            readable = job.paths
        case ExcerptsJob():
            readable = [job.root]
        case PackJob():
            readable = [job.root, job.graph]
            writable = [str(Path(job.destination).parent)]
        case TwinsJob() | ContentJob():
            readable = [job.texts, job.head, *([job.base] if job.base else [])]
    return confinement.Limits(
        child.memory, child.cpu_s, child.file_size, child.open_files, readable, writable
    )


async def _watched(process: asyncio.subprocess.Process, memory: int, look: Look | None) -> str:
    """Kills the child when it holds too much memory or `look` wants it; says why."""
    while True:
        await asyncio.sleep(LOOK_S)
        reason = "memory" if confinement.resident(process.pid) > memory else look() if look else ""
        if reason:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return reason


async def _answer(
    process: asyncio.subprocess.Process, order: Order, answer: type[_T], watch: Watch | None
) -> _T:
    if process.stdin is None or process.stdout is None:
        raise InternalError
    with contextlib.suppress(ConnectionError):
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        await process.stdin.drain()
    async for raw in process.stdout:
        line = msgspec.json.decode(raw, type=Line)
        if line.progress:
            if watch:
                watch(*line.progress)
        elif line.code:
            raise errors.BY_CODE.get(line.code, InternalError)(line.message)
        else:
            return msgspec.json.decode(line.answer, type=answer)
    code = await process.wait()
    if code == -signal.SIGXCPU:
        raise BuildLimitError("reading the code took more processor time than it may")
    # The core aborts where memory ends. Who kills from outside may be the kernel, for want of memory too.
    cause = {-signal.SIGABRT: "memory", -signal.SIGKILL: "killed"}.get(code, "crash")
    raise ChildKilledError(f"the process that did the work died: {code}", cause)


def main() -> None:
    """The child: one job, one answer."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    try:
        # Before there is a second thread: what is confined later would leave the first ones out.
        in_force = confinement.confine(order.limits)
        # The parent keeps the pipe open as long as it lives.
        threading.Thread(target=_die_with_parent, daemon=True).start()
        _say(Line(answer=msgspec.Raw(asyncio.run(_done(order.job, in_force)))))
    except (KodusAstError, OSError) as error:
        _say(_refusal(error))
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "new thread" not in str(error):
            raise
        # Ends as the core does where memory ends, be it for a stack.
        os.abort()


def _refusal(error: KodusAstError | OSError) -> Line:
    """Where this process has met one of its limits that is the reason, whatever was tried."""
    number = error.errno if isinstance(error, OSError) else None
    if found := OS_ERROR.search(str(error)):
        number = int(found[1])
    if number in OVER:
        return Line(code=BuildLimitError.code, message=OVER[number])
    return Line(
        code=error.code if isinstance(error, KodusAstError) else StorageError.code, message=str(error)
    )


async def _done(job: Job, in_force: list[str]) -> bytes:
    raw = b"null"
    match job:
        case BuildJob():
            report = await graph.build(
                Path(job.root),
                job.commit,
                Path(job.artifact),
                base=_path(job.base),
                threads=job.threads,
                limits=job.limits,
                guard=job.guard,
                undo=job.undo,
                watch=lambda stage, done, total: _say(Line(progress=(stage, done, total))),
            )
            raw = msgspec.json.encode(report)
        case ImpactJob():
            raw = await graph.impact(Path(job.base), Path(job.head), job.options)
        case ValidateJob():
            _, raw = await graph.validate([Path(path) for path in job.paths], job.limits)
        case ExcerptsJob():
            texts = await graph.excerpts(Path(job.root), job.commit, job.ranges, limits=job.limits)
            raw = msgspec.json.encode(texts)
        case PackJob():
            await graph.pack(Path(job.root), job.commit, Path(job.graph), Path(job.destination), job.limits)
        case TwinsJob():
            _, raw = await graph.twins(
                Path(job.texts),
                None,
                Path(job.head),
                base=_path(job.base),
                symbols=job.symbols,
                options=job.options,
                limits=job.limits,
            )
        case ContentJob():
            _, raw = await graph.content(
                Path(job.texts),
                None,
                Path(job.head),
                base=_path(job.base),
                options=job.options,
                limits=job.limits,
            )
        case ProbeJob():
            raw = msgspec.json.encode(in_force)
    return raw


def _path(name: str | None) -> Path | None:
    return Path(name) if name else None


def _say(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def _die_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
