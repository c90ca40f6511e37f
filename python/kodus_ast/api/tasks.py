"""Tasks: their status and result, cancelling and retrying them."""

from collections.abc import AsyncIterator
from datetime import timedelta

from kodus_ast.api.request_context import RequestContext
from kodus_ast.errors import (
    ArtifactGoneError,
    TaskConflictError,
    TaskEndedError,
    TaskNotEndedError,
)
from kodus_ast.models.http_requests import TasksQuery
from kodus_ast.models.http_responses import (
    NUMBERS,
    ArtifactView,
    ResultReply,
    TaskAccepted,
    TaskReply,
    TasksReply,
    task_view,
)
from kodus_ast.models.tasks import TaskStatus
from kodus_ast.outbox import remove_sealed

LINK_LIFETIME = timedelta(minutes=15)
STATUS_OF_NUMBER = {str(number): status for status, number in NUMBERS.items()}


async def get_task(context: RequestContext, task_id: str) -> TaskReply:
    """The status of a task."""
    return TaskReply(task_view(await context.task(task_id)))


async def list_tasks(context: RequestContext, query: TasksQuery) -> TasksReply:
    """The tasks of the organization, latest first."""
    status = None
    if query.status is not None:
        status = STATUS_OF_NUMBER.get(query.status) or TaskStatus(query.status.upper())
    # One more than requested shows whether there is another page.
    found = await context.service.tasks.list_tasks(
        context.organization, status=status, kind=query.type, before=query.cursor, limit=query.limit + 1
    )
    page = found[: query.limit]
    next_cursor = page[-1].id if len(found) > query.limit else None
    return TasksReply([task_view(task) for task in page], next_cursor)


async def get_task_result(context: RequestContext, task_id: str) -> ResultReply:
    """The summary, and where the artefact is: a signed URL of the store, or a path of this API."""
    task, found = await context.result(task_id)
    view = None
    if found.artifact is not None:
        link = await context.service.artifacts.link(found.artifact, LINK_LIFETIME)
        url = link or f"/api/tasks/{task.public_id}/artifact"
        view = ArtifactView(url, found.size_bytes or 0, found.sha256 or "", found.format)
    return ResultReply(task.public_id, found.summary, view)


async def download_task_artifact(context: RequestContext, task_id: str) -> None:
    """The artefact, in pieces."""
    _, found = await context.result(task_id)
    if found.artifact is None:
        raise ArtifactGoneError
    is_json = found.artifact.endswith(".json")
    context.response.content_type = "application/json" if is_json else "application/octet-stream"
    context.response.set_header("ETag", f'"{found.sha256}"')
    if found.size_bytes is not None:
        context.response.content_length = found.size_bytes
    pieces = context.service.artifacts.stream(found.artifact)
    # Read before the response begins, so that a missing artefact is answered with its status.
    first = await anext(pieces, b"")

    async def all_pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    context.response.stream = all_pieces()


async def cancel_task(context: RequestContext, task_id: str) -> TaskReply:
    """Cancel a task: at once if it waits, at its worker's next heartbeat if it runs."""
    task = await context.task(task_id)
    changed = await context.service.tasks.cancel(task.id, context.organization, actor=context.actor)
    if changed is None:
        changed = await context.task(task.id)
        if changed.status.is_terminal:
            raise TaskEndedError
    if changed.status.is_terminal:
        await remove_sealed(context.service, changed.id, changed.sealed_name)
    return TaskReply(task_view(changed))


async def retry_task(context: RequestContext, task_id: str) -> TaskAccepted:
    """Submit a failed or cancelled task again, as a new one."""
    task = await context.task(task_id)
    if not task.status.is_terminal:
        raise TaskNotEndedError
    if task.status is TaskStatus.COMPLETED:
        raise TaskEndedError("a completed task needs no second try")
    copy = await context.api.outbox.copy(task, context.organization, actor=context.actor)
    if copy is None:
        raise TaskConflictError("the same is being done already")
    return context.accepted(copy)
