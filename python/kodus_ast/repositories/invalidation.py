"""Invalidates a repository on every machine: its fetched objects, and the graphs that were built of them.

The process that is asked removes them at once and leaves a note in `Artifacts`. Every worker reads the notes
once a minute, and records on its disk which ones it has applied.
"""

import asyncio
import contextlib
import os
import time
from datetime import timedelta
from pathlib import Path

from kodus_ast.errors import HostRefusedError
from kodus_ast.models.task_requests import Remote
from kodus_ast.ports import ServiceContext
from kodus_ast.repositories.graph_cache import STORED_GRAPHS

NOTES = "forgotten/"


async def invalidate_repository(service: ServiceContext, remote: Remote) -> None:
    """Removes everything that is kept of the repository for its organization."""
    try:
        path = service.repos.store_path(remote)
    except HostRefusedError:
        # Nothing was ever fetched from there.
        return
    await _remove_local(service, path)
    await service.artifacts.remove(f"{STORED_GRAPHS}/{path.stem}/")
    note = f"{NOTES}{path.stem}.{time.time():.0f}.{os.urandom(4).hex()}"
    await service.artifacts.put_bytes(note, b"")
    await asyncio.to_thread(_applied_mark(service, note).touch)


async def apply_invalidations(service: ServiceContext) -> None:
    """Removes what other machines were asked to invalidate; deletes notes that every worker has seen."""
    notes = await service.artifacts.list_names(NOTES)
    oldest = time.time() - max(service.settings.service.retention, timedelta(days=1)).total_seconds()
    for note in notes:
        stem, written, _ = note.removeprefix(NOTES).split(".")
        if float(written) < oldest:
            await service.artifacts.remove_files([note])
            await asyncio.to_thread(_applied_mark(service, note).unlink, missing_ok=True)
        elif not (mark := _applied_mark(service, note)).exists():
            with contextlib.suppress(OSError):
                await _remove_local(service, _store_path(service, stem))
                await asyncio.to_thread(mark.touch)


async def _remove_local(service: ServiceContext, path: Path) -> None:
    await service.repos.remove(path)
    await asyncio.to_thread(service.graphs.remove_group, path.stem)


def _store_path(service: ServiceContext, stem: str) -> Path:
    return service.settings.cache_directory / "repositories" / f"{stem}.git"


def _applied_mark(service: ServiceContext, note: str) -> Path:
    directory = service.settings.cache_directory / NOTES
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory / note.removeprefix(NOTES)
