"""The `Artifacts` port over obstore: a directory or S3. Both show a file only when it is complete."""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError as ObstoreError
from obstore.store import LocalStore, ObjectStore, S3Store

from kodus_ast.config import ServiceSettings
from kodus_ast.errors import ArtifactGoneError, BadArtifactError, StorageError
from kodus_ast.models.artifacts import ListedArtifact, StoredArtifact

if TYPE_CHECKING:
    # There for type checkers only.
    from obstore.store import S3Config

PIECE_BYTES = 1024 * 1024
PROBE = "probe"


@dataclass(frozen=True, slots=True)
class ObjectArtifacts:
    """Files by name in an obstore store."""

    store: ObjectStore

    async def put(self, name: str, file: Path) -> StoredArtifact:
        """Stores the file under the name."""
        size, sha256 = await asyncio.to_thread(_size_and_hash, file)
        with _raising_storage_error(name):
            await obstore.put_async(self.store, name, file)
        return StoredArtifact(name, size, sha256)

    async def put_bytes(self, name: str, content: bytes) -> StoredArtifact:
        """Stores these bytes under the name."""
        with _raising_storage_error(name):
            await obstore.put_async(self.store, name, content)
        return StoredArtifact(name, len(content), hashlib.sha256(content).hexdigest())

    async def fetch(self, name: str, destination: Path, *, sha256: str | None = None) -> StoredArtifact:
        """Writes the file to `destination`, whole or not at all."""
        digest, size = hashlib.sha256(), 0
        handle, part = tempfile.mkstemp(dir=destination.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as out:
                async for piece in self.stream(name):
                    digest.update(piece)
                    size += len(piece)
                    await asyncio.to_thread(out.write, piece)
            if sha256 and digest.hexdigest() != sha256:
                raise BadArtifactError(f"{name} is not what was stored")
            await asyncio.to_thread(Path(part).replace, destination)
        except OSError as error:
            raise StorageError(f"{destination} cannot be written: {error.strerror}") from None
        finally:
            await asyncio.to_thread(_remove_part, Path(part))
        return StoredArtifact(name, size, digest.hexdigest())

    async def read(self, name: str) -> bytes:
        """The content of a small file."""
        with _raising_storage_error(name):
            found = await obstore.get_async(self.store, name)
            return bytes(await found.bytes_async())

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        """The content in pieces."""
        with _raising_storage_error(name):
            found = await obstore.get_async(self.store, name)
            async for piece in found.stream(min_chunk_size=PIECE_BYTES):
                yield bytes(piece)

    async def link(self, name: str, lifetime: timedelta) -> str | None:
        """A signed URL of S3; None for a directory."""
        if not isinstance(self.store, S3Store):
            return None
        with _raising_storage_error(name):
            return await obstore.sign_async(self.store, "GET", name, lifetime)

    async def list_names(self, prefix: str) -> list[str]:
        """The names of all files under the prefix."""
        return [one.name for one in await self.list_files(prefix)]

    async def list_files(self, prefix: str) -> list[ListedArtifact]:
        """All files under the prefix, with size and time of writing."""
        with _raising_storage_error(prefix):
            return [
                ListedArtifact(found["path"], found["size"], found["last_modified"])
                async for batch in obstore.list(self.store, prefix=prefix)
                for found in batch
            ]

    async def remove(self, prefix: str) -> int:
        """Removes all files under the prefix; how many there were."""
        names = await self.list_names(prefix)
        await self.remove_files(names)
        return len(names)

    async def remove_files(self, names: Sequence[str]) -> None:
        """Removes these files; a missing one is no error."""
        if names:
            with _raising_storage_error(names[0]), contextlib.suppress(FileNotFoundError):
                await obstore.delete_async(self.store, list(names))

    async def check(self) -> None:
        """Writes and removes a small file."""
        name = f"{PROBE}/{os.getpid()}"
        await self.put_bytes(name, b"")
        with _raising_storage_error(name):
            await obstore.delete_async(self.store, name)


def open_artifacts(settings: ServiceSettings) -> ObjectArtifacts:
    """The artefact store of these settings."""
    where = urlsplit(settings.store)
    if where.scheme == "s3":
        store: ObjectStore = S3Store(
            where.netloc,
            prefix=where.path.strip("/") or None,
            client_options={"allow_http": settings.s3_endpoint.startswith("http://"), "timeout": "60s"},
            config=_s3(settings),
        )
    else:
        directory = Path(settings.store) if settings.store else settings.data_directory / "artifacts"
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageError(f"{directory} cannot be written: {error.strerror}") from None
        store = LocalStore(directory, automatic_cleanup=True)
    return ObjectArtifacts(store)


def _s3(settings: ServiceSettings) -> "S3Config":
    config: S3Config = {}
    if settings.s3_endpoint:
        config["endpoint"] = settings.s3_endpoint
    if settings.s3_region:
        config["region"] = settings.s3_region
    return config


@contextlib.contextmanager
def _raising_storage_error(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ArtifactGoneError(f"{name} is not stored") from None
    except (ObstoreError, OSError) as error:
        # Without the message of the store, which may hold a signed URL.
        raise StorageError(f"the store failed with {name}: {type(error).__name__}") from error


def _remove_part(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def _size_and_hash(file: Path) -> tuple[int, str]:
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256")
            return opened.tell(), digest.hexdigest()
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror}") from None
