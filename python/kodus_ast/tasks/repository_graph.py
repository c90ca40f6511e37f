"""`TaskKind.REPOSITORY_GRAPH`: builds the graphs of base and head, and keeps them for later requests."""

from kodus_ast.graph import default_limits
from kodus_ast.models.task_requests import GraphRequest
from kodus_ast.repositories.graph_builds import BuiltGraph, build_graph, pack_texts, store_texts
from kodus_ast.task_context import GRAPHS, TEXTS, Outcome, TaskContext, result_of
from kodus_ast.version import tool_version


async def run(context: TaskContext) -> Outcome:
    """Two graphs, or one when the request names no base."""
    request = context.request(GraphRequest)
    sealed = await context.sealed()
    artifacts = context.service.artifacts
    base: BuiltGraph | None = None
    if request.base_repo:
        base = await build_graph(context, request.base_repo, sealed.base_auth, "base", (5, 45))
        await artifacts.put(context.artifact_name("base.graph"), base.file)
    head = await build_graph(
        context, request.head_repo, sealed.head_auth, "head", (50, 90), base=base.file if base else None
    )
    context.report("storing", 95)
    stored = await artifacts.put(context.artifact_name("head.graph"), head.file)
    commits = {"baseCommit": base.commit if base else None, "headCommit": head.commit}
    texts = await store_texts(context, await pack_texts(context, head))
    graphs = {"head": stored.name, TEXTS: texts}
    if base:
        graphs["base"] = context.artifact_name("base.graph")
    return Outcome(
        result_of(
            stored,
            {
                **commits,
                "base": base.summary if base else None,
                "head": head.summary,
                "leftOut": {"base": base.left_out if base else None, "head": head.left_out},
                "limits": context.service.settings.bounds(default_limits()),
                "toolVersion": tool_version(),
            },
        ),
        {**commits, GRAPHS: graphs},
    )
