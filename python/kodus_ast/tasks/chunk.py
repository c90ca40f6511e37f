"""`TaskKind.CHUNK_IMPACT`: whom the changes of one file affect, in the shape of the kept routes."""

import msgspec

from kodus_ast import graph
from kodus_ast.errors import ArtifactGoneError
from kodus_ast.models.answers import Impact, Symbol
from kodus_ast.models.requests import ChunkRequest, RepoAuth, RepoRef, Sealed
from kodus_ast.models.tasks import TaskResult
from kodus_ast.tasks.impact import compared
from kodus_ast.tasks.sources import Built, built, located
from kodus_ast.tasks.work import Outcome, Work

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
    sides = {"head": head, "base": base}
    texts = _Texts(sides)
    functions = []
    for change in changes:
        affected = [one for one in answer.affected if one.change == change.symbol.id]
        old = change.previous or (change.symbol if change.change == "deleted" else None)
        new = None if change.change == "deleted" else change.symbol
        functions.append(
            {
                "oldFunction": await texts.of("base", old),
                "newFunction": await texts.of("head", new),
                "change": change.change,
                "functionsAffect": [
                    {
                        "functionName": one.symbol.name,
                        "filePath": one.symbol.path,
                        "functionBody": await texts.of(one.side, one.symbol),
                        "distance": one.distance,
                        "severity": one.severity,
                        "confidence": one.confidence,
                        "why": one.reason,
                    }
                    for one in affected
                ],
            }
        )
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
    repo, wanted = await located(work, ref, auth)
    if wanted != commit:
        return None
    file = work.directory / f"{side}.graph"
    try:
        await artifacts.fetch(f"tasks/{request.graphs_task_id}/{side}.graph", file)
    except ArtifactGoneError:
        return None
    return Built(repo, commit, file, None)


class _Texts:
    """The source of definitions, with line numbers."""

    def __init__(self, sides: dict[str, Built]) -> None:
        self._sides = sides
        self._known: dict[Place, str] = {}

    async def of(self, side: str, symbol: Symbol | None) -> str:
        if symbol is None:
            return ""
        place = (side, symbol.path, symbol.start_line, symbol.end_line)
        if place not in self._known:
            source = self._sides[side]
            (text,) = await graph.excerpts(source.repo, source.commit, [place[1:]])
            self._known[place] = numbered(text or "", symbol.start_line)
        return self._known[place]


def numbered(text: str, first: int) -> str:
    """`12: code`, line by line."""
    return "\n".join(f"{number}: {line}" for number, line in enumerate(text.splitlines(), start=first))
