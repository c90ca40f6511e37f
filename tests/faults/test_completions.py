"""Completion events: one per ended task and sink, none lost, signed, and sent nowhere they must not go."""

import asyncio
import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import aio_pika
import pytest

import external_services
from faults.test_worker import NOTHING, ended, submitted
from kodus_ast.adapters.postgres_completions import MAX_ATTEMPTS, PostgresWebhooks
from kodus_ast.adapters.rabbitmq_events import RabbitEvents
from kodus_ast.adapters.webhook_requests import WebhookRequests
from kodus_ast.errors import (
    DatabaseAwayError,
    GitError,
    NetworkError,
    RepositoryNotFoundError,
)
from kodus_ast.host_policy import KNOWN, Host
from kodus_ast.models.completions import Completion
from kodus_ast.models.tasks import Task, TaskKind, TaskStatus
from kodus_ast.ports import ServiceContext
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.tasks import Handler
from kodus_ast.worker import Worker
from kodus_ast.worker.completion_relay import CompletionRelay

EXCHANGE = "test.events"
QUEUE = "test.events.q"
CANARY = "canary0path0of0a0webhook"


@dataclass
class Post:
    """A request that a receiver got."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.body)
        return decoded

    def is_signed_with(self, secret: str) -> bool:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return self.headers["webhook-signature"] == f"v1,{expected}"


@dataclass
class Receiver:
    """A server for webhooks on loopback, which answers with these statuses in turn, then with 200."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{CANARY}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.posts.append(Post(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status = receiver.statuses.pop(0) if receiver.statuses else 200
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url + "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def connected_to(service: ServiceContext, *receivers: Receiver, **more: object) -> ServiceContext:
    """The same service, which may send to these receivers, with these settings."""
    own = replace(service.settings.service, **more)  # type: ignore[arg-type]
    ports = frozenset(one.port for one in receivers)
    loopback = Host("127.0.0.1", ports=ports, private=(ip_network("127.0.0.0/8"),))
    settings = replace(service.settings, service=own, hosts=(loopback, *KNOWN), git_protocols="https:http")
    database = service.tasks.database  # type: ignore[attr-defined]
    return replace(
        service,
        settings=settings,
        webhooks=PostgresWebhooks(database, b"k" * 32, settings.webhook_rules),
        webhook_requests=WebhookRequests(settings.webhook_rules),
        broker_events=RabbitEvents(own) if own.events_exchange else None,
    )


@asynccontextmanager
async def working(service: ServiceContext, handler: Handler) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(Worker(service, handlers={TaskKind.IMPACT: handler}).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)


async def do(_: TaskContext) -> Outcome:
    return NOTHING


async def rows(service: ServiceContext) -> list[Any]:
    database = service.tasks.database  # type: ignore[attr-defined]
    found: list[Any] = await database.pool.fetch("SELECT * FROM completions ORDER BY created_at, id")
    return found


async def closed(service: ServiceContext) -> None:
    assert service.broker_events is not None
    await service.broker_events.close()


async def make_due(service: ServiceContext) -> None:
    """Ends the back-off."""
    await service.tasks.database.pool.execute("UPDATE completions SET due_at = now()")  # type: ignore[attr-defined]


async def until(condition: Any, timeout_s: float = 15) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.02)


async def completed(service: ServiceContext, **more: Any) -> Task:
    """A task that has ended, without a worker that could send anything."""
    task = await submitted(service, **more)
    cancelled = await service.tasks.cancel(task.id, None, actor="test")
    assert cancelled is not None
    return cancelled


async def test_every_end_of_a_task_is_sent_once(service: ServiceContext, receiver: Receiver) -> None:
    service = connected_to(service, receiver)
    webhook, secret = await service.webhooks.create("org", receiver.url)
    assert (webhook.host, webhook.organization_id) == ("127.0.0.1", "org")
    release = asyncio.Event()

    async def handle(context: TaskContext) -> Outcome:
        match context.task.request["how"]:
            case "fail":
                raise RepositoryNotFoundError
            case "give up":
                raise GitError
            case "wait":
                release.set()
                await asyncio.Event().wait()
        return NOTHING

    await submitted(service, organization="other", request={"how": "complete"})
    expected: dict[UUID, tuple[str, str | None]] = {}
    waiting = await completed(service)
    expected[waiting.id] = ("CANCELLED", None)
    async with working(service, handle):
        for how, end in {
            "complete": ("COMPLETED", None),
            "fail": ("FAILED", "repository_not_found"),
            "give up": ("FAILED", "git"),
        }.items():
            task = await submitted(service, request={"how": how})
            await ended(service, task)
            expected[task.id] = end
        task = await submitted(service, request={"how": "wait"})
        await release.wait()
        await service.tasks.cancel(task.id, None, actor="test")
        await ended(service, task)
        expected[task.id] = ("CANCELLED", None)
        await until(lambda: len(receiver.posts) >= len(expected))
        await asyncio.sleep(1.5)
    found = {
        UUID(post.event["taskId"]): (post.event["status"], post.event["code"]) for post in receiver.posts
    }
    assert found == expected
    assert len(receiver.posts) == len(expected)
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == len(expected)
    for post in receiver.posts:
        assert post.is_signed_with(secret)
        assert not post.is_signed_with("whsec_" + base64.b64encode(b"x" * 32).decode())
        assert abs(int(post.headers["webhook-timestamp"]) - time.time()) < 60
        assert post.path == f"/{CANARY}"
        assert set(post.event) == {"event", "taskId", "status", "code", "organizationId", "kind", "at"}
        assert (post.event["event"], post.event["organizationId"]) == ("ast.task.completed", "org")
    assert await rows(service) == []


@asynccontextmanager
async def bound(broker: external_services.Broker) -> AsyncIterator[aio_pika.abc.AbstractQueue]:
    """A queue of somebody else's, bound to an exchange of somebody else's."""
    connection = await aio_pika.connect(broker.url, timeout=5)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(exchange, "ast.task.completed")
        yield queue
        await queue.delete(if_unused=False, if_empty=False)
        await exchange.delete()


async def test_an_exchange_of_the_broker_gets_events_too(
    service: ServiceContext, session_broker: external_services.Broker
) -> None:
    """Of all organizations, with a queue in the database as well."""
    service = connected_to(service, events_exchange=EXCHANGE, events_broker_url=session_broker.url)
    async with bound(session_broker) as queue:
        async with working(service, do):
            # Written from when a worker has started that sends them.
            database = service.tasks.database  # type: ignore[attr-defined]
            async with asyncio.timeout(10):
                while not await database.pool.fetchval("SELECT count(*) FROM completion_sinks"):
                    await asyncio.sleep(0.02)
            tasks = [await submitted(service, organization=name, trace_id="a" * 32) for name in ("a", "b")]
            for task in tasks:
                await ended(service, task)
            found: list[aio_pika.abc.AbstractIncomingMessage] = []
            async with asyncio.timeout(10):
                while len(found) < 2:
                    await asyncio.sleep(0.1)
                    if one := await queue.get(no_ack=True, fail=False):
                        found.append(one)
            await asyncio.sleep(1.5)
            assert await queue.get(no_ack=True, fail=False) is None
        bodies = [json.loads(one.body) for one in found]
        assert {body["taskId"] for body in bodies} == {str(task.id) for task in tasks}
        assert {body["organizationId"] for body in bodies} == {"a", "b"}
        assert {body["status"] for body in bodies} == {"COMPLETED"}
        assert all(body["result"] == {} for body in bodies)
        assert all(one.headers["x-correlation-id"] == "a" * 32 for one in found)
        assert len({one.message_id for one in found}) == 2
    await closed(service)


async def test_an_event_without_a_queue_or_a_broker_waits(
    service: ServiceContext, session_broker: external_services.Broker
) -> None:
    service = connected_to(service, events_exchange=EXCHANGE, events_broker_url=session_broker.url)
    relay = CompletionRelay(service)
    await relay.send_due()
    await completed(service)
    # There is no such exchange, then one without a queue.
    assert await relay.send_due() == 1
    (waiting,) = await rows(service)
    assert (waiting["attempts"], waiting["last_error"]) == (1, "bad_topology")
    async with bound(session_broker) as queue:
        await queue.unbind(EXCHANGE, "ast.task.completed")
        await make_due(service)
        assert await relay.send_due() == 1
        assert [one["attempts"] for one in await rows(service)] == [2]
        await queue.bind(EXCHANGE, "ast.task.completed")
        await make_due(service)
        assert await relay.send_due() == 1
        assert await rows(service) == []
        assert await queue.get(no_ack=True, timeout=10, fail=False) is not None
    await closed(service)


async def test_what_is_not_accepted_is_sent_again_with_the_same_id(
    service: ServiceContext, receiver: Receiver
) -> None:
    service = connected_to(service, receiver)
    await service.webhooks.create("org", receiver.url)
    receiver.statuses = [500, 302, 404]
    await completed(service)
    relay = CompletionRelay(service)
    delays = []
    for attempt in (1, 2, 3):
        assert await relay.send_due() == 1
        assert await relay.send_due() == 0
        (row,) = await rows(service)
        assert (row["attempts"], row["last_error"]) == (attempt, "webhook_refused")
        now = await service.tasks.database.pool.fetchval("SELECT now()")  # type: ignore[attr-defined]
        delays.append((row["due_at"] - now).total_seconds())
        await make_due(service)
    assert await relay.send_due() == 1
    assert await rows(service) == []
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == 1
    # A redirect is not followed.
    assert {post.path for post in receiver.posts} == {f"/{CANARY}"}
    assert 2 < delays[0] <= 5
    assert 4.5 < delays[1] <= 10
    assert 9.5 < delays[2] <= 20


async def test_what_never_arrives_is_given_up_and_kept(service: ServiceContext, receiver: Receiver) -> None:
    service = connected_to(service, receiver)
    await service.webhooks.create("org", receiver.url)
    await completed(service)
    receiver.statuses = [503] * (MAX_ATTEMPTS + 5)
    relay = CompletionRelay(service)
    for _ in range(MAX_ATTEMPTS + 2):
        await relay.send_due()
        await make_due(service)
    assert len(receiver.posts) == MAX_ATTEMPTS
    (row,) = await rows(service)
    assert row["gave_up_at"] is not None
    labels = {"sink": "webhook", "outcome": "given up"}
    assert service.metrics.registry.get_sample_value("kodus_ast_completions_total", labels) == 1


async def test_a_dead_receiver_costs_one_attempt_and_does_not_delay_others(
    service: ServiceContext, receiver: Receiver
) -> None:
    with receiving() as dead:
        service = connected_to(service, receiver, dead)
        dead.statuses = [500] * 100
        await service.webhooks.create("dead", dead.url)
        await service.webhooks.create("org", receiver.url)
        for _ in range(30):
            await completed(service, organization="dead")
        await completed(service)
        relay = CompletionRelay(service)
        for _ in range(5):
            await relay.send_due()
        # One batch was tried; the others of the same receiver wait.
        assert len(dead.posts) <= 20
        assert len(receiver.posts) == 1


class DyingTasks:
    """Ends a task, but the caller never learns of it."""

    def __init__(self, tasks: Any) -> None:
        self._tasks = tasks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tasks, name)

    async def finish(self, *arguments: Any, **named: Any) -> None:
        await self._tasks.finish(*arguments, **named)
        raise DatabaseAwayError


async def test_no_event_is_lost_between_the_end_of_a_task_and_its_sending(
    service: ServiceContext, receiver: Receiver
) -> None:
    service = connected_to(service, receiver)
    await service.webhooks.create("org", receiver.url)
    refused = replace(service, webhook_requests=Lost())
    async with working(replace(refused, tasks=DyingTasks(service.tasks)), do):
        task = await submitted(service)
        assert (await ended(service, task)).status is TaskStatus.COMPLETED
    assert [one["task_id"] for one in await rows(service)] == [task.id]
    # A process that dies after sending: the event comes again, with the same id.
    await make_due(service)
    (taken,) = await service.completions.take(10, for_broker=False)
    await service.webhook_requests.send(taken)
    assert await service.completions.take(10, for_broker=False) == []
    await make_due(service)
    assert await CompletionRelay(service).send_due() == 1
    assert await rows(service) == []
    assert [post.headers["webhook-id"] for post in receiver.posts] == [str(taken.id)] * 2


class Lost:
    """A network that swallows everything."""

    async def send(self, _: Completion) -> None:
        raise NetworkError

    async def close(self) -> None:
        return


async def test_without_a_sink_nothing_is_written(service: ServiceContext, receiver: Receiver) -> None:
    await completed(service)
    service = connected_to(service, receiver)
    webhook, _ = await service.webhooks.create("other", receiver.url)
    await completed(service)
    assert await rows(service) == []
    await completed(service, organization="other")
    assert len(await rows(service)) == 1
    assert not await service.webhooks.remove("org", webhook.id)
    assert await service.webhooks.remove("other", webhook.id)
    assert await rows(service) == []
