"""What every worker does beside its tasks: requeue tasks of lost workers, remove what has expired."""

import asyncio
import contextlib
import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from kodus_ast import logs
from kodus_ast.errors import KodusAstError, StorageError
from kodus_ast.outbox import Outbox, remove_sealed
from kodus_ast.ports import ServiceContext
from kodus_ast.repositories.deletion import forget_deleted
from kodus_ast.repositories.invalidation import apply_invalidations
from kodus_ast.repositories.retention import remove_expired_graphs

SWEEP_S = 60.0
SWEEPS_PER_GRAPH_SWEEP = 60
"""Stored graphs are swept rarely: it lists all of them, which is slow, and it is never urgent."""
LOG = logs.logger(__name__)


class Maintenance:
    """The reaper and the sweeper. The database lets one worker at a time do either."""

    def __init__(self, service: ServiceContext, outbox: Outbox) -> None:
        self._service = service
        self._outbox = outbox
        self._unowned = set[tuple[UUID, str]]()

    async def reap(self) -> None:
        """Requeues tasks whose lease ran out; looks four times in the length of a lease."""
        pause = self._service.settings.service.lease.total_seconds() / 4
        while True:
            with self._record_failure("reaper"):
                for task in await self._service.tasks.requeue_stale():
                    LOG.warning(
                        "lease ran out", task_id=str(task.id), crashes=task.crash_count, losses=task.losses
                    )
                    self._service.metrics.leases_expired.inc()
                    if task.status.is_terminal:
                        await remove_sealed(self._service, task.id, task.sealed_name)
                        await self._service.artifacts.remove(f"tasks/{task.id}/")
                        await forget_deleted(self._service, task)
                self._outbox.wake()
            await asyncio.sleep(pause)

    async def sweep(self) -> None:
        """Removes what has expired, once a minute."""
        for turn in itertools.count():
            with self._record_failure("sweeper"):
                await self.remove_expired_tasks()
                await self.remove_unowned_secrets()
                await apply_invalidations(self._service)
                if turn % SWEEPS_PER_GRAPH_SWEEP == 0:
                    await remove_expired_graphs(self._service)
            await asyncio.sleep(SWEEP_S)

    async def remove_expired_tasks(self) -> None:
        """Removes ended tasks that are too old or too many.

        Their artefacts go first: an artefact without a task would never be found again.
        """
        service, settings = self._service, self._service.settings.service
        expired = await service.tasks.expired(settings.retention)
        if settings.retained_tasks:
            expired += await service.tasks.surplus(settings.retained_tasks)
        for task_id in expired:
            await service.artifacts.remove(f"tasks/{task_id}/")
        if expired:
            await service.tasks.remove(expired)

    async def remove_unowned_secrets(self) -> None:
        """Removes what is sealed for tasks that do not need it any more or were never created.

        Secrets are sealed before their task is created, so only those without such a task in two sweeps are
        removed.
        """
        sealed = await self._service.secrets.list_sealed()
        needed = await self._service.tasks.needing_sealed([task_id for task_id, _ in sealed])
        unowned = {(task_id, name) for task_id, name in sealed if task_id not in needed}
        for task_id, name in unowned & self._unowned:
            await self._service.secrets.remove(task_id, name)
        self._unowned = unowned

    @contextlib.contextmanager
    def _record_failure(self, work: str) -> Iterator[None]:
        """Logs and counts an error of one round instead of raising it: the next round may succeed."""
        try:
            yield
        except KodusAstError as error:
            LOG.warning("maintenance failed", work=work, code=error.code)
            self._service.metrics.maintenance_failures.labels(work, error.code).inc()


@contextlib.contextmanager
def worker_directory(parent: Path, name: str) -> Iterator[Path]:
    """A directory for the files of this worker's tasks; removes those that killed workers left."""
    own = parent / name
    try:
        own.mkdir(parents=True, mode=0o700)
        lock = os.open(own / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        for other in parent.iterdir():
            if other != own:
                _remove_if_unlocked(other)
    except OSError as error:
        raise StorageError(f"{own} cannot be used: {error.strerror}") from None
    try:
        yield own
    finally:
        os.close(lock)
        shutil.rmtree(own, ignore_errors=True)


def _remove_if_unlocked(directory: Path) -> None:
    """A worker holds the lock of its directory for as long as its process lives."""
    with contextlib.suppress(OSError):
        lock = os.open(directory / "lock", os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory, ignore_errors=True)
        finally:
            os.close(lock)
