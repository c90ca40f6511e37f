"""PostgreSQL connections: a pool with timeouts, JSON, notifications; one error when the server is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import asyncpg
import msgspec

from kodus_ast.adapters.statements import statements
from kodus_ast.config import ServiceSettings
from kodus_ast.errors import BadMigrationError, DatabaseAwayError

SQL = statements("queries.sql", "maintenance.sql", "completions.sql")
NOTIFY_DELAY_S = 0.02
SESSION = {
    "application_name": "kodus-ast",
    "jit": "off",
    # Plans are cached: one that was made for a nearly empty table would later scan the full one.
    "enable_seqscan": "off",
}
CHANNEL = "kodus_ast_tasks"

# Errors of a broken connection, a stopping server, a deadlock and an exhausted pool.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    # The server runs, but our database is missing or refuses our credentials.
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)

Row = asyncpg.Record


@contextlib.contextmanager
def raising_when_away() -> Iterator[None]:
    """Raises `DatabaseAwayError` for every error that means the database cannot be used now."""
    try:
        yield
    except asyncpg.UndefinedTableError as error:
        raise BadMigrationError("the database has not our schema; run 'kodus-ast migrate'") from error
    except AWAY as error:
        raise DatabaseAwayError(f"the database is away: {type(error).__name__}") from error


async def connect(settings: ServiceSettings, url: str) -> asyncpg.Connection:
    """A connection outside of the pool, for notifications and migrations."""
    with raising_when_away():
        connection = await asyncpg.connect(url, timeout=settings.patience_s)
        await _prepare(connection)
        return connection


async def _prepare(connection: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            encoder=lambda value: msgspec.json.encode(value).decode(),
            decoder=msgspec.json.decode,
            schema="pg_catalog",
        )


async def _skip_reset(_connection: asyncpg.Connection) -> None:
    """No statement changes its session, so resetting it would only cost a round trip."""


class Database:
    """A pool that runs named statements, and notifies listeners of changed tasks. Use it in `async with`."""

    def __init__(self, settings: ServiceSettings, url: str) -> None:
        self.settings = settings
        self.url = url
        self._pool: asyncpg.Pool | None = None
        self._changed: set[UUID] = set()
        self._has_changed = asyncio.Event()
        self._notifier: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Database":
        """Connects."""
        patience = self.settings.patience_s
        with raising_when_away():
            self._pool = await asyncpg.create_pool(
                self.url,
                min_size=1,
                max_size=self.settings.pool_size,
                timeout=patience,
                command_timeout=patience,
                init=_prepare,
                reset=_skip_reset,
                # While tables grow, a cached plan must not be used for long.
                max_cached_statement_lifetime=300,
                server_settings=SESSION,
            )
        self._notifier = asyncio.create_task(self._notify_listeners())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnects; terminates connections whose statements take too long."""
        if self._notifier:
            self._notifier.cancel()
            await asyncio.gather(self._notifier, return_exceptions=True)
        if self._pool:
            try:
                async with asyncio.timeout(self.settings.patience_s):
                    await self._pool.close()
            except (*AWAY, asyncpg.PostgresError):
                self._pool.terminate()

    async def rows(self, name: str, *arguments: object) -> list[Row]:
        """Runs a named statement, as a transaction of its own."""
        with raising_when_away():
            async with self.pool.acquire(timeout=self.settings.patience_s) as connection:
                rows: list[Row] = await connection.fetch(SQL[name], *arguments)
                return rows

    async def locked_rows(self, lock: str, name: str, *arguments: object) -> list[Row] | None:
        """Runs a named statement behind another one that tries to take a lock; None when it is not free.

        The second statement sees everything that the last holder of the lock has written.
        """
        with raising_when_away():
            async with (
                self.pool.acquire(timeout=self.settings.patience_s) as connection,
                connection.transaction(),
            ):
                if not await connection.fetchval(SQL[lock]):
                    return None
                rows: list[Row] = await connection.fetch(SQL[name], *arguments)
                return rows

    async def row(self, name: str, *arguments: object) -> Row | None:
        """The first row of a named statement."""
        rows = await self.rows(name, *arguments)
        return rows[0] if rows else None

    @property
    def pool(self) -> asyncpg.Pool:
        """The pool, once entered."""
        if self._pool is None:
            raise DatabaseAwayError("the database is not connected")
        return self._pool

    def changed(self, task_id: UUID) -> None:
        """Notifies listeners soon, apart from the change itself: commits that notify wait for each other."""
        self._changed.add(task_id)
        self._has_changed.set()

    async def _notify_listeners(self) -> None:
        while True:
            await self._has_changed.wait()
            await asyncio.sleep(NOTIFY_DELAY_S)
            self._has_changed.clear()
            changed, self._changed = self._changed, set()
            # Listeners also poll, so a lost notification costs only time.
            with contextlib.suppress(DatabaseAwayError, asyncpg.PostgresError):
                await self.rows("notify_changes", list(changed))

    @contextlib.asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[asyncio.Queue[str | None]]:
        """Payloads of notifications; None once the connection is lost."""
        notifications: asyncio.Queue[str | None] = asyncio.Queue()
        connection = await connect(self.settings, self.url)
        try:
            connection.add_termination_listener(lambda *_: notifications.put_nowait(None))
            with raising_when_away():
                await connection.add_listener(
                    channel, lambda *arguments: notifications.put_nowait(str(arguments[3]))
                )
            yield notifications
        finally:
            try:
                await connection.close(timeout=2)
            except (*AWAY, asyncpg.PostgresError):
                connection.terminate()
