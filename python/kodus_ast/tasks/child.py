"""Work on untrusted code in a process of its own: no secret in its environment, gone with its parent.

`call` is the parent's side, `main` the child's. One JSON line in; lines of progress and one answer out.
"""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from kodus_ast import errors, graph
from kodus_ast.errors import ChildKilledError, InternalError, KodusAstError

LINE_BYTES = 64 * 1024 * 1024
Watch = Callable[[str, int, int], None]
_T = TypeVar("_T")


class BuildJob(Struct, frozen=True, tag="build"):
    """Builds the graph of a commit into a file; answers with the report."""

    root: str
    commit: str
    artifact: str
    base: str | None
    threads: int
    limits: dict[str, int]


class ImpactJob(Struct, frozen=True, tag="impact"):
    """Compares two graphs; answers with the core's JSON."""

    base: str
    head: str
    options: dict[str, Any]


class ValidateJob(Struct, frozen=True, tag="validate"):
    """Checks the syntax of files; answers with the verdicts."""

    paths: list[str]


class ExcerptsJob(Struct, frozen=True, tag="excerpts"):
    """Reads source; answers with a text or null for each (path, first line, last line)."""

    root: str
    commit: str
    ranges: list[tuple[str, int, int]]


class Line(Struct, omit_defaults=True):
    """What the child says: progress, or the answer, or why there is none."""

    progress: tuple[str, int, int] | None = None
    answer: msgspec.Raw = msgspec.Raw()
    code: str = ""
    message: str = ""


Job = BuildJob | ImpactJob | ValidateJob | ExcerptsJob


async def call(job: Job, answer: type[_T], environment: Mapping[str, str], watch: Watch | None = None) -> _T:
    """Runs the job in a child; cancelling kills it. `ChildKilledError` if it dies without an answer."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kodus_ast.tasks.child",
        env=dict(environment),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        limit=LINE_BYTES,
    )  # fmt: skip
    try:
        return await _answer(process, job, answer, watch)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _answer(process: asyncio.subprocess.Process, job: Job, answer: type[_T], watch: Watch | None) -> _T:
    if process.stdin is None or process.stdout is None:
        raise InternalError
    with contextlib.suppress(ConnectionError):
        process.stdin.write(msgspec.json.encode(job) + b"\n")
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
    raise ChildKilledError(f"the process that did the work died: {code}")


def main() -> None:
    """The child: one job, one answer."""
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    # The parent keeps the pipe open as long as it lives.
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        _say(Line(answer=msgspec.Raw(asyncio.run(_done(job)))))
    except KodusAstError as error:
        _say(Line(code=error.code, message=str(error)))


async def _done(job: Job) -> bytes:
    match job:
        case BuildJob():
            report = await graph.build(
                Path(job.root),
                job.commit,
                Path(job.artifact),
                base=Path(job.base) if job.base else None,
                threads=job.threads,
                limits=job.limits,
                watch=lambda stage, done, total: _say(Line(progress=(stage, done, total))),
            )
            return msgspec.json.encode(report)
        case ImpactJob():
            return await graph.impact(Path(job.base), Path(job.head), job.options)
        case ValidateJob():
            _, raw = await graph.validate([Path(path) for path in job.paths])
            return raw
        case ExcerptsJob():
            return msgspec.json.encode(await graph.excerpts(Path(job.root), job.commit, job.ranges))


def _say(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def _die_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
