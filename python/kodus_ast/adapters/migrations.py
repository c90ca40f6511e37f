"""Applies migrations of the schema: numbered files, forward only, each in a transaction of its own."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import asyncpg

from kodus_ast.adapters.statements import statements
from kodus_ast.errors import BadMigrationError

SQL = statements("migrations.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file; its checksum shows whether it is the text that was applied."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """The migrations of this release, in order."""
    folder = resources.files("kodus_ast") / "migrations"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return [Migration(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in files]


async def migrate(connection: asyncpg.Connection, files: Sequence[Migration] | None = None) -> list[str]:
    """Applies missing migrations in order; their names. Two processes that migrate wait for each other."""
    applied: list[str] = []
    # A lock of the session, held over all transactions; closing the connection releases it too.
    await connection.execute(SQL["lock_migrations"])
    try:
        await connection.execute(SQL["create_table_of_migrations"])
        known = {row["name"]: row["checksum"] for row in await connection.fetch(SQL["list_migrations"])}
        for migration in migrations() if files is None else files:
            if migration.name not in known:
                async with connection.transaction():
                    await connection.execute(migration.sql)
                    await connection.execute(SQL["record_migration"], migration.name, migration.checksum)
                applied.append(migration.name)
            elif known[migration.name] != migration.checksum:
                raise BadMigrationError(
                    f"migration {migration.name} was applied with another text: never edit one"
                )
    finally:
        await connection.execute(SQL["unlock_migrations"])
    return applied


async def missing(connection: asyncpg.Connection) -> list[str]:
    """The names of migrations of this release that were not applied yet."""
    if not await connection.fetchval(SQL["has_table_of_migrations"]):
        return [migration.name for migration in migrations()]
    known = {row["name"] for row in await connection.fetch(SQL["list_migrations"])}
    return [migration.name for migration in migrations() if migration.name not in known]
