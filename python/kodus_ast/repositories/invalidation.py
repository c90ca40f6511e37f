"""Forgetting a repository on every machine: what was fetched of it, and the graphs that were built of that.

The machine that is asked forgets at once and leaves a note in `Artifacts`; every worker looks for notes once
a minute, and remembers on its disk which ones it has followed.
"""

import asyncio
import contextlib
import os
import time
from datetime import timedelta
from pathlib import Path

from kodus_ast.errors import HostRefusedError
from kodus_ast.models.task_requests import Remote
from kodus_ast.ports import Durable
from kodus_ast.repositories.graph_cache import STORED

NOTES = "forgotten/"


async def forget(durable: Durable, remote: Remote) -> None:
    """Empties what is kept of the repository for its organization."""
    try:
        place = durable.repos.store(remote)
    except HostRefusedError:
        # Then nothing was ever fetched from there.
        return
    await _forget_here(durable, place)
    await durable.artifacts.remove(f"{STORED}/{place.stem}/")
    note = f"{NOTES}{place.stem}.{time.time():.0f}.{os.urandom(4).hex()}"
    await durable.artifacts.put_bytes(note, b"")
    await asyncio.to_thread(_followed(durable, note).touch)


async def follow_notes(durable: Durable) -> None:
    """Forgets what others were asked to forget; removes notes so old that everybody has seen them."""
    notes = await durable.artifacts.names(NOTES)
    oldest = time.time() - max(durable.settings.service.retention, timedelta(days=1)).total_seconds()
    for note in notes:
        stem, written, _ = note.removeprefix(NOTES).split(".")
        if float(written) < oldest:
            await durable.artifacts.discard([note])
            await asyncio.to_thread(_followed(durable, note).unlink, missing_ok=True)
        elif not (followed := _followed(durable, note)).exists():
            with contextlib.suppress(OSError):
                await _forget_here(durable, _place(durable, stem))
                await asyncio.to_thread(followed.touch)


async def _forget_here(durable: Durable, place: Path) -> None:
    await durable.repos.forget(place)
    await asyncio.to_thread(durable.graphs.forget, place.stem)


def _place(durable: Durable, stem: str) -> Path:
    return durable.settings.cache_directory / "repositories" / f"{stem}.git"


def _followed(durable: Durable, note: str) -> Path:
    directory = durable.settings.cache_directory / NOTES
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory / note.removeprefix(NOTES)
