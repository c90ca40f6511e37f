"""Object stores on disk, one per repository: locked, made whole or not at all, bounded by bytes.

A lock is a file beside the store, held with `flock`: shared while somebody reads, alone while somebody writes
or removes. So several workers may use one disk, and what a killed one held is free again.
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
MOST_PACKS = 64
"""A store of more packs is slow to look into; fetching it anew is not dearer than packing it."""

Make = Callable[[Path], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Stores:
    """A directory of bare repositories. Losing any of them costs time, nothing else."""

    directory: Path
    max_bytes: int

    def place(self, url: str, owner: str) -> Path:
        """Where the repository is kept for its owner: what one may see says nothing about another."""
        name = hashlib.sha256(f"{owner}\0{url}".encode(errors="surrogateescape")).hexdigest()
        return self.directory / f"{name}.git"

    @contextlib.asynccontextmanager
    async def reading(self, place: Path) -> AsyncIterator[None]:
        """Nobody changes the store meanwhile."""
        async with self._locked(place, fcntl.LOCK_SH):
            yield

    @contextlib.asynccontextmanager
    async def writing(self, place: Path) -> AsyncIterator[None]:
        """Nobody else reads or changes the store meanwhile."""
        async with self._locked(place, fcntl.LOCK_EX):
            yield

    def hold(self, place: Path) -> None:
        """Keeps others from changing the store until this process ends."""
        with _said(self.directory):
            fcntl.flock(_opened(place), fcntl.LOCK_SH)

    async def made(self, place: Path, make: Make) -> None:
        """Makes the store if it is not there; whoever calls holds it alone. Readers see all of it or none."""
        if await asyncio.to_thread(self._is_usable, place):
            await asyncio.to_thread(_tidy, place)
            return
        with _said(self.directory):
            await asyncio.to_thread(self._clear, place)
            part = Path(await asyncio.to_thread(tempfile.mkdtemp, ".part", place.stem + ".", self.directory))
        try:
            await make(part)
            with _said(self.directory):
                await asyncio.to_thread(part.rename, place)
        finally:
            await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)

    async def remove(self, place: Path) -> None:
        """Forgets the store; whoever calls holds it alone."""
        await asyncio.to_thread(self._clear, place)

    async def shrink(self, keep: Path) -> None:
        """Removes the least recently used stores that nobody holds, while there are too many bytes."""
        await asyncio.to_thread(self._shrink, keep)

    def _is_usable(self, place: Path) -> bool:
        packs = sum(1 for name in _names(place / "objects" / "pack") if name.endswith(".pack"))
        return (place / "HEAD").is_file() and packs <= MOST_PACKS

    def _clear(self, place: Path) -> None:
        """Under a new name first: a process that dies here leaves nothing that looks like a store."""
        for part in self.directory.glob(f"{place.stem}.*.part"):
            shutil.rmtree(part, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            doomed = place.with_name(f"{place.stem}.{os.urandom(4).hex()}.part")
            place.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)

    def _shrink(self, keep: Path) -> None:
        with contextlib.suppress(OSError):
            stores = []
            for place in self.directory.glob("*.git"):
                with contextlib.suppress(OSError):
                    stores.append((_lock_of(place).stat().st_mtime_ns, size_of(place), place))
            total = sum(size for _, size, _ in stores)
            for _, size, place in sorted(stores):
                if total <= self.max_bytes:
                    return
                if place != keep and self._removed_if_free(place):
                    total -= size

    def _removed_if_free(self, place: Path) -> bool:
        handle = _opened(place)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._clear(place)
        except OSError:
            return False
        finally:
            os.close(handle)
        return True

    @contextlib.asynccontextmanager
    async def _locked(self, place: Path, kind: int) -> AsyncIterator[None]:
        with _said(self.directory):
            handle = await asyncio.to_thread(_opened, place)
        try:
            wait = FIRST_WAIT_S
            # Asked again and again, for a thread that waits for a lock cannot be cancelled.
            while True:
                try:
                    fcntl.flock(handle, kind | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, LONGEST_WAIT_S)
            # When it was used last.
            os.utime(handle)
            yield
        finally:
            os.close(handle)


def size_of(directory: Path) -> int:
    """Bytes of all files below a directory that may change meanwhile."""
    total = 0
    for parent, _, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118 - ten times a second
    return total


def _tidy(place: Path) -> None:
    """Removes what a git that was killed has left: locks, and packs that are not whole."""
    for left in (*place.glob("*.lock"), *place.glob("objects/pack/*tmp_*"), *place.glob("refs/**/*.lock")):
        with contextlib.suppress(OSError):
            left.unlink()


def _names(directory: Path) -> list[str]:
    try:
        return os.listdir(directory)  # noqa: PTH208 - names alone
    except OSError:
        return []


def _lock_of(place: Path) -> Path:
    return place.with_suffix(".lock")


def _opened(place: Path) -> int:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(_lock_of(place), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _said(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{directory} cannot be written: {error.strerror}") from None
