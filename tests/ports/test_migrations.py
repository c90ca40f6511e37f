"""Migrations: forward only, whole or not at all, one at a time."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

import outside
from kodus_ast.adapters.database import connect
from kodus_ast.adapters.migrations import Migration, migrate, migrations, missing
from kodus_ast.errors import BadMigrationError


@pytest.fixture
def url() -> Iterator[str]:
    with outside.database(outside.DATABASE_URL, is_migrated=False) as own:
        yield own


@pytest.fixture
async def connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    connected = await connect(outside.patient(), url)
    yield connected
    await connected.close()


async def test_what_is_missing_is_applied_once(connection: asyncpg.Connection) -> None:
    names = [migration.name for migration in migrations()]
    assert names == sorted(names)
    assert await missing(connection) == names
    assert await migrate(connection) == names
    assert await migrate(connection) == []
    assert await missing(connection) == []


async def test_two_at_once_wait_for_each_other(url: str, connection: asyncpg.Connection) -> None:
    other = await connect(outside.patient(), url)
    applied = await asyncio.gather(migrate(connection), migrate(other))
    assert sorted(map(len, applied)) == [0, len(migrations())]
    await other.close()


async def test_an_applied_file_must_not_change(connection: asyncpg.Connection) -> None:
    await migrate(connection, [Migration("0001_x", "CREATE TABLE x (id int)")])
    with pytest.raises(BadMigrationError, match="0001_x"):
        await migrate(connection, [Migration("0001_x", "CREATE TABLE x (id bigint)")])


async def test_a_file_that_fails_leaves_nothing_and_can_be_mended(connection: asyncpg.Connection) -> None:
    broken = [
        Migration("0001_x", "CREATE TABLE x (id int)"),
        Migration("0002_y", "CREATE TABLE y (id int); FOO"),
    ]
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await migrate(connection, broken)
    mended = [broken[0], Migration("0002_y", "CREATE TABLE y (id int)")]
    assert await migrate(connection, mended) == ["0002_y"]
