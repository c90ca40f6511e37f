"""`TaskKind.CHUNK_IMPACT`: whom the changes of one file affect, in the shape of the kept routes."""

from collections.abc import Iterator
from typing import Any

import msgspec

from kodus_ast.errors import ArtifactGoneError
from kodus_ast.models.answers import Affected, Change, Impact, Symbol
from kodus_ast.models.requests import ChunkRequest, RepoAuth, RepoRef, Sealed
from kodus_ast.models.tasks import TaskResult
from kodus_ast.tasks.child import ExcerptsJob, call
from kodus_ast.tasks.impact import compared
from kodus_ast.tasks.sources import Built, built, located, remote_of
from kodus_ast.tasks.work import GRAPHS, Outcome, Work

Place = tuple[str, str, int, int]
"""Which commit, path, first line, last line."""


async def run(work: Work) -> Outcome:
    """`functionsAffect` for every changed definition of the file."""
    request = work.request(ChunkRequest)
    sealed = await work.sealed()
    base, head = await _graphs(work, request, sealed)
    work.report("comparing", 85)
    answer = msgspec.convert(await compared(work, base, head, {"depth": 3, "max_affected": 1000}), Impact)
    changes = [
        change
        for change in answer.changes
        if request.file_name in {change.symbol.path, change.previous.path if change.previous else ""}
    ]
    shown = [
        (change, [one for one in answer.affected if one.change == change.symbol.id]) for change in changes
    ]
    wanted = [place for change, affected in shown for place in _places(change, affected)]
    texts = await _texts(work, {"base": base, "head": head}, wanted)
    functions = [_function(change, affected, texts) for change, affected in shown]
    body = {"functionsAffect": functions, "functionSimilarity": []}
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
    for side, source in sides.items():
        places = sorted({place for place in wanted if place[0] == side})
        if not places:
            continue
        async with work.durable.repos.checkout(source.remote, source.commit) as repo:
            job = ExcerptsJob(str(repo), source.commit, [place[1:] for place in places])
            found = await call(job, list[str | None], work.durable.settings.service)
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
