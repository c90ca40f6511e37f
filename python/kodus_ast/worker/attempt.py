"""One claimed task, from its first heartbeat to its end; only here is decided what an outcome means."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from kodus_ast import logs
from kodus_ast.errors import (
    ChildKilledError,
    DatabaseAwayError,
    InternalError,
    KodusAstError,
    LeaseLostError,
    PoisonError,
    StorageError,
    TaskTimeoutError,
    UnsupportedKindError,
)
from kodus_ast.models.tasks import SEALED, Heartbeat, Message, Task, TaskError
from kodus_ast.ports import Durable
from kodus_ast.task_context import Outcome, Work
from kodus_ast.tasks import Handler
from kodus_ast.traces import PARENT

POISON_CRASHES = 2
REPORT_S = 0.5
AGAIN_S = 0.5
LOG = logs.logger(__name__)

_T = TypeVar("_T")


class Stop(StrEnum):
    """Why work is stopped before it has an outcome."""

    CANCEL = "cancelled"
    LOST = "lease lost"
    DRAIN = "handed back"


@dataclass(slots=True, eq=False)
class Job:
    """A task that this worker holds the lease of."""

    task: Task
    durable: Durable
    handlers: Mapping[str, Handler]
    worker: str
    directory: Path
    stopped: Stop | None = None
    _running: asyncio.Task[Outcome] | None = None
    _said: tuple[str, int] = ("", 0)
    _held_until: float = 0.0

    async def run(self) -> None:
        """Works until the task has ended, waits again, or is somebody else's."""
        logs.task_context(str(self.task.id), self.task.organization_id, self.task.trace_id)
        self._held_until = time.monotonic() + self._lease_s
        started = time.monotonic()
        kind, parent = self.task.kind, self.task.metadata.get(PARENT, "")
        try:
            with self.durable.traces.span(f"task {kind}", "CONSUMER", parent, attempt=self.task.attempt):
                async with later(self._lease_s / 4, self._beat):
                    ended = await self._settled()
        except LeaseLostError:
            LOG.warning("lease lost")
            self._count("LOST", started)
            return
        finally:
            if self.directory.exists():
                await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)
        status = ended.status if ended else None
        self._count(status or "LOST", started)
        LOG.info("task left", status=status, seconds=round(time.monotonic() - started, 3))
        if ended and ended.status.is_terminal:
            await self._forget(keep_artifacts=ended.error is None and self.stopped is None)

    def stop(self, why: Stop) -> None:
        """Stops the work; what that means for the task is settled by `run`."""
        # Once: a second cancellation would hit what the first makes it clean up.
        if self.stopped is None:
            self.stopped = why
            if self._running:
                self._running.cancel()

    def _count(self, status: str, started: float) -> None:
        kind, meters = self.task.kind, self.durable.meters
        meters.attempts.labels(kind, status).inc()
        meters.attempt_seconds.labels(kind).observe(time.monotonic() - started)
        if status == "LOST":
            meters.leases_lost.inc()

    async def _settled(self) -> Task | None:
        """The task after its one transition out of this worker's hands."""
        lease, tasks, actor = self.task.lease, self.durable.tasks, self.worker
        if self.task.crash_count >= POISON_CRASHES:
            return await self._failed(PoisonError(), is_dead=True)
        try:
            outcome = await self._outcome()
        except asyncio.CancelledError:
            return await self._after_stop()
        except Exception as error:  # noqa: BLE001 - whatever it is, the task must have an end
            return await self._after(_known(error))
        return await self._surely(lambda: tasks.finish(lease, outcome.result, outcome.metadata, actor=actor))

    async def _after_stop(self) -> Task | None:
        lease, tasks, actor = self.task.lease, self.durable.tasks, self.worker
        match self.stopped:
            case Stop.CANCEL:
                return await self._surely(lambda: tasks.end_cancelled(lease, actor=actor))
            case Stop.DRAIN:
                return await self._surely(lambda: tasks.hand_back(lease, actor=actor))
            case _:
                # The lease is lost, or this process ends without a drain: the reaper has it then.
                raise LeaseLostError

    async def _outcome(self) -> Outcome:
        handler = self.handlers.get(self.task.kind)
        if handler is None:
            raise UnsupportedKindError(f"this release does not know tasks of the kind {self.task.kind}")
        work = Work(self.task, self.durable, self.directory, self._report)
        self._running = asyncio.create_task(handler(work))
        if self.stopped:
            self._running.cancel()
        limit = self.durable.settings.service.task_timeout.total_seconds()
        try:
            async with later(REPORT_S, self._tell), asyncio.timeout(limit):
                return await self._running
        except TimeoutError:
            raise TaskTimeoutError(f"the task took longer than {limit:.0f} seconds") from None

    async def _after(self, error: KodusAstError) -> Task | None:
        LOG.warning("attempt failed", code=error.code, transient=error.transient)
        if not error.transient:
            return await self._failed(error, is_dead=False)
        if self.task.retry_count >= self.durable.settings.service.retries:
            return await self._failed(error, is_dead=True)
        self.durable.meters.retries.labels(self.task.kind, error.code).inc()
        said = TaskError(error.code, str(error), retryable=True)
        crashed = isinstance(error, ChildKilledError)
        tasks, lease = self.durable.tasks, self.task.lease
        return await self._surely(lambda: tasks.retry(lease, said, crashed=crashed, actor=self.worker))

    async def _failed(self, error: KodusAstError, *, is_dead: bool) -> Task | None:
        said = TaskError(error.code, str(error), retryable=error.transient)
        tasks, lease = self.durable.tasks, self.task.lease
        failed = await self._surely(lambda: tasks.fail(lease, said, actor=self.worker))
        if failed and is_dead:
            self.durable.meters.dead_letters.labels(error.code).inc()
            # For operators. The task says it all, so a broker that is away costs the copy only.
            with contextlib.suppress(KodusAstError):
                await self.durable.queue.bury(message_of(self.task), error.code)
        return failed

    async def _surely(self, write: Callable[[], Awaitable[_T]]) -> _T:
        """Writes as soon as the database lets us, while the lease may be ours. Guarded: twice is harmless."""
        while True:
            try:
                return await write()
            except DatabaseAwayError:
                if time.monotonic() > self._held_until:
                    raise LeaseLostError from None
                await asyncio.sleep(AGAIN_S)

    async def _beat(self) -> None:
        """Renews the lease; stops the work when the lease is lost or somebody wants it stopped."""
        duration = self.durable.settings.service.lease
        while True:
            try:
                heard = await self.durable.tasks.heartbeat(self.task.lease, duration)
            except DatabaseAwayError:
                if time.monotonic() > self._held_until:
                    self.stop(Stop.LOST)
            else:
                self._hear(heard)
            await asyncio.sleep(self._lease_s / 4)

    def _hear(self, heard: Heartbeat) -> None:
        if heard is Heartbeat.LOST:
            self.stop(Stop.LOST)
            return
        self._held_until = time.monotonic() + self._lease_s
        if heard is Heartbeat.CANCEL:
            self.stop(Stop.CANCEL)

    def _report(self, state: str, percent: int) -> None:
        self._said = state, percent

    async def _tell(self) -> None:
        told = "", 0
        while True:
            if self._said != told:
                told = self._said
                # Progress is worth no more than one try.
                with contextlib.suppress(KodusAstError):
                    await self.durable.tasks.progress(self.task.lease, *told)
            await asyncio.sleep(REPORT_S)

    async def _forget(self, *, keep_artifacts: bool) -> None:
        """What cannot be removed now, the sweeper finds."""
        if self.task.metadata.get(SEALED):
            with contextlib.suppress(KodusAstError):
                await self.durable.secrets.remove(self.task.id)
        if not keep_artifacts:
            with contextlib.suppress(KodusAstError):
                await self.durable.artifacts.remove(f"tasks/{self.task.id}/")

    @property
    def _lease_s(self) -> float:
        return self.durable.settings.service.lease.total_seconds()


@contextlib.asynccontextmanager
async def later(seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Runs `work` beside the block, from so many seconds on: most tasks have ended by then."""
    started: list[asyncio.Task[None]] = []
    start = asyncio.get_running_loop().call_later(
        seconds, lambda: started.append(asyncio.create_task(work()))
    )
    try:
        yield
    finally:
        start.cancel()
        for task in started:
            task.cancel()
        if started:
            await asyncio.gather(*started, return_exceptions=True)


def _known(error: Exception) -> KodusAstError:
    if isinstance(error, KodusAstError):
        return error
    if isinstance(error, OSError):
        return StorageError(f"the disk failed: {error.strerror}")
    LOG.error("defect", kind=type(error).__name__)
    return InternalError(f"a defect of kodus-ast: {type(error).__name__}")


def message_of(task: Task) -> Message:
    """The message of a task."""
    return Message(
        task.id, task.kind, task.request, task.trace_id, task.retry_count, task.attempt, task.priority
    )
