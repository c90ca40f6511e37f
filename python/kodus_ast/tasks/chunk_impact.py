"""`TaskKind.CHUNK_IMPACT`: whom the changes of one file affect, in the shape of the kept routes."""

from collections.abc import Iterator
from typing import Any

import msgspec

from kodus_ast.changed_lines import Touched, of_file, of_text, touched
from kodus_ast.errors import ArtifactGoneError
from kodus_ast.models.core_answers import Affected, Change, Impact, Symbol
from kodus_ast.models.task_requests import ChunkRequest, RepoAuth, RepoRef, Sealed
from kodus_ast.models.tasks import TaskResult
from kodus_ast.models.twins import FunctionTwins, LeftOut, Twins
from kodus_ast.repositories.sources import Built, built, checked_out, located, packed, remote_of
from kodus_ast.sandbox.child import ExcerptsJob, call
from kodus_ast.task_context import GRAPHS, Outcome, Work
from kodus_ast.tasks.impact import Sides, compared, twins_of

Place = tuple[str, str, int, int]
"""Which commit, path, first line, last line."""


async def run(work: Work) -> Outcome:
    """Whom the changed definitions that the chunk is about affect, and what does the same as the new ones."""
    request = work.request(ChunkRequest)
    sealed = await work.sealed()
    base, head = await _graphs(work, request, sealed)
    work.report("comparing", 85)
    answer = msgspec.convert(await compared(work, base, head, {"depth": 3, "max_affected": 1000}), Impact)
    meant = await _meant(work, request, sealed.code_chunk, head)
    changes = [change for change in answer.changes if _is_meant(change, request.file_name, meant)]
    shown = [
        (change, [one for one in answer.affected if one.change == change.symbol.id]) for change in changes
    ]
    work.report("looking for twins", 90)
    twins = await _twins(work, changes, base, head)
    wanted = [place for change, affected in shown for place in _places(change, affected)]
    wanted += [_place("head", twin.symbol) for function in twins.functions for twin in function.twins]
    texts = await _texts(work, {"base": base, "head": head}, wanted)
    body = {
        "functionsAffect": [_function(change, affected, texts) for change, affected in shown],
        "functionSimilarity": [_similar(function, texts) for function in twins.functions],
        "matchedBy": meant.by,
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
    stored = await work.durable.artifacts.put_bytes(work.name("impact.json"), msgspec.json.encode(body))
    commits = {"baseCommit": base.commit, "headCommit": head.commit}
    return Outcome(
        TaskResult(
            summary={**commits, "changes": len(changes)},
            artifact=stored.name,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
        ),
        commits,
    )


async def _graphs(work: Work, request: ChunkRequest, sealed: Sealed) -> tuple[Built, Built]:
    base = await _kept(work, request, request.base_repo, sealed.base_auth, "base")
    base = base or await built(work, request.base_repo, sealed.base_auth, "base", (5, 40))
    head = await _kept(work, request, request.head_repo, sealed.head_auth, "head")
    head = head or await built(work, request.head_repo, sealed.head_auth, "head", (45, 80), base=base.file)
    return base, head


async def _kept(
    work: Work, request: ChunkRequest, ref: RepoRef, auth: RepoAuth | None, side: str
) -> Built | None:
    """The graph that another task of the same organization has built, if it is of this commit."""
    if request.graphs_task_id is None:
        return None
    tasks, artifacts = work.durable.tasks, work.durable.artifacts
    source = await tasks.find(request.graphs_task_id, work.task.organization_id)
    commit = source.metadata.get(f"{side}Commit") if source else None
    if not isinstance(commit, str):
        return None
    remote = remote_of(work, ref, auth)
    if await located(work, ref, remote) != commit:
        return None
    name = source.metadata.get(GRAPHS, {}).get(side) if source else None
    if not isinstance(name, str):
        return None
    file = work.directory / f"{side}.graph"
    try:
        await artifacts.fetch(name, file)
    except ArtifactGoneError:
        return None
    return Built(remote, commit, file, None)


async def _meant(work: Work, request: ChunkRequest, chunk: str, head: Built) -> Touched:
    """The lines that the chunk is about: by its marks, else by where its text stands in head."""
    chunk = of_file(chunk, request.file_name)
    found = touched(chunk)
    if found.by == "lines" or not chunk.strip():
        return found
    settings = work.durable.settings
    async with checked_out(work, head.remote, head.commit) as repo:
        whole = [(request.file_name, 1, 2**31)]
        job = ExcerptsJob(str(repo), head.commit, whole, settings.limits)
        (text,) = await call(job, list[str | None], settings.service)
    return of_text(chunk, text or "")


def _is_meant(change: Change, file: str, meant: Touched) -> bool:
    """Whether the change is in the file, and where the chunk is about certain lines, in these."""
    before, after = _before(change), _after(change)
    if file not in {one.path for one in (before, after) if one}:
        return False
    if meant.by == "nothing":
        return True
    is_new = after is not None and meant.meets(after.start_line, after.end_line, "new")
    return is_new or (before is not None and meant.meets(before.start_line, before.end_line, "old"))


async def _twins(work: Work, changes: list[Change], base: Built, head: Built) -> Twins:
    """The twins of those functions that are new or rewritten."""
    if not changes:
        return Twins(None, [], LeftOut())
    found = await twins_of(work, Sides(base, head, await packed(work, head)))
    ids = {change.symbol.id for change in changes}
    left_out = LeftOut([one for one in found.left_out.short if one in ids])
    functions = [function for function in found.functions if function.symbol.id in ids]
    return Twins(found.meta, functions, left_out)


def _similar(function: FunctionTwins, texts: dict[Place, str]) -> dict[str, Any]:
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
                "functionBody": texts[_place("head", twin.symbol)],
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


def _place(side: str, symbol: Symbol) -> Place:
    return side, symbol.path, symbol.start_line, symbol.end_line


def _places(change: Change, affected: list[Affected]) -> Iterator[Place]:
    """Whose source is shown."""
    for side, symbol in (("base", _before(change)), ("head", _after(change))):
        if symbol:
            yield _place(side, symbol)
    for one in affected:
        yield _place(one.side, one.symbol)


async def _texts(work: Work, sides: dict[str, Built], wanted: list[Place]) -> dict[Place, str]:
    """The source of each place, with line numbers."""
    texts: dict[Place, str] = {}
    settings = work.durable.settings
    for side, source in sides.items():
        places = sorted({place for place in wanted if place[0] == side})
        if not places:
            continue
        async with checked_out(work, source.remote, source.commit) as repo:
            ranges = [place[1:] for place in places]
            job = ExcerptsJob(str(repo), source.commit, ranges, settings.limits)
            with work.stage("excerpts"):
                found = await call(job, list[str | None], settings.service)
        for place, text in zip(places, found, strict=True):
            texts[place] = numbered(text or "", place[2])
    return texts


def _function(change: Change, affected: list[Affected], texts: dict[Place, str]) -> dict[str, Any]:
    """One entry of `functionsAffect`."""
    old, new = _before(change), _after(change)
    return {
        "oldFunction": texts[_place("base", old)] if old else "",
        "newFunction": texts[_place("head", new)] if new else "",
        "change": change.change,
        "functionsAffect": [
            {
                "functionName": one.symbol.name,
                "filePath": one.symbol.path,
                "functionBody": texts[_place(one.side, one.symbol)],
                "distance": one.distance,
                "severity": one.severity,
                "confidence": one.confidence,
                "why": one.reason,
            }
            for one in affected
        ],
    }


def numbered(text: str, first: int) -> str:
    """`12: code`, line by line."""
    return "\n".join(f"{number}: {line}" for number, line in enumerate(text.splitlines(), start=first))
