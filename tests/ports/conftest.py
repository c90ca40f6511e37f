"""The adapters of each port as parameters of its suite."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

import external_services
from kodus_ast.adapters.database import Database, connect
from kodus_ast.adapters.embedded_queue import EmbeddedQueue
from kodus_ast.adapters.postgres_tasks import PostgresTasks
from kodus_ast.adapters.rabbitmq import RabbitQueue
from kodus_ast.models.tasks import NewTask, Task, TaskKind
from kodus_ast.ports import Queue


@pytest.fixture(params=["machine", "embedded"])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    url = request.getfixturevalue(f"{request.param}_database")
    await external_services.emptied(url)
    async with Database(external_services.patient(), url) as connected:
        yield connected


@pytest.fixture
def tasks(database: Database) -> PostgresTasks:
    return PostgresTasks(database)


@pytest.fixture
async def queue_database(machine_database: str) -> AsyncIterator[Database]:
    await external_services.emptied(machine_database)
    async with Database(external_services.patient(), machine_database) as connected:
        yield connected


@pytest.fixture(params=["rabbitmq", "embedded"])
async def queue(request: pytest.FixtureRequest, queue_database: Database) -> AsyncIterator[Queue]:
    connected: Queue
    if request.param == "rabbitmq":
        broker: external_services.Broker = request.getfixturevalue("session_broker")
        await broker.emptied()
        connected = RabbitQueue(external_services.patient(broker_url=broker.url))
    else:
        connected = EmbeddedQueue(queue_database)
    yield connected
    await connected.close()


@pytest.fixture
async def task(queue_database: Database) -> Task:
    """Something to have a message about."""
    new = NewTask(organization_id="org", kind=TaskKind.IMPACT, request={"a": 1}, trace_id="a" * 32)
    return (await PostgresTasks(queue_database).create(new)).task


@pytest.fixture
def empty_url() -> Iterator[str]:
    """A database of the test's own, without a table."""
    with external_services.database(external_services.DATABASE_URL, is_migrated=False) as own:
        yield own


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[asyncpg.Connection]:
    connected = await connect(external_services.patient(), empty_url)
    yield connected
    await connected.close()
