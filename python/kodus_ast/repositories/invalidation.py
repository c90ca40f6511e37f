"""Invalidates a repository on every machine: its fetched objects, and the graphs that were built of them.

The process that is asked removes them at once and leaves a note in `Artifacts`. Every worker and API reads
the notes when it starts and once a minute, and records on its disk which ones it has applied.
"""

import asyncio
import contextlib
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from kodus_ast.models.task_requests import Remote
from kodus_ast.ports import ServiceContext
from kodus_ast.repositories.graph_cache import STORED_GRAPHS

NOTES = "forgotten/"


class Invalidated(NamedTuple):
    """What was removed: whether fetched objects on this machine, and how many files of stored graphs."""

    had_objects: bool
    graphs: int


async def invalidate_repository(service: ServiceContext, remote: Remote) -> Invalidated:
    """Removes everything that is cached of the repository for its organization."""
    path = service.repos.former_path(remote)
    had_objects = await _remove_local(service, path)
    graphs = await service.artifacts.remove(f"{STORED_GRAPHS}/{path.stem}/")
    note = f"{NOTES}{path.stem}.{time.time():.0f}.{os.urandom(4).hex()}"
    await service.artifacts.put_bytes(note, b"")
    await asyncio.to_thread(_applied_mark(service, note).touch)
    return Invalidated(had_objects, graphs)


async def apply_invalidations(service: ServiceContext) -> list[str]:
    """Removes what other machines were asked to invalidate, and old notes, which all have seen; the notes."""
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
    return notes


async def _remove_local(service: ServiceContext, path: Path) -> bool:
    had_objects = await service.repos.remove(path)
    await asyncio.to_thread(service.graphs.remove_group, path.stem)
    return had_objects


def _store_path(service: ServiceContext, stem: str) -> Path:
    return service.settings.cache_directory / "repositories" / f"{stem}.git"


def _applied_mark(service: ServiceContext, note: str) -> Path:
    directory = service.settings.cache_directory / NOTES
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory / note.removeprefix(NOTES)
