"""The core as async functions, which run in threads without the GIL. The only importer of `_graph_core`."""

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from kodus_ast import _graph_core, errors
from kodus_ast.models.content import Content
from kodus_ast.models.core_answers import BuildReport, CallPath, Language, Neighbours, Verdict
from kodus_ast.models.overlap import Overlap
from kodus_ast.models.twins import Twins
from kodus_ast.version import tool_version

if TYPE_CHECKING:
    import asyncio

# ruff: noqa: PLC0415 - asyncio is imported where it is used: what needs no thread starts sooner

Direction = Literal["callers", "callees"]
Format = Literal["json", "graphml", "dot"]
Watcher = Callable[[str, int, int], None]
"""Called with the progress of a build: stage, done, total."""

POLL_S = 0.08

_T = TypeVar("_T")


def core_stamp() -> str:
    """Identifies the build of the core, so that no artefact of another build is reused."""
    status = Path(_graph_core.__file__).stat()
    return f"{tool_version()}-{status.st_size}-{status.st_mtime_ns}"


@functools.cache
def default_limits() -> Mapping[str, int]:
    """The default limits of the core."""
    return msgspec.json.decode(_graph_core.limits(), type=dict[str, int])


def key(root: Path, commit: str, limits: Mapping[str, int]) -> str:
    """The cache key of the graph of a commit: everything that the graph depends on."""
    encoded = msgspec.json.encode(limits, order="sorted").decode()
    return "\n".join((core_stamp(), str(root.resolve()), commit, encoded))


async def build(
    root: Path,
    commit: str | None,
    artifact: Path,
    *,
    base: Path | None = None,
    threads: int = 0,
    limits: Mapping[str, int] | None = None,
    watch: Watcher | None = None,
    guard: Mapping[str, Any] | None = None,
    undo: str | None = None,
) -> BuildReport:
    """Builds the graph of a directory (no commit) or of a commit; stops when the caller is cancelled.

    With `undo`, a diff that the commit contains, the graph is of the state before the diff. `guard` tells
    where to write the journal and what earlier tries have found out (`sandbox.resilient_build`).
    """
    import asyncio

    progress = _graph_core.Progress()
    work = asyncio.create_task(
        asyncio.to_thread(
            _graph_core.build,
            str(root),
            commit,
            str(artifact),
            str(base) if base else None,
            threads,
            msgspec.json.encode(limits or {}),
            progress,
            msgspec.json.encode(guard or {}),
            undo,
        )
    )
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=POLL_S)
            if watch:
                watch(*progress.snapshot())
    except asyncio.CancelledError:
        progress.cancel()
        await asyncio.wait({work})
        # Retrieved, or asyncio would log that it never was.
        work.exception()
        raise
    return msgspec.json.decode(await _with_known_errors(work), type=BuildReport)


def confine(readable: Sequence[str], writable: Sequence[str]) -> list[str]:
    """Confines this process to these paths; returns the names of the protections that are in force."""
    return list(_graph_core.confine(list(readable), list(writable)))


async def impact(base: Path, head: Path, options: Mapping[str, Any]) -> bytes:
    """What changed between two graphs and whom that affects, as the core's JSON."""
    return await _call(_graph_core.impact, str(base), str(head), msgspec.json.encode(options))


async def export(artifact: Path, destination: Path, fmt: Format, meta: Mapping[str, Any]) -> None:
    """Writes the whole graph as a file for other programs."""
    await _call(_graph_core.export, str(artifact), str(destination), fmt, msgspec.json.encode(meta))


async def neighbours(
    artifact: Path, symbol: str, direction: Direction, depth: int, min_confidence: float
) -> tuple[Neighbours, bytes]:
    """Callers or callees of a symbol: the answer, and its JSON."""
    raw = await _call(_graph_core.neighbours, str(artifact), symbol, direction, depth, min_confidence)
    return msgspec.json.decode(raw, type=Neighbours), raw


async def path(artifact: Path, start: str, end: str, min_confidence: float) -> tuple[CallPath, bytes]:
    """The shortest path of calls from one symbol to another: the answer, and its JSON."""
    raw = await _call(_graph_core.path, str(artifact), start, end, min_confidence)
    return msgspec.json.decode(raw, type=CallPath), raw


async def excerpts(
    root: Path,
    commit: str | None,
    ranges: Sequence[tuple[str, int, int]],
    undo: str | None = None,
    limits: Mapping[str, int] | None = None,
) -> list[str | None]:
    """The text of each (path, first line, last line); None if it is missing or beyond the limits."""
    bounds = msgspec.json.encode(limits or {})
    raw = await _call(_graph_core.excerpts, str(root), commit, msgspec.json.encode(ranges), undo, bounds)
    return msgspec.json.decode(raw, type=list[str | None])


async def pack(
    root: Path,
    commit: str | None,
    artifact: Path,
    destination: Path,
    limits: Mapping[str, int] | None = None,
) -> None:
    """Writes the texts of a graph's files into one file, which later calls take instead of the repository."""
    bounds = msgspec.json.encode(limits or {})
    await _call(_graph_core.pack, str(root), commit, str(artifact), str(destination), bounds)


async def twins(
    root: Path,
    commit: str | None,
    head: Path,
    *,
    base: Path | None = None,
    symbols: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    limits: Mapping[str, int] | None = None,
) -> tuple[Twins, bytes]:
    """The twins of the symbols, and of what is new or rewritten since `base`: the answer, and its JSON.

    `root` may be a file that `pack` has written. Without base and symbols the answer is empty.
    """
    chosen, bounds = msgspec.json.encode(options or {}), msgspec.json.encode(limits or {})
    before = str(base) if base else None
    raw = await _call(_graph_core.twins, str(root), commit, str(head), before, list(symbols), chosen, bounds)
    return msgspec.json.decode(raw, type=Twins), raw


async def content(
    root: Path,
    commit: str | None,
    head: Path,
    *,
    base: Path | None = None,
    options: Mapping[str, Any] | None = None,
    limits: Mapping[str, int] | None = None,
) -> tuple[Content, bytes]:
    """The lines that a reviewer of a change needs, within a budget: the answer, and its JSON.

    `root` may be a file that `pack` has written. Without a base the option `focus` names the changed lines.
    """
    chosen, bounds = msgspec.json.encode(options or {}), msgspec.json.encode(limits or {})
    before = str(base) if base else None
    raw = await _call(_graph_core.content, str(root), commit, str(head), before, chosen, bounds)
    return msgspec.json.decode(raw, type=Content), raw


async def overlap(
    base: Path, one: Path, other: Path, options: Mapping[str, Any] | None = None
) -> tuple[Overlap, bytes]:
    """How two changes of one base overlap: the answer, and its JSON."""
    chosen = msgspec.json.encode(options or {})
    raw = await _call(_graph_core.overlap, str(base), str(one), str(other), chosen)
    return msgspec.json.decode(raw, type=Overlap), raw


async def validate(
    paths: Sequence[Path], limits: Mapping[str, int] | None = None
) -> tuple[list[Verdict], bytes]:
    """Whether each file is valid in its language: the verdicts, and their JSON."""
    raw = await _call(_graph_core.validate, [str(path) for path in paths], msgspec.json.encode(limits or {}))
    return msgspec.json.decode(raw, type=list[Verdict]), raw


def languages() -> tuple[list[Language], bytes]:
    """The languages that the core reads: as structs, and as JSON. A constant, so not asynchronous."""
    raw = _graph_core.languages()
    return msgspec.json.decode(raw, type=list[Language]), raw


async def _call(function: Callable[..., _T], *arguments: object) -> _T:
    import asyncio

    return await _with_known_errors(asyncio.create_task(asyncio.to_thread(function, *arguments)))


async def _with_known_errors(work: "asyncio.Task[_T]") -> _T:
    try:
        return await work
    except _graph_core.GraphCoreError as error:
        message, code = error.args
        raise errors.BY_CODE.get(code, errors.InternalError)(message) from None
    except UnicodeError:
        raise errors.BadOptionError("a path or name that is not UTF-8 cannot be asked for") from None
