"""`TaskKind.REPOSITORY_GRAPH`: builds the graphs of base and head, and keeps them for later questions."""

from kodus_ast.graph import default_limits
from kodus_ast.models.task_requests import GraphRequest
from kodus_ast.models.tasks import TaskResult
from kodus_ast.repositories.sources import Built, built, packed, stored_texts
from kodus_ast.task_context import GRAPHS, TEXTS, Outcome, Work
from kodus_ast.version import tool_version


async def run(work: Work) -> Outcome:
    """Two graphs, or one when no base is named."""
    request = work.request(GraphRequest)
    sealed = await work.sealed()
    base: Built | None = None
    if request.base_repo:
        base = await built(work, request.base_repo, sealed.base_auth, "base", (5, 45))
        await work.durable.artifacts.put(work.name("base.graph"), base.file)
    head = await built(
        work, request.head_repo, sealed.head_auth, "head", (50, 90), base=base.file if base else None
    )
    work.report("storing", 95)
    stored = await work.durable.artifacts.put(work.name("head.graph"), head.file)
    commits = {"baseCommit": base.commit if base else None, "headCommit": head.commit}
    texts = await stored_texts(work, await packed(work, head))
    graphs = {"head": stored.name, TEXTS: texts} | ({"base": work.name("base.graph")} if base else {})
    return Outcome(
        TaskResult(
            summary={
                **commits,
                "base": base.words if base else None,
                "head": head.words,
                "leftOut": {"base": base.left_out if base else None, "head": head.left_out},
                "limits": work.durable.settings.bounds(default_limits()),
                "toolVersion": tool_version(),
            },
            artifact=stored.name,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
        ),
        {**commits, GRAPHS: graphs},
    )
