"""What is sealed for a task stays that task's own, whatever id or key somebody else submits with."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from faults.test_worker import NOTHING, ended, working
from kodus_ast.errors import DatabaseAwayError, TaskConflictError, TooManyTasksError
from kodus_ast.models.task_requests import RepoAuth, Sealed
from kodus_ast.models.tasks import CLIENT_ID, SEALED, NewTask, Task, TaskKind, TaskStatus
from kodus_ast.outbox import Outbox
from kodus_ast.ports import ServiceContext
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.worker.maintenance import Maintenance

pytestmark = pytest.mark.usefixtures("store")
OWN, OTHER = Sealed(head_auth=RepoAuth(token="own")), Sealed(head_auth=RepoAuth(token="other"))


def new(organization: str, client_id: UUID | None = None, **more: object) -> NewTask:
    metadata = {CLIENT_ID: str(client_id)} if client_id else {}
    fields = {"kind": TaskKind.IMPACT, "request": {}, "metadata": metadata} | more
    return NewTask(organization_id=organization, **fields)  # type: ignore[arg-type]


async def opened(service: ServiceContext, task: Task) -> Sealed:
    assert task.sealed_name
    return await service.secrets.open(task.id, task.sealed_name)


async def done(service: ServiceContext, *tasks: Task) -> list[Sealed]:
    """What the handler of each task was given, once all have ended; nothing is left sealed."""
    given: dict[UUID, Sealed] = {}

    async def read(context: TaskContext) -> Outcome:
        given[context.task.id] = await context.sealed()
        return NOTHING

    async with working(service, {TaskKind.IMPACT: read}):
        for task in tasks:
            assert (await ended(service, task)).status is TaskStatus.COMPLETED
    assert await service.secrets.list_sealed() == []
    return [given[task.id] for task in tasks]


async def test_another_organization_with_the_same_id_touches_nothing(service: ServiceContext) -> None:
    client_id = uuid4()
    own = await Outbox(service).submit(new("org", client_id), OWN)
    # Both the id that the client gave and that of the row are free to others.
    others = [await Outbox(service).submit(new("other", taken), OTHER) for taken in (client_id, own.task.id)]
    assert await opened(service, own.task) == OWN
    tasks = [own.task, *(other.task for other in others)]
    assert await done(service, *tasks) == [OWN, OTHER, OTHER]


async def test_the_same_id_with_another_body_touches_nothing(service: ServiceContext) -> None:
    client_id = uuid4()
    own = await Outbox(service).submit(new("org", client_id, idempotency_key="one"), OWN)
    for _ in range(2):
        with pytest.raises(TaskConflictError):
            await Outbox(service).submit(new("org", client_id, idempotency_key="two"), OTHER)
    assert len(await service.secrets.list_sealed()) == 1
    assert await done(service, own.task) == [OWN]


@pytest.mark.parametrize("input_hash", ["same", "another"])
async def test_the_same_idempotency_key_touches_nothing(service: ServiceContext, input_hash: str) -> None:
    own = await Outbox(service).submit(new("org", input_hash="same", idempotency_key="key"), OWN)
    again = new("org", input_hash=input_hash, idempotency_key="key")
    if input_hash == "same":
        assert (await Outbox(service).submit(again, OTHER)).task.id == own.task.id
    else:
        with pytest.raises(TaskConflictError):
            await Outbox(service).submit(again, OTHER)
    other = await Outbox(service).submit(new("other", input_hash=input_hash, idempotency_key="key"), OTHER)
    assert other.is_new
    assert await done(service, own.task, other.task) == [OWN, OTHER]


async def test_of_many_at_once_with_one_id_the_one_that_is_accepted_keeps_its_own(
    service: ServiceContext,
) -> None:
    client_id = uuid4()
    made = await asyncio.gather(
        *(
            Outbox(service).submit(
                new(f"org{number % 2}", client_id, idempotency_key=f"{number}"), Sealed(diff=str(number))
            )
            for number in range(8)
        ),
        return_exceptions=True,
    )
    accepted = [(number, one.task) for number, one in enumerate(made) if not isinstance(one, BaseException)]
    assert {number % 2 for number, _ in accepted} == {0, 1}
    assert len(accepted) == 2
    given = await done(service, *(task for _, task in accepted))
    assert given == [Sealed(diff=str(number)) for number, _ in accepted]


async def test_what_was_refused_leaves_nothing_sealed(service: ServiceContext) -> None:
    limited = replace(service.settings.service, queued_limit=1)
    limited_service = replace(service, settings=replace(service.settings, service=limited))
    own = await Outbox(limited_service).submit(new("org"), OWN)
    with pytest.raises(TooManyTasksError):
        await Outbox(limited_service).submit(new("org"), OTHER)
    assert await service.secrets.list_sealed() == [(own.task.id, own.task.sealed_name)]


async def test_an_answer_that_is_lost_loses_nothing_that_is_sealed(service: ServiceContext) -> None:
    """The row may be there although its statement seemed to fail."""
    accepted: list[Task] = []

    class LosingTasks:
        async def create(self, wanted: NewTask, *, queued_limit: int = 0) -> None:
            accepted.append((await service.tasks.create(wanted, queued_limit=queued_limit)).task)
            raise DatabaseAwayError

    with pytest.raises(DatabaseAwayError):
        await Outbox(replace(service, tasks=LosingTasks())).submit(new("org"), OWN)  # type: ignore[arg-type]
    assert await done(service, *accepted) == [OWN]


async def test_what_the_release_before_sealed_is_read_and_removed(service: ServiceContext) -> None:
    """It stored all under one name, by the id that the client gave, and wrote true into the row."""
    task_id, nonce = uuid4(), b"n" * 12
    key = service.settings.service.sealing_key
    text = AESGCM(key).encrypt(nonce, msgspec.msgpack.encode(OWN), task_id.bytes)
    await service.artifacts.put_bytes(f"sealed/{task_id}/request", nonce + text)
    before = await service.tasks.create(new("org", id=task_id, metadata={SEALED: True}))
    other = await Outbox(service).submit(new("other", task_id), OTHER)
    maintenance = Maintenance(service, Outbox(service))
    for _ in range(2):
        await maintenance.remove_unowned_secrets()
    assert await done(service, before.task, other.task) == [OWN, OTHER]
