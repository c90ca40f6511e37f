"""Tasks: how they stand, what they have found, and their end."""

from collections.abc import AsyncIterator
from datetime import timedelta

from kodus_ast.api.request_context import Call
from kodus_ast.api.request_parsing import task_id_of
from kodus_ast.errors import (
    ArtifactGoneError,
    SealedGoneError,
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
from kodus_ast.models.tasks import SEALED, TaskStatus

LINK = timedelta(minutes=15)
BY_NUMBER = {str(number): status for status, number in NUMBERS.items()}


async def one(call: Call, task_id: str) -> TaskReply:
    """How a task stands."""
    return TaskReply(task_view(await call.task(task_id)))


async def many(call: Call, query: TasksQuery) -> TasksReply:
    """The tasks of the organization, latest first."""
    status = None if query.status is None else BY_NUMBER.get(query.status) or TaskStatus(query.status.upper())
    # One more than asked for tells whether there is another page.
    found = await call.durable.tasks.listed(
        call.organization, status=status, kind=query.type, before=query.cursor, limit=query.limit + 1
    )
    page = found[: query.limit]
    more = page[-1].id if len(found) > query.limit else None
    return TasksReply([task_view(task) for task in page], more)


async def result(call: Call, task_id: str) -> ResultReply:
    """The summary, and where the whole answer is: behind a link that ends by itself, or here."""
    task, found = await call.result(task_id)
    view = None
    if found.artifact is not None:
        link = await call.durable.artifacts.link(found.artifact, LINK)
        view = ArtifactView(
            link or f"/api/tasks/{task.id}/artifact", found.size_bytes or 0, found.sha256 or "", found.format
        )
    return ResultReply(task.id, found.summary, view)


async def artifact(call: Call, task_id: str) -> None:
    """The whole answer, in pieces."""
    _, found = await call.result(task_id)
    if found.artifact is None:
        raise ArtifactGoneError
    is_json = found.artifact.endswith(".json")
    call.response.content_type = "application/json" if is_json else "application/octet-stream"
    call.response.set_header("ETag", f'"{found.sha256}"')
    if found.size_bytes is not None:
        call.response.content_length = found.size_bytes
    pieces = call.durable.artifacts.stream(found.artifact)
    # What is not there is said before the answer begins.
    first = await anext(pieces, b"")

    async def all_pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    call.response.stream = all_pieces()


async def cancel(call: Call, task_id: str) -> TaskReply:
    """Cancel a task that waits or runs; one that runs is cancelled once its worker hears of it."""
    known = task_id_of(task_id)
    changed = await call.durable.tasks.cancel(known, call.organization, actor=call.actor)
    if changed is None:
        changed = await call.task(known)
        if changed.status.is_terminal:
            raise TaskEndedError
    return TaskReply(task_view(changed))


async def retry(call: Call, task_id: str) -> TaskAccepted:
    """Submit a failed or cancelled task again, as a new one."""
    task = await call.task(task_id)
    if not task.status.is_terminal:
        raise TaskNotEndedError
    if task.status is TaskStatus.COMPLETED:
        raise TaskEndedError("a completed task needs no second try")
    if task.metadata.get(SEALED):
        raise SealedGoneError
    copy = await call.durable.tasks.copy(task.id, call.organization, actor=call.actor)
    if copy is None:
        raise TaskConflictError("the same is being done already")
    call.context.outbox.wake()
    call.response.set_header("Location", f"/api/tasks/{copy.id}")
    return TaskAccepted(copy.id)
