"""The ports `Webhooks` and `Completions` over PostgreSQL. URLs and signing keys are encrypted in the rows."""

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kodus_ast.adapters.database import Database, Row
from kodus_ast.errors import TooManyWebhooksError
from kodus_ast.host_policy import HostRules
from kodus_ast.models.completions import Completion, Webhook, WebhookTarget
from kodus_ast.models.tasks import new_id

SECRET_PREFIX = "whsec_"  # noqa: S105 - what the text of a signing key begins with
KEY_BYTES = 32
NONCE_BYTES = 12
MOST_WEBHOOKS = 10
"""Of one organization."""
RESERVATION = timedelta(seconds=60)
MAX_ATTEMPTS = 20
"""With the back-off of the relay about half a day."""


@dataclass(frozen=True, slots=True)
class PostgresWebhooks:
    """Webhooks of organizations."""

    database: Database
    sealing_key: bytes
    rules: HostRules

    async def create(self, organization_id: str, url: str) -> tuple[Webhook, str]:
        """A new webhook and the text of its signing key, which is shown only this once."""
        origin = self.rules.check_url(url, organization_id)
        webhook_id, key = new_id(), os.urandom(KEY_BYTES)
        sealed = _seal(self.sealing_key, webhook_id, WebhookTarget(origin.url, key))
        row = await self.database.row(
            "create_webhook", webhook_id, organization_id, origin.name, sealed, MOST_WEBHOOKS
        )
        if row is None:
            raise TooManyWebhooksError
        return msgspec.convert(dict(row), Webhook), SECRET_PREFIX + base64.b64encode(key).decode()

    async def list_webhooks(self, organization_id: str) -> list[Webhook]:
        """The webhooks of an organization, oldest first."""
        rows = await self.database.rows("list_webhooks", organization_id)
        return [msgspec.convert(dict(row), Webhook) for row in rows]

    async def remove(self, organization_id: str, webhook_id: UUID) -> bool:
        """Removes a webhook and what is still to be sent to it; False when there is none."""
        return await self.database.row("remove_webhook", webhook_id, organization_id) is not None


@dataclass(frozen=True, slots=True)
class PostgresCompletions:
    """Completion events, which a trigger writes when a task ends."""

    database: Database
    sealing_key: bytes

    async def enable_broker(self) -> None:
        """Has completions of all organizations written for the broker from now on."""
        await self.database.row("enable_broker_sink")

    async def take(self, limit: int, *, for_broker: bool) -> Sequence[Completion]:
        """Events that are due, reserved for this relay for a while."""
        rows = await self.database.rows("take_completions", RESERVATION, for_broker, limit)
        return [self._completion(row) for row in rows]

    async def sent(self, completion: Completion) -> None:
        """Removes an event that has arrived."""
        await self.database.row("remove_completion", completion.id)

    async def failed(self, completion: Completion, delay: timedelta, code: str) -> bool:
        """Postpones an event that did not arrive; True if it was the last attempt."""
        row = await self.database.row("postpone_completion", completion.id, delay, code, MAX_ATTEMPTS)
        return bool(row and row["is_given_up"])

    def _completion(self, row: Row) -> Completion:
        webhook_id, sealed = row["webhook_id"], row["sealed"]
        return Completion(
            id=row["id"],
            task_id=row["task_id"],
            organization_id=row["organization_id"],
            kind=row["kind"],
            status=row["status"],
            code=row["code"],
            finished_at=row["finished_at"],
            trace_id=row["trace_id"],
            summary=row["summary"],
            attempts=row["attempts"],
            webhook=_open(self.sealing_key, webhook_id, sealed) if sealed else None,
            is_for_broker=webhook_id is None,
        )


def _seal(key: bytes, webhook_id: UUID, target: WebhookTarget) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, msgspec.msgpack.encode(target), webhook_id.bytes)


def _open(key: bytes, webhook_id: UUID, sealed: bytes) -> WebhookTarget | None:
    """None if it was sealed with another key."""
    try:
        plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], webhook_id.bytes)
        return msgspec.msgpack.decode(plain, type=WebhookTarget)
    except (InvalidTag, ValueError):
        return None
