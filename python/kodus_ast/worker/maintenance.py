"""What every worker does beside its tasks: re-queue what somebody lost, remove what nobody needs."""

import asyncio
import contextlib
import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from kodus_ast import logs
from kodus_ast.errors import KodusAstError, StorageError
from kodus_ast.outbox import Outbox
from kodus_ast.ports import Durable, Listed
from kodus_ast.repositories.graph_cache import STORED
from kodus_ast.repositories.invalidation import follow_notes

SWEEP_S = 60.0
GRAPHS_EVERY = 60
"""Sweeps: listing all that is stored is dear, and nothing is pressing."""
LOG = logs.logger(__name__)


class Upkeep:
    """The reaper and the sweeper; of all workers one at a time does either, the database sees to that."""

    def __init__(self, durable: Durable, outbox: Outbox) -> None:
        self._durable = durable
        self._outbox = outbox
        self._ownerless = set[UUID]()

    async def reap(self) -> None:
        """Looks for leases that ran out, four times a lease."""
        pause = self._durable.settings.service.lease.total_seconds() / 4
        while True:
            with _only_logged("reaper"):
                for task in await self._durable.tasks.requeue_stale():
                    LOG.warning("lease ran out", task_id=str(task.id), crashes=task.crash_count)
                    self._durable.meters.leases_expired.inc()
                    if task.status.is_terminal:
                        await self._durable.secrets.remove(task.id)
                self._outbox.wake()
            await asyncio.sleep(pause)

    async def sweep(self) -> None:
        """Removes what is past its time, once a minute."""
        for turn in itertools.count():
            with _only_logged("sweeper"):
                await self.remove_expired()
                await self.remove_ownerless()
                await follow_notes(self._durable)
                if turn % GRAPHS_EVERY == 0:
                    await self.remove_old_graphs()
            await asyncio.sleep(SWEEP_S)

    async def remove_expired(self) -> None:
        """Ended tasks that are too old or too many; their artefacts first, so that none is left ownerless."""
        durable, settings = self._durable, self._durable.settings.service
        expired = await durable.tasks.expired(settings.retention)
        if settings.retained_tasks:
            expired += await durable.tasks.surplus(settings.retained_tasks)
        for task_id in expired:
            await durable.artifacts.remove(f"tasks/{task_id}/")
        if expired:
            await durable.tasks.remove(expired)

    async def remove_old_graphs(self) -> None:
        """Stored graphs of repositories that are too old or too many; whoever wants one builds it again."""
        artifacts, settings = self._durable.artifacts, self._durable.settings.service
        oldest = datetime.now(UTC) - settings.retention
        # Of each repository, of each graph: its files.
        by_repository: dict[str, dict[str, list[Listed]]] = {}
        for one in await artifacts.listed(f"{STORED}/"):
            _, repository, graph, _ = one.name.split("/")
            by_repository.setdefault(repository, {}).setdefault(graph, []).append(one)
        for graphs in by_repository.values():
            latest = sorted(graphs.values(), key=lambda files: max(one.written_at for one in files))[::-1]
            most = settings.retained_graphs or len(latest)
            for place, files in enumerate(latest):
                if place >= most or all(one.written_at < oldest for one in files):
                    await artifacts.discard([one.name for one in files])

    async def remove_ownerless(self) -> None:
        """What is sealed for tasks that have ended, or never came to be.

        Sealing comes before the task, so only what had no living task at two looks is removed.
        """
        sealed = set(await self._durable.secrets.task_ids())
        ownerless = sealed - await self._durable.tasks.alive(list(sealed))
        for task_id in ownerless & self._ownerless:
            await self._durable.secrets.remove(task_id)
        self._ownerless = ownerless


@contextlib.contextmanager
def _only_logged(what: str) -> Iterator[None]:
    try:
        yield
    except KodusAstError as error:
        LOG.warning("upkeep failed", what=what, code=error.code)


@contextlib.contextmanager
def workplace(parent: Path, name: str) -> Iterator[Path]:
    """A directory for the files of this worker's tasks; those that killed workers left are removed."""
    own = parent / name
    try:
        own.mkdir(parents=True, mode=0o700)
        held = os.open(own / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        for other in parent.iterdir():
            if other != own:
                _remove_left(other)
    except OSError as error:
        raise StorageError(f"{own} cannot be used: {error.strerror}") from None
    try:
        yield own
    finally:
        os.close(held)
        shutil.rmtree(own, ignore_errors=True)


def _remove_left(place: Path) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(place / "lock", os.O_RDWR)
        try:
            # Held for as long as its worker lives.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(place, ignore_errors=True)
        finally:
            os.close(handle)
