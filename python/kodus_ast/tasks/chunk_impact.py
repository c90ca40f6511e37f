"""`TaskKind.CHUNK_IMPACT`: whom the changes of one file affect, in the form of the earlier service."""

from collections.abc import Iterator
from typing import Any

import msgspec

from kodus_ast.changed_lines import ChangedLines, locate_text, parse_diff, select_file
from kodus_ast.errors import ArtifactGoneError
from kodus_ast.models.core_answers import Affected, Change, Impact, Symbol
from kodus_ast.models.task_requests import ChunkRequest, RepoAuth, RepoRef, Sealed
from kodus_ast.models.twins import FunctionTwins, LeftOut, Twins
from kodus_ast.repositories.checkouts import read_lines, remote_for, resolve_commit
from kodus_ast.repositories.graph_builds import BuiltGraph, build_graph, pack_texts
from kodus_ast.task_context import GRAPHS, Outcome, TaskContext, result_of
from kodus_ast.tasks.impact import Sides, compare_graphs, find_twins

SourceRange = tuple[str, str, int, int]
"""Side (base or head), path, first line, last line."""
LAST_LINE = 2**31


async def run(context: TaskContext) -> Outcome:
    """Whom the changed definitions in the chunk affect, and the twins of those that are new."""
    request = context.request(ChunkRequest)
    sealed = await context.sealed()
    base, head = await _build_sides(context, request, sealed)
    context.report("comparing", 85)
    options = {"depth": 3, "max_affected": 1000}
    answer = msgspec.convert(await compare_graphs(context, base, head, options), Impact)
    lines = await _find_chunk_lines(context, request, sealed.code_chunk, head)
    changes = [change for change in answer.changes if _is_in_chunk(change, request.file_name, lines)]
    affected_by_change = [
        (change, [one for one in answer.affected if one.change == change.symbol.id]) for change in changes
    ]
    context.report("looking for twins", 90)
    twins = await _find_chunk_twins(context, changes, base, head)
    ranges = [one for change, affected in affected_by_change for one in _ranges(change, affected)]
    ranges += [_range("head", twin.symbol) for function in twins.functions for twin in function.twins]
    texts = await _read_ranges(context, {"base": base, "head": head}, ranges)
    body = {
        "functionsAffect": [_function(change, affected, texts) for change, affected in affected_by_change],
        "functionSimilarity": [_similar(function, texts) for function in twins.functions],
        "matchedBy": lines.matched_by,
        "tooShortForSimilarity": twins.left_out.short,
        "notLookedFor": [],
        "toolVersion": answer.meta.tool_version,
        "format": answer.meta.format,
        "leftOut": {
            "files": answer.meta.head.skipped,
            "unresolved": answer.meta.head.unresolved,
            "ambiguous": answer.meta.head.ambiguous,
            "affected": answer.cut.affected,
        },
    }
    stored = await context.service.artifacts.put_bytes(
        context.artifact_name("impact.json"), msgspec.json.encode(body)
    )
    commits = {"baseCommit": base.commit, "headCommit": head.commit}
    return Outcome(
        result_of(stored, {**commits, "changes": len(changes)}),
        commits,
    )


async def _build_sides(
    context: TaskContext, request: ChunkRequest, sealed: Sealed
) -> tuple[BuiltGraph, BuiltGraph]:
    base_repo, base_auth = request.base_repo, sealed.base_auth
    base = await _fetch_built(context, request, base_repo, base_auth, "base")
    base = base or await build_graph(context, base_repo, base_auth, "base", (5, 40))
    head_repo, head_auth = request.head_repo, sealed.head_auth
    head = await _fetch_built(context, request, head_repo, head_auth, "head")
    head = head or await build_graph(context, head_repo, head_auth, "head", (45, 80), base=base.file)
    return base, head


async def _fetch_built(
    context: TaskContext, request: ChunkRequest, ref: RepoRef, auth: RepoAuth | None, side: str
) -> BuiltGraph | None:
    """The graph that another task of the same organization has built, if it is of the commit of `ref`."""
    if request.graphs_task_id is None:
        return None
    tasks, artifacts = context.service.tasks, context.service.artifacts
    source = await tasks.find(request.graphs_task_id, context.task.organization_id)
    commit = source.metadata.get(f"{side}Commit") if source else None
    if not isinstance(commit, str):
        return None
    remote = remote_for(context, ref, auth)
    if await resolve_commit(context, ref, remote) != commit:
        return None
    name = source.metadata.get(GRAPHS, {}).get(side) if source else None
    if not isinstance(name, str):
        return None
    file = context.directory / f"{side}.graph"
    try:
        await artifacts.fetch(name, file)
    except ArtifactGoneError:
        return None
    return BuiltGraph(remote, commit, file, None)


async def _find_chunk_lines(
    context: TaskContext, request: ChunkRequest, chunk: str, head: BuiltGraph
) -> ChangedLines:
    """The lines that the chunk is about: as its diff marks say, else where its text is found in head."""
    chunk = select_file(chunk, request.file_name)
    lines = parse_diff(chunk)
    if lines.matched_by == "lines" or not chunk.strip():
        return lines
    whole_file = [(request.file_name, 1, LAST_LINE)]
    (text,) = await read_lines(context, head.remote, head.commit, whole_file)
    return locate_text(chunk, text or "")


def _is_in_chunk(change: Change, file: str, lines: ChangedLines) -> bool:
    """Whether the change is in the file and, where the chunk is about certain lines, in these lines."""
    before, after = _before(change), _after(change)
    if file not in {symbol.path for symbol in (before, after) if symbol}:
        return False
    if lines.matched_by == "nothing":
        return True
    is_new = after is not None and lines.overlaps(after.start_line, after.end_line, "new")
    return is_new or (before is not None and lines.overlaps(before.start_line, before.end_line, "old"))


async def _find_chunk_twins(
    context: TaskContext, changes: list[Change], base: BuiltGraph, head: BuiltGraph
) -> Twins:
    """The twins of those of the changed functions that are new or rewritten."""
    if not changes:
        return Twins(None, [], LeftOut())
    found = await find_twins(context, Sides(base, head, await pack_texts(context, head)))
    ids = {change.symbol.id for change in changes}
    left_out = LeftOut([symbol for symbol in found.left_out.short if symbol in ids])
    functions = [function for function in found.functions if function.symbol.id in ids]
    return Twins(found.meta, functions, left_out)


def _similar(function: FunctionTwins, texts: dict[SourceRange, str]) -> dict[str, Any]:
    """One entry of `functionSimilarity`."""
    return {
        "functionName": function.symbol.name,
        "filePath": function.symbol.path,
        "similarFunctions": [
            {
                "functionName": twin.symbol.name,
                "isSimilar": True,
                "explanation": twin.explanation,
                "filePath": twin.symbol.path,
                "functionBody": texts[_range("head", twin.symbol)],
                "score": twin.score,
                "type": twin.type,
            }
            for twin in function.twins
        ],
    }


def _before(change: Change) -> Symbol | None:
    return change.previous or (change.symbol if change.change == "deleted" else None)


def _after(change: Change) -> Symbol | None:
    return None if change.change == "deleted" else change.symbol


def _range(side: str, symbol: Symbol) -> SourceRange:
    return side, symbol.path, symbol.start_line, symbol.end_line


def _ranges(change: Change, affected: list[Affected]) -> Iterator[SourceRange]:
    """The source that is shown for a change: its own before and after, and that of what it affects."""
    for side, symbol in (("base", _before(change)), ("head", _after(change))):
        if symbol:
            yield _range(side, symbol)
    for one in affected:
        yield _range(one.side, one.symbol)


async def _read_ranges(
    context: TaskContext, sides: dict[str, BuiltGraph], wanted: list[SourceRange]
) -> dict[SourceRange, str]:
    """The source of each range, with line numbers."""
    texts: dict[SourceRange, str] = {}
    for side, graph in sides.items():
        ranges = sorted({one for one in wanted if one[0] == side})
        if not ranges:
            continue
        lines = await read_lines(context, graph.remote, graph.commit, [one[1:] for one in ranges])
        for one, text in zip(ranges, lines, strict=True):
            texts[one] = number_lines(text or "", one[2])
    return texts


def _function(change: Change, affected: list[Affected], texts: dict[SourceRange, str]) -> dict[str, Any]:
    """One entry of `functionsAffect`."""
    old, new = _before(change), _after(change)
    return {
        "oldFunction": texts[_range("base", old)] if old else "",
        "newFunction": texts[_range("head", new)] if new else "",
        "change": change.change,
        "functionsAffect": [
            {
                "functionName": one.symbol.name,
                "filePath": one.symbol.path,
                "functionBody": texts[_range(one.side, one.symbol)],
                "distance": one.distance,
                "severity": one.severity,
                "confidence": one.confidence,
                "why": one.reason,
            }
            for one in affected
        ],
    }


def number_lines(text: str, first: int) -> str:
    """Each line as `12: code`, numbered from `first`."""
    return "\n".join(f"{number}: {line}" for number, line in enumerate(text.splitlines(), start=first))
