"""PostgreSQL connections: a pool with time-outs, JSON, notifications; one kind of error when it is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import asyncpg
import msgspec

from kodus_ast.adapters.statements import statements
from kodus_ast.config import ServiceSettings
from kodus_ast.errors import BadMigrationError, DatabaseAwayError

SQL = statements("queries.sql", "maintenance.sql")
ANNOUNCE_S = 0.02
SESSION = {
    "application_name": "kodus-ast",
    "jit": "off",
    # Plans are kept: one that was made while a table was nearly empty would read all of it when it is full.
    "enable_seqscan": "off",
}
CHANNEL = "kodus_ast_tasks"

# What a broken connection, a server that stops, a deadlock and a full pool look like.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    # The server is there, but not our database, or it does not let us in any more.
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)

Row = asyncpg.Record


@contextlib.contextmanager
def away_is_said() -> Iterator[None]:
    """Turns what says that the database is away into `DatabaseAwayError`."""
    try:
        yield
    except asyncpg.UndefinedTableError as error:
        raise BadMigrationError("the database has not our schema; run 'kodus-ast migrate'") from error
    except AWAY as error:
        raise DatabaseAwayError(f"the database is away: {type(error).__name__}") from error


async def connect(settings: ServiceSettings, url: str) -> asyncpg.Connection:
    """One connection of its own, for listening and for migrations."""
    with away_is_said():
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


async def _leave(_connection: asyncpg.Connection) -> None:
    """No statement leaves anything in its session; cleaning it would be a round trip for each."""


class Database:
    """A pool, the named statements, and word of changes. Entered before use."""

    def __init__(self, settings: ServiceSettings, url: str) -> None:
        self.settings = settings
        self.url = url
        self._pool: asyncpg.Pool | None = None
        self._changed: set[UUID] = set()
        self._has_changed = asyncio.Event()
        self._announcer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Database":
        """Connects."""
        patience = self.settings.patience_s
        with away_is_said():
            self._pool = await asyncpg.create_pool(
                self.url,
                min_size=1,
                max_size=self.settings.pool_size,
                timeout=patience,
                command_timeout=patience,
                init=_prepare,
                reset=_leave,
                # While the schema grows, a statement must not outlive its plan for long.
                max_cached_statement_lifetime=300,
                server_settings=SESSION,
            )
        self._announcer = asyncio.create_task(self._announce())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnects; what still runs is cut off after a while."""
        if self._announcer:
            self._announcer.cancel()
            await asyncio.gather(self._announcer, return_exceptions=True)
        if self._pool:
            try:
                async with asyncio.timeout(self.settings.patience_s):
                    await self._pool.close()
            except (*AWAY, asyncpg.PostgresError):
                self._pool.terminate()

    async def rows(self, name: str, *arguments: object) -> list[Row]:
        """Runs a named statement, as a transaction of its own."""
        with away_is_said():
            async with self.pool.acquire(timeout=self.settings.patience_s) as connection:
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
        """Tells listeners, soon. Apart from the change itself: commits that notify wait for each other."""
        self._changed.add(task_id)
        self._has_changed.set()

    async def _announce(self) -> None:
        while True:
            await self._has_changed.wait()
            await asyncio.sleep(ANNOUNCE_S)
            self._has_changed.clear()
            changed, self._changed = self._changed, set()
            # Whoever listens looks again now and then, so a lost word costs time only.
            with contextlib.suppress(DatabaseAwayError, asyncpg.PostgresError):
                await self.rows("announce", list(changed))

    @contextlib.asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[asyncio.Queue[str | None]]:
        """Payloads of notifications; None once the connection is lost."""
        heard: asyncio.Queue[str | None] = asyncio.Queue()
        connection = await connect(self.settings, self.url)
        try:
            connection.add_termination_listener(lambda *_: heard.put_nowait(None))
            with away_is_said():
                await connection.add_listener(channel, lambda *said: heard.put_nowait(str(said[3])))
            yield heard
        finally:
            try:
                await connection.close(timeout=2)
            except (*AWAY, asyncpg.PostgresError):
                connection.terminate()
