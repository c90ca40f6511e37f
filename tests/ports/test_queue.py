"""The `Queue` port: at least once, to one receiver at a time, with dead letters."""

import asyncio
from collections.abc import AsyncIterator

import aio_pika
import pytest

import external_services
from kodus_ast.adapters.database import Database
from kodus_ast.adapters.embedded_queue import EmbeddedQueue
from kodus_ast.adapters.postgres_tasks import PostgresTasks
from kodus_ast.adapters.rabbitmq import RabbitQueue
from kodus_ast.errors import BadTopologyError, QueueAwayError
from kodus_ast.models.tasks import DeadLetter, Message, NewTask, Task, TaskKind
from kodus_ast.ports import Delivery, Queue
from kodus_ast.worker.attempt import message_of

KINDS = [kind.value for kind in TaskKind]
LANE = "all"


class Inbox:
    """A receiver that keeps deliveries until the test settles them."""

    def __init__(self) -> None:
        self._come: asyncio.Queue[Delivery] = asyncio.Queue()

    async def receive(self, delivery: Delivery) -> None:
        await self._come.put(delivery)

    async def next(self, timeout_s: float = 10) -> Delivery:
        async with asyncio.timeout(timeout_s):
            return await self._come.get()

    @property
    def is_empty(self) -> bool:
        return self._come.empty()


@pytest.fixture
async def inbox(queue: Queue) -> Inbox:
    inbox = Inbox()
    await queue.consume(LANE, KINDS, 10, inbox.receive)
    return inbox


async def nothing_comes(inbox: Inbox) -> None:
    with pytest.raises(TimeoutError):
        await inbox.next(1.3)


async def test_a_published_message_comes_and_is_gone_when_accepted(
    queue: Queue, inbox: Inbox, task: Task
) -> None:
    assert await queue.publish([message_of(task)]) == [task.id]
    delivery = await inbox.next()
    assert delivery.message == message_of(task)
    await delivery.acknowledge()
    assert await queue.depth(KINDS) == 0
    await nothing_comes(inbox)


async def test_every_kind_has_a_way(queue: Queue, inbox: Inbox, queue_database: Database) -> None:
    tasks = PostgresTasks(queue_database)
    made = [
        (await tasks.create(NewTask(organization_id="org", kind=kind, request={}))).task for kind in TaskKind
    ]
    await queue.publish([message_of(task) for task in made])
    come = [(await inbox.next()).message for _ in made]
    assert {message.type for message in come if message} == set(TaskKind)


async def test_a_message_waits_for_a_receiver(queue: Queue, task: Task) -> None:
    await queue.publish([message_of(task)])
    async with asyncio.timeout(10):
        while await queue.depth(KINDS) != 1:
            await asyncio.sleep(0.05)
    inbox = Inbox()
    await queue.consume(LANE, KINDS, 1, inbox.receive)
    assert (await inbox.next()).message == message_of(task)


async def test_what_is_given_back_comes_again(queue: Queue, inbox: Inbox, task: Task) -> None:
    await queue.publish([message_of(task)])
    await (await inbox.next()).requeue()
    assert (await inbox.next()).message == message_of(task)


async def test_no_more_come_than_may_be_unsettled(queue: Queue, queue_database: Database) -> None:
    tasks = PostgresTasks(queue_database)
    made = [
        (await tasks.create(NewTask(organization_id="org", kind=TaskKind.IMPACT, request={}))).task
        for _ in range(3)
    ]
    inbox = Inbox()
    release = asyncio.Event()

    async def hold(delivery: Delivery) -> None:
        await inbox.receive(delivery)
        await release.wait()
        await delivery.acknowledge()

    await queue.consume(LANE, KINDS, 2, hold)
    await queue.publish([message_of(task) for task in made])
    await inbox.next()
    await inbox.next()
    await nothing_comes(inbox)
    release.set()
    await inbox.next()


async def test_a_pause_stops_deliveries_and_received_ones_can_be_acknowledged(
    queue: Queue, queue_database: Database
) -> None:
    tasks = PostgresTasks(queue_database)
    first, second = [
        (await tasks.create(NewTask(organization_id="org", kind=TaskKind.IMPACT, request={}))).task
        for _ in range(2)
    ]
    inbox = Inbox()

    async def settle(delivery: Delivery) -> None:
        await inbox.receive(delivery)
        await delivery.acknowledge()

    await queue.consume(LANE, KINDS, 1, settle)
    await queue.publish([message_of(first)])
    await inbox.next()
    await queue.pause()
    await queue.publish([message_of(second)])
    await nothing_comes(inbox)
    await queue.consume(LANE, KINDS, 1, settle)
    assert (await inbox.next()).message == message_of(second)


async def connections(queue: Queue, database: Database, broker: external_services.Broker) -> set[object]:
    """Those over which messages, or notifications of them, come."""
    if isinstance(queue, EmbeddedQueue):
        listening = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
        )
        return {row["pid"] for row in await database.pool.fetch(listening)}
    listed = external_services.rabbitmqctl("list_connections", "vhost", "name").splitlines()
    return {line for line in listed if line.startswith(broker.vhost)}


async def test_a_pause_keeps_the_connection(
    queue: Queue, queue_database: Database, session_broker: external_services.Broker
) -> None:
    tasks = PostgresTasks(queue_database)
    inbox = Inbox()

    async def settle(delivery: Delivery) -> None:
        await inbox.receive(delivery)
        await delivery.acknowledge()

    used = []
    for _ in range(3):
        await queue.consume(LANE, KINDS, 1, settle)
        task = (await tasks.create(NewTask(organization_id="org", kind=TaskKind.IMPACT, request={}))).task
        await queue.publish([message_of(task)])
        await inbox.next()
        await queue.pause(LANE)
        used.append(await connections(queue, queue_database, session_broker))
    assert used[0]
    assert used[0] == used[1] == used[2]


async def test_after_a_pause_another_receiver_may_take_over(queue: Queue, task: Task) -> None:
    first, second = Inbox(), Inbox()
    await queue.consume(LANE, KINDS, 1, first.receive)
    await queue.pause()
    await queue.consume(LANE, KINDS, 1, second.receive)
    await queue.publish([message_of(task)])
    assert (await second.next()).message == message_of(task)
    assert first.is_empty


async def test_a_paused_lane_does_not_stop_another(queue: Queue, queue_database: Database) -> None:
    tasks = PostgresTasks(queue_database)
    large, small = [
        (await tasks.create(NewTask(organization_id="org", kind=kind, request={}))).task
        for kind in (TaskKind.IMPACT, TaskKind.VALIDATE_CODE)
    ]
    inboxes = {kind: Inbox() for kind in (large.kind, small.kind)}
    for kind, inbox in inboxes.items():
        await queue.consume(kind, [kind], 1, inbox.receive)
    await queue.pause(large.kind)
    await queue.publish([message_of(large), message_of(small)])
    assert (await inboxes[small.kind].next()).message == message_of(small)
    await nothing_comes(inboxes[large.kind])
    await queue.consume(large.kind, [large.kind], 1, inboxes[large.kind].receive)
    assert (await inboxes[large.kind].next()).message == message_of(large)


async def test_messages_come_about_in_the_order_of_publishing(queue: Queue, queue_database: Database) -> None:
    tasks = PostgresTasks(queue_database)
    made = [
        (await tasks.create(NewTask(organization_id="org", kind=TaskKind.IMPACT, request={}))).task
        for _ in range(20)
    ]
    await queue.publish([message_of(task) for task in made])
    come: list[str] = []

    async def settle(delivery: Delivery) -> None:
        assert delivery.message is not None
        come.append(delivery.message.id)
        await delivery.acknowledge()

    await queue.consume(LANE, KINDS, 1, settle)
    async with asyncio.timeout(10):
        while len(come) < len(made):
            await asyncio.sleep(0.02)
    assert come == [message_of(task).id for task in made]


async def test_what_a_dead_receiver_held_goes_to_another(
    queue: Queue, inbox: Inbox, task: Task, queue_database: Database
) -> None:
    await queue.publish([message_of(task)])
    await inbox.next()
    await queue.close()
    if isinstance(queue, EmbeddedQueue):
        await queue_database.pool.execute("UPDATE tasks SET delivered_until = now()")
    again = Inbox()
    await queue.consume(LANE, KINDS, 1, again.receive)
    assert (await again.next()).message == message_of(task)


async def test_a_duplicate_comes_and_does_no_harm(queue: Queue, inbox: Inbox, task: Task) -> None:
    await queue.publish([message_of(task)])
    await queue.publish([message_of(task)])
    await (await inbox.next()).acknowledge()
    while not inbox.is_empty:
        await (await inbox.next()).acknowledge()


async def test_what_is_discarded_is_judged_and_kept_for_operators(
    queue: Queue, inbox: Inbox, task: Task
) -> None:
    judged: asyncio.Queue[DeadLetter] = asyncio.Queue()
    await queue.consume_dead_letters(judged.put)
    await queue.publish([message_of(task)])
    await (await inbox.next()).reject()
    async with asyncio.timeout(10):
        assert (await judged.get()).task_id == task.id
    (letter,) = await letters(queue, 1)
    assert (letter.task_id, letter.reason, letter.attempt) == (task.id, "rejected", 0)


async def letters(queue: Queue, number: int) -> list[DeadLetter]:
    """The dead letters, once there are so many."""
    async with asyncio.timeout(10):
        while len(found := await queue.list_dead_letters()) != number:
            await asyncio.sleep(0.05)
    return found


async def test_dead_letters_stay_when_they_are_read_and_go_one_by_one(queue: Queue, task: Task) -> None:
    other = Message(task.id, task.kind, {}, attempt=7)
    await queue.dead_letter(message_of(task), "poison")
    await queue.dead_letter(other, "attempts exhausted")
    found = await letters(queue, 2)
    for _ in range(25):
        assert len(await queue.list_dead_letters()) == 2
    assert {letter.reason for letter in found} == {"poison", "attempts exhausted"}
    by_reason = {letter.reason: letter for letter in found}
    assert await queue.remove_dead_letter(by_reason["poison"].id)
    assert not await queue.remove_dead_letter("0")
    (left,) = await queue.list_dead_letters()
    assert (left.reason, left.task_id) == ("attempts exhausted", task.id)
    assert await queue.purge_dead_letters() == 1
    assert await queue.list_dead_letters() == []


@pytest.fixture
async def rabbit(session_broker: external_services.Broker) -> AsyncIterator[RabbitQueue]:
    await session_broker.emptied()
    queue = RabbitQueue(external_services.patient(broker_url=session_broker.url))
    yield queue
    await queue.close()


async def test_a_dropped_connection_is_opened_again(
    rabbit: RabbitQueue, session_broker: external_services.Broker, task: Task
) -> None:
    inbox = Inbox()
    await rabbit.consume(LANE, KINDS, 1, inbox.receive)
    await rabbit.publish([message_of(task)])
    held = await inbox.next()
    await session_broker.drop_connections()
    await held.acknowledge()
    # Unsettled when the connection went, so it comes again.
    again = await inbox.next(20)
    assert again.message == message_of(task)
    await again.acknowledge()
    for _ in range(5):
        try:
            assert await rabbit.publish([message_of(task)]) == [task.id]
            break
        except QueueAwayError:
            continue
    assert (await inbox.next()).message == message_of(task)


async def test_an_unreadable_message_is_delivered_as_such(
    rabbit: RabbitQueue, session_broker: external_services.Broker
) -> None:
    connection = await aio_pika.connect(session_broker.url)
    channel = await connection.channel()
    exchange = await channel.get_exchange("ast.jobs.x")
    await exchange.publish(aio_pika.Message(b"\xff{"), "ast.initialize.repo")
    inbox = Inbox()
    await rabbit.consume(LANE, KINDS, 1, inbox.receive)
    delivery = await inbox.next()
    assert delivery.message is None
    await delivery.reject()
    (letter,) = await letters(rabbit, 1)
    assert letter.task_id is None
    await connection.close()


async def test_a_message_that_kills_its_receivers_becomes_a_dead_letter(
    rabbit: RabbitQueue, task: Task
) -> None:
    judged: asyncio.Queue[DeadLetter] = asyncio.Queue()
    await rabbit.consume_dead_letters(judged.put)
    inbox = Inbox()
    await rabbit.consume(LANE, KINDS, 1, inbox.receive)
    await rabbit.publish([message_of(task)])
    for _ in range(4):
        await (await inbox.next()).requeue()
    async with asyncio.timeout(10):
        letter = await judged.get()
    assert (letter.task_id, letter.reason) == (task.id, "delivery_limit")


async def test_a_broker_that_is_not_there_is_said_in_time(task: Task) -> None:
    queue = RabbitQueue(external_services.patient(broker_url="amqp://guest:guest@127.0.0.1:9/"))
    with pytest.raises(QueueAwayError):
        await queue.publish([message_of(task)])
    with pytest.raises(QueueAwayError):
        await queue.check()


async def test_a_broker_without_queues_is_said(task: Task) -> None:
    with external_services.broker(has_topology=False) as bare:
        queue = RabbitQueue(external_services.patient(broker_url=bare.url))
        with pytest.raises(BadTopologyError, match="kodus-ast topology apply"):
            await queue.publish([message_of(task)])
        await queue.close()
