"""The `Keys` port over PostgreSQL. A key is 32 random bytes, so a plain SHA-256 cannot be reversed."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from kodus_ast.adapters.database import Database
from kodus_ast.models.tasks import KEY_PREFIX, ApiKey, Scope, new_id


@dataclass(frozen=True, slots=True)
class PostgresKeys:
    """API keys, stored as digests."""

    database: Database

    async def create(self, organization_id: str, name: str, scopes: Sequence[Scope]) -> tuple[ApiKey, str]:
        """A new key and its text, which is shown only this once."""
        text = KEY_PREFIX + secrets.token_urlsafe(32)
        row = await self.database.row(
            "create_key", new_id(), organization_id, name, [scope.value for scope in scopes], _digest(text)
        )
        return msgspec.convert(dict(row or {}), ApiKey), text

    async def find(self, key: str) -> ApiKey | None:
        """The key with this text, unless it is revoked."""
        row = await self.database.row("find_key", _digest(key))
        return msgspec.convert(dict(row), ApiKey) if row else None

    async def list_keys(self, organization_id: str | None = None) -> list[ApiKey]:
        """The keys of one organization, or of all."""
        rows = await self.database.rows("list_keys", organization_id)
        return [msgspec.convert(dict(row), ApiKey) for row in rows]

    async def revoke(self, key_id: UUID) -> ApiKey | None:
        """Revokes the key; None if there is none to revoke."""
        row = await self.database.row("revoke_key", key_id)
        return msgspec.convert(dict(row), ApiKey) if row else None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
