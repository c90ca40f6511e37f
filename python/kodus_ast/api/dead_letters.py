"""Dead letters over HTTP, for operators: of all organizations."""

from kodus_ast.api.request_context import Call
from kodus_ast.errors import NotFoundError, TaskNotFoundError
from kodus_ast.models.http_requests import LettersQuery
from kodus_ast.models.http_responses import (
    LetterReply,
    LettersReply,
    NoReply,
    PurgedReply,
    TaskAccepted,
    task_view,
)
from kodus_ast.models.tasks import DeadLetter

MOST = 10_000


async def letters(call: Call, query: LettersQuery) -> LettersReply:
    """Dead letters, oldest first; they stay where they are."""
    return LettersReply(await call.durable.queue.dead_letters(query.limit))


async def letter(call: Call, letter_id: str) -> LetterReply:
    """A dead letter, and how its task ended."""
    found = await _letter(call, letter_id)
    task = await call.durable.tasks.find(found.task_id) if found.task_id else None
    return LetterReply(found, task_view(task) if task else None)


async def replay(call: Call, letter_id: str) -> TaskAccepted:
    """Submit the task of a dead letter again, as a new task, and remove the letter."""
    found = await _letter(call, letter_id)
    tasks = call.durable.tasks
    copy = await tasks.copy(found.task_id, None, actor=call.actor) if found.task_id else None
    if copy is None:
        raise TaskNotFoundError("the dead letter has no failed task to submit again")
    await call.durable.queue.remove_dead_letter(letter_id)
    call.context.outbox.wake()
    return TaskAccepted(copy.id)


async def remove(call: Call, letter_id: str) -> NoReply:
    """Remove a dead letter. Its task stays failed."""
    if not await call.durable.queue.remove_dead_letter(letter_id):
        raise NotFoundError("there is no such dead letter")
    return NoReply()


async def purge(call: Call) -> PurgedReply:
    """Remove all dead letters. Their tasks stay failed."""
    return PurgedReply(await call.durable.queue.purge_dead_letters())


async def _letter(call: Call, letter_id: str) -> DeadLetter:
    for one in await call.durable.queue.dead_letters(MOST):
        if one.id == letter_id:
            return one
    raise NotFoundError("there is no such dead letter")
