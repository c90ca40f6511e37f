"""Graphs of repositories: building and deleting them."""

from kodus_ast.api.repository_references import is_pinned, reference_of, sealed_of
from kodus_ast.api.request_context import RequestContext, Submission
from kodus_ast.models.http_requests import DeleteGraphs, InitializeGraphs, uuid_of
from kodus_ast.models.http_responses import NoReply, TaskAccepted
from kodus_ast.models.task_requests import GraphRequest, Remote
from kodus_ast.models.tasks import TaskKind
from kodus_ast.repositories.invalidation import invalidate_repository


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


async def delete_graphs(context: RequestContext, body: DeleteGraphs) -> NoReply:
    """Delete the artefacts of the organization's tasks about these states, and the fetched repository."""
    tasks, artifacts = context.service.tasks, context.service.artifacts
    if task_id := uuid_of(body.task_id):
        task = await context.task(task_id)
        found = [task.id]
        urls = {ref["url"] for ref in map(task.request.get, ("baseRepo", "headRepo")) if ref}
    else:
        references = [reference_of(repo) for repo in (body.base_repo, body.head_repo) if repo]
        found = await tasks.find_by_repository(context.organization, references)
        urls = {reference.url for reference in references}
    await tasks.clear_artifacts(found)
    for task_id in found:
        await artifacts.remove(f"tasks/{task_id}/")
    for url in sorted(urls):
        await invalidate_repository(context.service, Remote(url=url, organization=context.organization))
    return NoReply()
