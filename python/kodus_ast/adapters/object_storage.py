"""The `Artifacts` port over obstore: a directory, or S3. Both show a file only once all of it is there."""

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
from kodus_ast.ports import Listed, Stored

if TYPE_CHECKING:
    # There for type checkers only.
    from obstore.store import S3Config

PIECE = 1024 * 1024
PROBE = "probe"


@dataclass(frozen=True, slots=True)
class ObjectArtifacts:
    """Files by name in a store of obstore's."""

    store: ObjectStore

    async def put(self, name: str, file: Path) -> Stored:
        """Stores the file, whole, under the name."""
        size, sha256 = await asyncio.to_thread(_measured, file)
        with _failures(name):
            await obstore.put_async(self.store, name, file)
        return Stored(name, size, sha256)

    async def put_bytes(self, name: str, content: bytes) -> Stored:
        """The same for what is in memory."""
        with _failures(name):
            await obstore.put_async(self.store, name, content)
        return Stored(name, len(content), hashlib.sha256(content).hexdigest())

    async def fetch(self, name: str, destination: Path, *, sha256: str | None = None) -> Stored:
        """Writes the file there, whole or not at all."""
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
            await asyncio.to_thread(_discarded, Path(part))
        return Stored(name, size, digest.hexdigest())

    async def read(self, name: str) -> bytes:
        """The whole file, for what is small."""
        with _failures(name):
            found = await obstore.get_async(self.store, name)
            return bytes(await found.bytes_async())

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        """The file in pieces."""
        with _failures(name):
            found = await obstore.get_async(self.store, name)
            async for piece in found.stream(min_chunk_size=PIECE):
                yield bytes(piece)

    async def link(self, name: str, lifetime: timedelta) -> str | None:
        """A URL that needs no credentials and ends by itself; a directory has none."""
        if not isinstance(self.store, S3Store):
            return None
        with _failures(name):
            return await obstore.sign_async(self.store, "GET", name, lifetime)

    async def names(self, prefix: str) -> list[str]:
        """Everything that is stored under the prefix."""
        return [one.name for one in await self.listed(prefix)]

    async def listed(self, prefix: str) -> list[Listed]:
        """The same with size and age."""
        with _failures(prefix):
            return [
                Listed(found["path"], found["size"], found["last_modified"])
                async for batch in obstore.list(self.store, prefix=prefix)
                for found in batch
            ]

    async def remove(self, prefix: str) -> int:
        """Removes everything under the prefix; how much that was."""
        names = await self.names(prefix)
        await self.discard(names)
        return len(names)

    async def discard(self, names: Sequence[str]) -> None:
        """Removes these files; what is not there is no error."""
        if names:
            with _failures(names[0]), contextlib.suppress(FileNotFoundError):
                await obstore.delete_async(self.store, list(names))

    async def check(self) -> None:
        """Writes and removes a small file."""
        name = f"{PROBE}/{os.getpid()}"
        await self.put_bytes(name, b"")
        with _failures(name):
            await obstore.delete_async(self.store, name)


def artifacts_in(settings: ServiceSettings) -> ObjectArtifacts:
    """The store that the settings name."""
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
def _failures(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ArtifactGoneError(f"{name} is not stored") from None
    except (ObstoreError, OSError) as error:
        # What the store says may hold a signed URL.
        raise StorageError(f"the store failed with {name}: {type(error).__name__}") from error


def _discarded(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def _measured(file: Path) -> tuple[int, str]:
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256")
            return opened.tell(), digest.hexdigest()
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror}") from None
