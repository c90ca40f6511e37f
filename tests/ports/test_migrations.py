"""Migrations: forward only, atomic, one process at a time."""

import asyncio

import asyncpg
import pytest

import external_services
from kodus_ast.adapters.database import connect
from kodus_ast.adapters.migrations import Migration, migrate, migrations, missing
from kodus_ast.adapters.statements import statements
from kodus_ast.errors import BadMigrationError


async def test_what_is_missing_is_applied_once(empty: asyncpg.Connection) -> None:
    names = [migration.name for migration in migrations()]
    assert names == sorted(names)
    assert await missing(empty) == names
    assert await migrate(empty) == names
    assert await migrate(empty) == []
    assert await missing(empty) == []


async def test_two_at_once_wait_for_each_other(empty_url: str, empty: asyncpg.Connection) -> None:
    other = await connect(external_services.patient(), empty_url)
    applied = await asyncio.gather(migrate(empty), migrate(other))
    assert sorted(map(len, applied)) == [0, len(migrations())]
    await other.close()


async def test_an_applied_file_must_not_change(empty: asyncpg.Connection) -> None:
    await migrate(empty, [Migration("0001_x", "CREATE TABLE x (id int)")])
    with pytest.raises(BadMigrationError, match="0001_x"):
        await migrate(empty, [Migration("0001_x", "CREATE TABLE x (id bigint)")])


async def test_a_file_that_fails_leaves_nothing_and_can_be_mended(empty: asyncpg.Connection) -> None:
    broken = [
        Migration("0001_x", "CREATE TABLE x (id int)"),
        Migration("0002_y", "CREATE TABLE y (id int); FOO"),
    ]
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await migrate(empty, broken)
    mended = [broken[0], Migration("0002_y", "CREATE TABLE y (id int)")]
    assert await migrate(empty, mended) == ["0002_y"]


async def test_statements_run_on_the_schema_of_a_later_release(empty: asyncpg.Connection) -> None:
    """During an update this release runs on the schema of the next one, whose migrations add columns."""
    await migrate(empty)
    tables = await empty.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for table in tables:
        await empty.execute(f"ALTER TABLE {table['tablename']} ADD COLUMN of_a_later_release text")
    assert len(tables) >= 6
    for text in statements("queries.sql", "maintenance.sql").values():
        await empty.prepare(text)
