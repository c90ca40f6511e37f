"""Each role has only the rights that it needs, in the database and at the broker."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aio_pika
import asyncpg
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused

import external_services
from kodus_ast.adapters import topology
from kodus_ast.adapters.api_keys import PostgresKeys
from kodus_ast.adapters.database import Database
from kodus_ast.adapters.migrations import migrate, migrations, missing
from kodus_ast.adapters.postgres_completions import PostgresCompletions, PostgresWebhooks
from kodus_ast.adapters.postgres_tasks import PostgresTasks
from kodus_ast.adapters.rabbitmq import MAX_READS, RabbitQueue
from kodus_ast.errors import BadTopologyError, QueueAwayError
from kodus_ast.host_policy import Host, HostRules
from kodus_ast.models.task_requests import RepoRef
from kodus_ast.models.tasks import Message, NewTask, Scope, Task, TaskKind, TaskResult, new_id

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
KEY = b"k" * 32
Denied = asyncpg.InsufficientPrivilegeError

# Each command to the broker starts an Erlang machine of its own: seconds, and there are a dozen.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database that was set up as operators are told to."""
    with external_services.database(external_services.DATABASE_URL, is_migrated=False) as own:
        external_services.run(set_up(own))
        yield own


async def set_up(url: str) -> None:
    owner = await external_services.connected(url)
    await owner.execute((SCRIPTS / "roles.sql").read_text())
    await owner.close()
    migrator = await external_services.connected(f"{url}?role=kodus_migrator")
    names = [migration.name for migration in migrations()]
    assert await missing(migrator) == names
    assert await migrate(migrator) == names
    await migrator.execute((SCRIPTS / "grants.sql").read_text())
    await migrator.close()


@asynccontextmanager
async def as_role(url: str, role: str) -> AsyncIterator[Database]:
    async with Database(external_services.patient(), f"{url}?role={role}") as database:
        yield database


async def test_api_worker_and_operator_can_do_their_work(url: str) -> None:
    async with as_role(url, "kodus_api") as api, as_role(url, "kodus_worker") as worker:
        accepting, working = PostgresTasks(api), PostgresTasks(worker)
        task = (await accepting.create(NewTask(organization_id="o", kind=TaskKind.IMPACT, request={}))).task
        await accepting.mark_published(await accepting.take_unpublished(10))
        running = await working.claim(task.id, "w", timedelta(seconds=9), running_limit=2)
        assert isinstance(running, Task)
        await working.requeue_stale()
        assert await working.finish(running.lease, TaskResult(summary={}), {}, actor="w") is not None
        assert await accepting.result(task.id) is not None
        assert await accepting.repository_urls("o") == []
        assert await accepting.find_by_repository("o", ["u"], RepoRef(url="u")) == []
        await accepting.clear_artifacts([task.id])
        await accepting.oldest_due_s()
        await working.expired(timedelta(0))
        await working.surplus(5)
        await working.clear_artifacts([task.id])
        await working.remove([task.id])
        assert await accepting.find(task.id) is None
    async with as_role(url, "kodus_api") as api, as_role(url, "kodus_worker") as worker:
        rules = HostRules(hosts=(Host("*"),))
        webhooks, completions = PostgresWebhooks(api, KEY, rules), PostgresCompletions(worker, KEY)
        await completions.enable_broker()
        webhook, _ = await webhooks.create("o", "https://receiver.example/hook")
        # Either role ends a task, and neither may write completions itself.
        for tasks in (PostgresTasks(api), PostgresTasks(worker)):
            task = (
                await PostgresTasks(api).create(
                    NewTask(organization_id="o", kind=TaskKind.IMPACT, request={})
                )
            ).task
            assert await tasks.cancel(task.id, None, actor="test") is not None
        first, *rest = await completions.take(9, for_broker=True)
        assert len(rest) == 3
        await completions.failed(first, timedelta(0), "network")
        await completions.sent(rest[0])
        assert await webhooks.list_webhooks("o") == [webhook]
        assert await webhooks.remove("o", webhook.id)
    async with as_role(url, "kodus_operator") as operator, as_role(url, "kodus_api") as api:
        key, text = await PostgresKeys(operator).create("o", "n", [Scope.READ])
        assert await PostgresKeys(api).find(text) == key
        await PostgresKeys(operator).revoke(key.id)


@pytest.mark.parametrize("role", ["kodus_api", "kodus_worker", "kodus_operator"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE own (id int)",
        "ALTER TABLE tasks ADD COLUMN own int",
        "DROP TABLE task_results",
        "DROP TRIGGER tasks_stay_as_they_ended ON tasks",
        "TRUNCATE tasks CASCADE",
        "DELETE FROM task_events",
        "INSERT INTO schema_migrations (name, checksum) VALUES ('x', 'y')",
    ],
)
async def test_nobody_but_the_migrator_changes_the_schema(url: str, role: str, statement: str) -> None:
    async with as_role(url, role) as database:
        with pytest.raises(Denied):
            await database.pool.execute(statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("kodus_api", "DELETE FROM tasks"),
        ("kodus_api", "DELETE FROM completions"),
        ("kodus_worker", "INSERT INTO completions (task_id) VALUES (gen_random_uuid())"),
        ("kodus_worker", "DELETE FROM webhooks"),
        ("kodus_operator", "SELECT FROM webhooks"),
        ("kodus_api", "INSERT INTO task_results (task_id, summary) VALUES (gen_random_uuid(), '{}')"),
        ("kodus_api", "UPDATE task_results SET summary = '{}'"),
        ("kodus_api", "UPDATE api_keys SET revoked_at = NULL"),
        ("kodus_worker", "SELECT * FROM api_keys"),
        ("kodus_worker", "INSERT INTO tasks (id) VALUES (gen_random_uuid())"),
        ("kodus_operator", "UPDATE tasks SET state = ''"),
        ("kodus_operator", "SELECT * FROM task_results"),
    ],
)
async def test_nobody_does_the_work_of_another(url: str, role: str, statement: str) -> None:
    async with as_role(url, role) as database:
        with pytest.raises(Denied):
            await database.pool.execute(statement)


@dataclass(frozen=True)
class Users:
    """A broker with the users of the script."""

    broker: external_services.Broker

    def url(self, user: str) -> str:
        parts = urlsplit(self.broker.url)
        return urlunsplit(parts._replace(netloc=f"{user}:pass@{parts.hostname}:{parts.port}"))

    def script(self, what: str) -> None:
        passwords = {f"KODUS_{who}_PASSWORD": "pass" for who in ("TOPOLOGY", "API", "WORKER", "OPERATOR")}
        command = {"RABBITMQCTL": " ".join(external_services.RABBITMQCTL)}
        subprocess.run(
            [str(SCRIPTS / "rabbitmq-rights.sh"), what, self.broker.vhost],
            env={**os.environ, **passwords, **command},
            check=True,
            timeout=120,
            capture_output=True,
        )


@pytest.fixture(scope="module")
def users() -> Iterator[Users]:
    with external_services.broker(has_topology=False) as broker:
        made = Users(broker)
        made.script("users")
        external_services.run(external_services.with_topology(made.url("kodus_topology")))
        made.script("policies")
        yield made
        for user in ("kodus_topology", "kodus_api", "kodus_worker", "kodus_operator"):
            external_services.rabbitmqctl("delete_user", user)


async def test_each_user_can_do_its_work(users: Users) -> None:
    settings = external_services.patient()
    api, worker, operator = (
        RabbitQueue(
            external_services.patient(broker_url=users.url(f"kodus_{who}"), patience_s=settings.patience_s)
        )
        for who in ("api", "worker", "operator")
    )
    message = Message(new_id(), TaskKind.IMPACT)
    come = asyncio.Queue[Any]()
    await worker.consume_dead_letters(lambda _: asyncio.sleep(0))
    await worker.consume("jobs", [TaskKind.IMPACT.value], 1, come.put)
    await api.check()
    assert await api.publish([message]) == [message.task_id]
    assert await worker.depth(list(TaskKind)) >= 0
    async with asyncio.timeout(10):
        await (await come.get()).acknowledge()
    await worker.publish([message])
    await worker.dead_letter(message, "poison")
    async with asyncio.timeout(10):
        while not (letters := await operator.list_dead_letters()):
            await asyncio.sleep(0.05)
    assert [letter.reason for letter in letters] == ["poison"]
    for _ in range(25):
        assert len(await operator.list_dead_letters()) == 1
    # An API that serves operators has their identity for that, and its own for the rest.
    settings = external_services.patient(
        broker_url=users.url("kodus_api"), operator_broker_url=users.url("kodus_operator")
    )
    serving = RabbitQueue(settings)
    for _ in range(MAX_READS + 2):
        assert [letter.id for letter in await serving.list_dead_letters()] == [letters[0].id]
    with pytest.raises(QueueAwayError):
        await api.list_dead_letters()
    assert await serving.remove_dead_letter(letters[0].id)
    for queue in (api, worker, operator, serving):
        await queue.close()


async def test_a_topology_that_is_there_is_found_right(users: Users) -> None:
    connection = await aio_pika.connect(users.url("kodus_topology"))
    assert await topology.check(connection) == []
    await connection.close()


async def tried(channel: AbstractChannel, what: str) -> None:
    match what:
        case "read":
            queue = await channel.get_queue("ast.initialize.repo.q", ensure=False)
            await queue.get(timeout=5)
        case "read dead letters":
            queue = await channel.get_queue("ast.jobs.dlq", ensure=False)
            await queue.get(timeout=5)
        case "declare":
            await channel.declare_queue("ast.own.q", durable=True)
        case "delete":
            await channel.queue_delete("ast.initialize.repo.q")
        case "purge":
            queue = await channel.get_queue("ast.initialize.repo.q", ensure=False)
            await queue.purge()
        case _:
            message = aio_pika.Message(b"")
            await channel.default_exchange.publish(message, "ast.initialize.repo.q", timeout=5)


@pytest.mark.parametrize(
    ("user", "what"),
    [
        *((f"kodus_{who}", "declare") for who in ("api", "worker", "operator")),
        *((f"kodus_{who}", "delete") for who in ("api", "worker", "operator")),
        *((f"kodus_{who}", "publish to a queue") for who in ("api", "worker", "operator")),
        ("kodus_api", "read"),
        ("kodus_api", "read dead letters"),
        ("kodus_api", "purge"),
        ("kodus_worker", "read dead letters"),
        ("kodus_operator", "read"),
    ],
)
async def test_nobody_does_more_at_the_broker(users: Users, user: str, what: str) -> None:
    connection = await aio_pika.connect(users.url(user), timeout=5)
    channel = await connection.channel(on_return_raises=True)
    with pytest.raises(ChannelAccessRefused):
        await tried(channel, what)
    await connection.close()


async def test_a_queue_that_was_declared_otherwise_is_said() -> None:
    with external_services.broker(has_topology=False) as broker:
        connection = await aio_pika.connect(broker.url)
        assert "queue ast.jobs.dlq is missing" in await topology.check(connection)
        channel = await connection.channel()
        await channel.declare_queue(
            "ast.validate.code.q", durable=True, arguments={**topology.JOB_ARGUMENTS, "x-delivery-limit": 9}
        )
        await channel.declare_exchange("ast.jobs.x", aio_pika.ExchangeType.TOPIC, durable=True)
        with pytest.raises(BadTopologyError, match=r"ast\.validate\.code\.q.*x-delivery-limit"):
            await topology.apply(connection)
        said = [line for line in await topology.check(connection) if "ast.validate.code.q" in line]
        assert len(said) == 1
        assert "x-delivery-limit" in said[0]
        await connection.close()
