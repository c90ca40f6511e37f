"""The `Secrets` port: encrypted with AES-GCM, bound to the task id and a name, stored in `Artifacts`.

Everything that is sealed has a random name of its own, which the row of its task holds. So two submissions
never write to one place, and removing what one has sealed touches nothing of another, whatever ids their
clients choose.
"""

import os
import secrets
from dataclasses import dataclass
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kodus_ast.errors import ArtifactGoneError, SealedGoneError
from kodus_ast.models.task_requests import Sealed
from kodus_ast.models.tasks import UNNAMED
from kodus_ast.ports import Artifacts

PREFIX = "sealed"
NONCE_BYTES = 12
NAME_BYTES = 16


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    """Encrypts secrets so that they can be decrypted for their own task only, and only with this key."""

    artifacts: Artifacts
    key: bytes

    async def seal(self, task_id: UUID, sealed: Sealed) -> str:
        """Stores it under a new random name, encrypted and bound to the task and the name."""
        nonce, name = os.urandom(NONCE_BYTES), secrets.token_hex(NAME_BYTES)
        text = AESGCM(self.key).encrypt(nonce, msgspec.msgpack.encode(sealed), _bound_to(task_id, name))
        await self.artifacts.put_bytes(_path(task_id, name), nonce + text)
        return name

    async def open(self, task_id: UUID, name: str) -> Sealed:
        """What was sealed for this task under this name."""
        try:
            stored = await self.artifacts.read(_path(task_id, name))
            bound = _bound_to(task_id, name)
            plain = AESGCM(self.key).decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], bound)
            return msgspec.msgpack.decode(plain, type=Sealed)
        except (ArtifactGoneError, InvalidTag, ValueError):
            # The same error for all: nobody who reads the store or the logs should learn which it was.
            raise SealedGoneError from None

    async def remove(self, task_id: UUID, name: str) -> None:
        """Removes it and nothing else; no error when nothing is there."""
        await self.artifacts.remove_files([_path(task_id, name)])

    async def is_sealed(self, task_id: UUID, name: str) -> bool:
        """Whether it is there."""
        return _path(task_id, name) in await self.artifacts.list_names(f"{PREFIX}/{task_id}/")

    async def list_sealed(self) -> list[tuple[UUID, str]]:
        """The task and the name of everything that is sealed."""
        paths = [path.split("/") for path in await self.artifacts.list_names(PREFIX)]
        return [(UUID(task_id), name) for _, task_id, name in paths]


def _path(task_id: UUID, name: str) -> str:
    # Below the id of the task: sweepers, also of the release before, ask by it whether the task has ended.
    return f"{PREFIX}/{task_id}/{name}"


def _bound_to(task_id: UUID, name: str) -> bytes:
    """The associated data. The release before bound to the task alone."""
    return task_id.bytes if name == UNNAMED else task_id.bytes + name.encode()
