"""Bare repositories on disk, one per URL and organization: locked, created atomically, bounded by bytes.

A lock is a file beside the repository, held with `flock`: shared for reading, exclusive for writing and
removing. Several workers may share one disk, and the locks of a killed worker are released by the kernel.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kodus_ast.errors import StorageError

FIRST_WAIT_S = 0.01
LONGEST_WAIT_S = 0.5
MAX_PACKS = 64
"""A repository with more packs is slow to read; fetching it again costs no more than repacking it."""

Initialize = Callable[[Path], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class BareRepositories:
    """A directory of bare repositories. Any of them may be deleted at any time: it is fetched again."""

    directory: Path
    max_bytes: int

    def path_of(self, url: str, owner: str) -> Path:
        """The path for a URL and an owner: owners share no objects, for their rights may differ."""
        name = hashlib.sha256(f"{owner}\0{url}".encode(errors="surrogateescape")).hexdigest()
        return self.directory / f"{name}.git"

    @contextlib.asynccontextmanager
    async def reading(self, path: Path) -> AsyncIterator[None]:
        """Locks the repository against changes."""
        async with self._locked(path, fcntl.LOCK_SH):
            yield

    @contextlib.asynccontextmanager
    async def writing(self, path: Path) -> AsyncIterator[None]:
        """Locks the repository against reading and changes by others."""
        async with self._locked(path, fcntl.LOCK_EX):
            yield

    def hold(self, path: Path) -> None:
        """Locks the repository against changes until this process ends."""
        with _raising_storage_error(self.directory):
            fcntl.flock(_open_lock(path), fcntl.LOCK_SH)

    async def create(self, path: Path, initialize: Initialize) -> None:
        """Creates the repository if it is not there or not usable; the caller holds the exclusive lock."""
        if await asyncio.to_thread(self._is_usable, path):
            await asyncio.to_thread(_remove_leftovers, path)
            return
        with _raising_storage_error(self.directory):
            await asyncio.to_thread(self._clear, path)
            part = Path(await asyncio.to_thread(tempfile.mkdtemp, ".part", path.stem + ".", self.directory))
        try:
            await initialize(part)
            with _raising_storage_error(self.directory):
                await asyncio.to_thread(part.rename, path)
        finally:
            await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)

    async def remove(self, path: Path) -> None:
        """Removes the repository; the caller holds the exclusive lock."""
        await asyncio.to_thread(self._clear, path)

    async def shrink(self, keep: Path) -> None:
        """Removes the least recently used unlocked repositories until the rest fits into `max_bytes`."""
        await asyncio.to_thread(self._shrink, keep)

    def _is_usable(self, path: Path) -> bool:
        packs = sum(1 for name in _names(path / "objects" / "pack") if name.endswith(".pack"))
        return (path / "HEAD").is_file() and packs <= MAX_PACKS

    def _clear(self, path: Path) -> None:
        """Renames before removing: a process that dies here leaves nothing that looks like a repository."""
        for part in self.directory.glob(f"{path.stem}.*.part"):
            shutil.rmtree(part, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            renamed = path.with_name(f"{path.stem}.{os.urandom(4).hex()}.part")
            path.rename(renamed)
            shutil.rmtree(renamed, ignore_errors=True)

    def _shrink(self, keep: Path) -> None:
        with contextlib.suppress(OSError):
            repositories = []
            for path in self.directory.glob("*.git"):
                with contextlib.suppress(OSError):
                    repositories.append((_lock_path(path).stat().st_mtime_ns, size_of(path), path))
            total = sum(size for _, size, _ in repositories)
            for _, size, path in sorted(repositories):
                if total <= self.max_bytes:
                    return
                if path != keep and self._remove_if_unlocked(path):
                    total -= size

    def _remove_if_unlocked(self, path: Path) -> bool:
        handle = _open_lock(path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._clear(path)
        except OSError:
            return False
        finally:
            os.close(handle)
        return True

    @contextlib.asynccontextmanager
    async def _locked(self, path: Path, kind: int) -> AsyncIterator[None]:
        with _raising_storage_error(self.directory):
            handle = await asyncio.to_thread(_open_lock, path)
        try:
            wait = FIRST_WAIT_S
            # Polled, because a thread that waits for a lock cannot be cancelled.
            while True:
                try:
                    fcntl.flock(handle, kind | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, LONGEST_WAIT_S)
            # Records the time of last use for `shrink`.
            os.utime(handle)
            yield
        finally:
            os.close(handle)


def size_of(directory: Path) -> int:
    """Bytes of all files below a directory; files may come and go meanwhile."""
    total = 0
    for parent, _, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118 - ten times a second
    return total


def _remove_leftovers(path: Path) -> None:
    """Removes what a killed git has left: locks and incomplete packs."""
    for left in (*path.glob("*.lock"), *path.glob("objects/pack/*tmp_*"), *path.glob("refs/**/*.lock")):
        with contextlib.suppress(OSError):
            left.unlink()


def _names(directory: Path) -> list[str]:
    try:
        return os.listdir(directory)  # noqa: PTH208 - names alone
    except OSError:
        return []


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")


def _open_lock(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(_lock_path(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _raising_storage_error(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{directory} cannot be written: {error.strerror}") from None
