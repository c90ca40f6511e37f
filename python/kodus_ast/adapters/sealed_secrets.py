"""The `Secrets` port: encrypted with AES-GCM, the task id as associated data, stored in `Artifacts`."""

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
    """Encrypts secrets so that they can be decrypted for their own task only, and only with this key."""

    artifacts: Artifacts
    key: bytes

    async def seal(self, task_id: UUID, sealed: Sealed) -> None:
        """Stores it, encrypted and bound to the task."""
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
            # The same error for all: nobody who reads the store or the logs should learn which it was.
            raise SealedGoneError from None

    async def remove(self, task_id: UUID) -> None:
        """Removes it; no error when nothing is there."""
        await self.artifacts.remove(f"{PREFIX}/{task_id}/")

    async def task_ids(self) -> list[UUID]:
        """The tasks for which something is sealed."""
        return [UUID(name.split("/")[1]) for name in await self.artifacts.list_names(PREFIX)]


def _name(task_id: UUID) -> str:
    # A file below the id: `Artifacts.remove` removes what is under a prefix.
    return f"{PREFIX}/{task_id}/request"
