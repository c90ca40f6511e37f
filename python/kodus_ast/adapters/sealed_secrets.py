"""The `Secrets` port: AES-GCM under one key, the task's id as associated data, beside the artefacts."""

import os
from dataclasses import dataclass
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kodus_ast.errors import ArtifactGoneError, SealedGoneError
from kodus_ast.models.task_requests import Sealed
from kodus_ast.ports import Artifacts

PREFIX = "sealed"
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    """What was sealed for one task opens for no other, and with no other key."""

    artifacts: Artifacts
    key: bytes

    async def seal(self, task_id: UUID, sealed: Sealed) -> None:
        """Keeps it, encrypted and bound to the task."""
        nonce = os.urandom(NONCE_BYTES)
        text = AESGCM(self.key).encrypt(nonce, msgspec.msgpack.encode(sealed), task_id.bytes)
        await self.artifacts.put_bytes(_name(task_id), nonce + text)

    async def open(self, task_id: UUID) -> Sealed:
        """What was sealed for this task."""
        try:
            stored = await self.artifacts.read(_name(task_id))
            plain = AESGCM(self.key).decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], task_id.bytes)
            return msgspec.msgpack.decode(plain, type=Sealed)
        except (ArtifactGoneError, InvalidTag, ValueError):
            # Not saying which: neither a reader of the store nor one of the logs shall learn it.
            raise SealedGoneError from None

    async def remove(self, task_id: UUID) -> None:
        """Forgets it; nothing there is no error."""
        await self.artifacts.remove(f"{PREFIX}/{task_id}/")

    async def task_ids(self) -> list[UUID]:
        """The tasks that something is sealed for."""
        return [UUID(name.split("/")[1]) for name in await self.artifacts.names(PREFIX)]


def _name(task_id: UUID) -> str:
    # Stores remove what is under a name, not what has it.
    return f"{PREFIX}/{task_id}/request"
