"""Dead letters of all organizations, for operators."""

from kodus_ast.api.request_context import RequestContext
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

SEARCH_LIMIT = 10_000


async def list_dead_letters(context: RequestContext, query: LettersQuery) -> LettersReply:
    """Dead letters, oldest first; they stay in place."""
    return LettersReply(await context.service.queue.list_dead_letters(query.limit))


async def get_dead_letter(context: RequestContext, letter_id: str) -> LetterReply:
    """A dead letter and its task."""
    found = await _find(context, letter_id)
    task = await context.service.tasks.find(found.task_id) if found.task_id else None
    return LetterReply(found, task_view(task) if task else None)


async def replay_dead_letter(context: RequestContext, letter_id: str) -> TaskAccepted:
    """Submit the task of a dead letter again, as a new task, and remove the letter."""
    found = await _find(context, letter_id)
    task = await context.service.tasks.find(found.task_id) if found.task_id else None
    copy = await context.api.outbox.copy(task, None, actor=context.actor) if task else None
    if copy is None:
        raise TaskNotFoundError("the dead letter has no failed task to submit again")
    await context.service.queue.remove_dead_letter(letter_id)
    return TaskAccepted(copy.id)


async def delete_dead_letter(context: RequestContext, letter_id: str) -> NoReply:
    """Delete a dead letter. Its task stays failed."""
    if not await context.service.queue.remove_dead_letter(letter_id):
        raise NotFoundError("there is no such dead letter")
    return NoReply()


async def purge_dead_letters(context: RequestContext) -> PurgedReply:
    """Delete all dead letters. Their tasks stay failed."""
    return PurgedReply(await context.service.queue.purge_dead_letters())


async def _find(context: RequestContext, letter_id: str) -> DeadLetter:
    for letter in await context.service.queue.list_dead_letters(SEARCH_LIMIT):
        if letter.id == letter_id:
            return letter
    raise NotFoundError("there is no such dead letter")
