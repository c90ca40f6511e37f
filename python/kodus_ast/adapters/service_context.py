"""Connects the adapters that the settings name. Imports them only then: most commands need none."""

import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from kodus_ast.config import ServiceSettings, Settings
from kodus_ast.errors import BadOptionError, StorageError
from kodus_ast.ports import CompletionSender, Graphs, Operations, Queue, Repos, ServiceContext

# ruff: noqa: PLC0415 - imported where needed: most commands need none of them


@contextlib.asynccontextmanager
async def connect_service(settings: Settings, repos: Repos, graphs: Graphs) -> AsyncIterator[ServiceContext]:
    """The service's ports, connected; disconnects at the end of the block."""
    from kodus_ast.adapters.api_keys import PostgresKeys
    from kodus_ast.adapters.database import Database
    from kodus_ast.adapters.embedded_queue import EmbeddedQueue
    from kodus_ast.adapters.object_storage import open_artifacts
    from kodus_ast.adapters.otlp import traces_to
    from kodus_ast.adapters.postgres_completions import PostgresCompletions, PostgresWebhooks
    from kodus_ast.adapters.postgres_tasks import PostgresTasks
    from kodus_ast.adapters.sealed_secrets import SealedSecrets
    from kodus_ast.adapters.webhook_requests import WebhookRequests
    from kodus_ast.metrics import Metrics

    service = settings.service
    artifacts = open_artifacts(service)
    sealing_key = service.sealing_key or _generated_key(service.data_directory)
    secrets = SealedSecrets(artifacts, sealing_key)
    rules = settings.webhook_rules
    if service.events_exchange and not (service.events_broker_url or service.broker_url):
        raise BadOptionError("KODUS_AST_EVENTS_EXCHANGE needs KODUS_AST_EVENTS_BROKER_URL or a broker")
    async with contextlib.AsyncExitStack() as stack:
        traces = await stack.enter_async_context(traces_to(service))
        url = await stack.enter_async_context(_database_url(service))
        database = await stack.enter_async_context(Database(service, url))
        queue: Queue
        if service.broker_url:
            from kodus_ast.adapters.rabbitmq import RabbitQueue

            queue = RabbitQueue(service)
        else:
            queue = EmbeddedQueue(database)
        stack.push_async_callback(queue.close)
        events: CompletionSender | None = None
        if service.events_exchange:
            from kodus_ast.adapters.rabbitmq_events import RabbitEvents

            events = RabbitEvents(service)
            stack.push_async_callback(events.close)
        yield ServiceContext(
            settings,
            repos,
            graphs,
            PostgresTasks(database),
            PostgresKeys(database),
            queue,
            artifacts,
            secrets,
            PostgresWebhooks(database, sealing_key, rules),
            PostgresCompletions(database, sealing_key),
            WebhookRequests(rules),
            events,
            Metrics(),
            traces,
        )


def operations(settings: Settings) -> Operations:
    """What operators do to the database and the broker."""
    service = settings.service

    async def migrate() -> Sequence[str]:
        from kodus_ast.adapters.database import connect, raising_when_away
        from kodus_ast.adapters.migrations import migrate as apply

        async with _database_url(service) as url:
            connection = await connect(service, url)
            try:
                with raising_when_away():
                    return await apply(connection)
            finally:
                await connection.close()

    async def apply_topology() -> Sequence[str]:
        return await _with_broker(service, "apply")

    async def check_topology() -> Sequence[str]:
        return await _with_broker(service, "check")

    return Operations(migrate, apply_topology, check_topology)


async def _with_broker(service: ServiceSettings, what: str) -> list[str]:
    from kodus_ast.adapters import topology
    from kodus_ast.adapters.rabbitmq_connection import connect, raising_when_away

    if not service.broker_url:
        raise BadOptionError("KODUS_AST_BROKER_URL is not set; the embedded queue has no topology")
    link = await connect(service, f"topology {what}")
    try:
        with raising_when_away():
            return await (topology.apply if what == "apply" else topology.check)(link.connection)
    finally:
        await link.close()


@contextlib.asynccontextmanager
async def _database_url(service: ServiceSettings) -> AsyncIterator[str]:
    """The URL of the database; an embedded one runs at least until the block ends."""
    if service.database_url:
        yield service.database_url
        return
    from kodus_ast.adapters.embedded_postgres import embedded_postgres

    async with embedded_postgres(service.data_directory / "postgres") as url:
        yield url


def _generated_key(directory: Path) -> bytes:
    """The sealing key of an installation without a configured one: generated once, readable by its owner."""
    file = directory / "sealing.key"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(os.urandom(32))
        return file.read_bytes()
    except OSError as error:
        raise StorageError(f"{file} cannot be used: {error.strerror}") from None
