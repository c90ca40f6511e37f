"""Graphs of repositories: building and deleting them."""

from kodus_ast.api.repository_references import is_pinned, reference_of, sealed_of
from kodus_ast.api.request_context import RequestContext, Submission
from kodus_ast.models.http_requests import DeleteGraphs, InitializeGraphs, uuid_of
from kodus_ast.models.http_responses import DeletedReply, RemovedView, TaskAccepted
from kodus_ast.models.task_requests import GraphRequest
from kodus_ast.models.tasks import TaskKind
from kodus_ast.repositories.deletion import delete_repository, delete_task


async def create_graphs(context: RequestContext, body: InitializeGraphs) -> TaskAccepted:
    """Build the graphs of a base and a head; the answer names the task."""
    head = reference_of(body.head_repo)
    base = reference_of(body.base_repo) if body.base_repo else None
    return await context.submit(
        Submission(
            TaskKind.REPOSITORY_GRAPH,
            GraphRequest(head_repo=head, base_repo=base),
            sealed_of(body.base_repo, body.head_repo),
            is_pinned=is_pinned(head) and (base is None or is_pinned(base)),
            priority=body.priority,
            task_id=uuid_of(body.task_id),
        )
    )


async def delete_graphs(context: RequestContext, body: DeleteGraphs) -> DeletedReply:
    """Delete what is kept of the repositories for the organization, or what one task keeps."""
    if task_id := uuid_of(body.task_id):
        task = await context.task(task_id)
        deleted = await delete_task(context.service, task, actor=context.actor)
    else:
        references = [reference_of(repo) for repo in (body.head_repo, body.base_repo) if repo]
        deleted = await delete_repository(
            context.service, context.organization, references, actor=context.actor
        )
    context.api.stored_graphs.forget_symbols()
    return DeletedReply(
        removed=RemovedView(
            tasks=deleted.tasks,
            artifacts=deleted.artifacts,
            sealed=deleted.sealed,
            graphs=deleted.graphs,
            repositories=deleted.repositories,
        ),
        cancelled=deleted.cancelled,
        unfinished=deleted.unfinished,
    )
