"""Connects the adapters that the settings name, and imports them only then: most commands need none."""

import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from kodus_ast.config import Settings
from kodus_ast.errors import StorageError
from kodus_ast.ports import Durable, Graphs, Operations, Repos

# ruff: noqa: PLC0415 - imported where it is needed, for the sake of commands that need none of it


@contextlib.asynccontextmanager
async def durable(settings: Settings, repos: Repos, graphs: Graphs) -> AsyncIterator[Durable]:
    """All that the durable service needs, connected; disconnected at the end."""
    from kodus_ast.adapters.database import Database
    from kodus_ast.adapters.embedded import EmbeddedQueue
    from kodus_ast.adapters.keys import PostgresKeys
    from kodus_ast.adapters.objects import artifacts_in
    from kodus_ast.adapters.postgres import PostgresTasks
    from kodus_ast.adapters.sealed import SealedSecrets

    service = settings.service
    artifacts = artifacts_in(service)
    secrets = SealedSecrets(artifacts, service.sealing_key or _own_key(service.data_directory))
    async with contextlib.AsyncExitStack() as stack:
        url = service.database_url
        database = await stack.enter_async_context(Database(service, url))
        queue = EmbeddedQueue(database)
        stack.push_async_callback(queue.pause)
        yield Durable(
            settings,
            repos,
            graphs,
            PostgresTasks(database),
            PostgresKeys(database),
            queue,
            artifacts,
            secrets,
        )


def operations(settings: Settings) -> Operations:
    """What is done to the outside by those who run the service."""
    service = settings.service

    async def migrate() -> Sequence[str]:
        from kodus_ast.adapters.database import away_is_said, connect
        from kodus_ast.adapters.migrations import migrate

        connection = await connect(service, service.database_url)
        try:
            with away_is_said():
                return await migrate(connection)
        finally:
            await connection.close()

    async def nothing() -> Sequence[str]:
        return []

    return Operations(migrate, nothing, nothing)


def _own_key(directory: Path) -> bytes:
    """The key of an installation that was given none: made once, readable by its owner alone."""
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
