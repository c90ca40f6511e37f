"""`kodus-ast dlq`: the dead letters, for operators."""

from typing import Annotated

import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.parameters import ForServices
from kodus_ast.cli.terminal import deliver, line, notice, show
from kodus_ast.errors import TaskNotFoundError
from kodus_ast.models.tasks import DeadLetter
from kodus_ast.outbox import Outbox
from kodus_ast.ports import ServiceContext

SEARCH_LIMIT = 1_000_000


async def list_(
    *, limit: Annotated[int, Parameter(validator=Number(gte=1))] = 100, services: ForServices
) -> int:
    """List dead letters: id, reason, task.

    Parameters
    ----------
    limit
        The most to list, oldest first.
    """
    async with services.connect_service() as service:
        letters = await service.queue.list_dead_letters(limit)
        for letter in letters:
            task = await service.tasks.find(letter.task_id) if letter.task_id else None
            status = f"{task.kind} {task.status}" if task else "no task"
            show([line(f"{letter.id}  {letter.reason}  {status}")])
    if not letters:
        notice("no dead letters")
    return Exit.OK


async def show_(letter_id: str, /, *, services: ForServices) -> int:
    """Show one dead letter and its task.

    Parameters
    ----------
    letter_id
        As `dlq list` prints it.
    """
    async with services.connect_service() as service:
        letter = await _letter(service, letter_id)
        task = await service.tasks.find(letter.task_id) if letter.task_id else None
        deliver(msgspec.json.format(msgspec.json.encode({"letter": letter, "task": task})), None)
    return Exit.OK


async def replay(letter_id: str, /, *, services: ForServices) -> int:
    """Submit the task of a dead letter again, as a new task, and remove the letter.

    What was sealed for the first one is kept for `KODUS_AST_DEAD_LETTER_DAYS`, and copied: for that, this
    command needs the store and the sealing key. Later, its client must submit a task with credentials.

    Parameters
    ----------
    letter_id
        As `dlq list` prints it.
    """
    async with services.connect_service() as service:
        letter = await _letter(service, letter_id)
        task = await service.tasks.find(letter.task_id) if letter.task_id else None
        copy = await Outbox(service).copy(task, None, actor="operator") if task else None
        if copy is None:
            raise TaskNotFoundError(f"dead letter {letter_id} has no failed task to submit again")
        await service.queue.remove_dead_letter(letter_id)
        show([line(str(copy.id))])
    return Exit.OK


async def purge(*, services: ForServices) -> int:
    """Remove all dead letters. Their tasks stay FAILED."""
    async with services.connect_service() as service:
        notice(f"{await service.queue.purge_dead_letters()} dead letters removed")
    return Exit.OK


async def _letter(service: ServiceContext, letter_id: str) -> DeadLetter:
    for letter in await service.queue.list_dead_letters(SEARCH_LIMIT):
        if letter.id == letter_id:
            return letter
    raise TaskNotFoundError(f"there is no dead letter {letter_id}")
