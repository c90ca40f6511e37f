"""One attempt at a claimed task, from the first heartbeat to the one transition that ends it."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
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
from kodus_ast.models.tasks import SEALED_UNTIL, Heartbeat, Message, Task, TaskError, TaskStatus
from kodus_ast.outbox import remove_sealed
from kodus_ast.ports import ServiceContext
from kodus_ast.repositories.deletion import forget_deleted
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.tasks import Handler
from kodus_ast.traces import PARENT

MAX_CRASHES = 2
"""A task whose process died so often while it ran alone is poison."""
MAX_LOSSES = 2
"""A task that was lost so often beside others runs alone from then on."""
KILLED = "killed"
"""The cause of a child's death by SIGKILL from outside: the kernel takes memory back, from whom it likes."""
PROGRESS_INTERVAL_S = 0.5
DATABASE_RETRY_S = 0.5
LOG = logs.logger(__name__)

_T = TypeVar("_T")


class Stop(StrEnum):
    """Why an attempt is stopped before it has an outcome."""

    CANCEL = "cancelled"
    LOST = "lease lost"
    DRAIN = "released"


@dataclass(slots=True, eq=False)
class Attempt:
    """A task while this worker holds its lease. Decides which transition an outcome or an error leads to."""

    task: Task
    service: ServiceContext
    handlers: Mapping[str, Handler]
    worker: str
    directory: Path
    isolated: Callable[["Attempt"], AbstractAsyncContextManager[None]] = lambda _: contextlib.nullcontext()
    """Runs a block with nothing else in this worker."""
    has_company: bool = False
    """Whether something else has run in this worker meanwhile."""
    stopped: Stop | None = None
    _is_alone: bool = False
    _running: asyncio.Task[Outcome] | None = None
    _progress: tuple[str, int] = ("", 0)
    _held_until: float = 0.0

    async def run(self) -> None:
        """Works until the task has ended, is pending again, or its lease is lost."""
        logs.bind_task(
            str(self.task.id), str(self.task.public_id), self.task.organization_id, self.task.trace_id
        )
        self._held_until = time.monotonic() + self._lease_s
        self._is_alone = self.task.is_alone
        started = time.monotonic()
        kind, parent = self.task.kind, self.task.metadata.get(PARENT, "")
        try:
            with self.service.traces.span(f"task {kind}", "CONSUMER", parent, attempt=self.task.attempt):
                async with run_after(self._lease_s / 4, self._renew_lease):
                    changed = await self._run_to_transition()
        except LeaseLostError:
            LOG.warning("lease lost")
            self._count("LOST", started)
            await self._excuse_loss()
            return
        finally:
            if self.directory.exists():
                await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)
        status = changed.status if changed else None
        self._count(status or "LOST", started)
        LOG.info("attempt ended", status=status, seconds=round(time.monotonic() - started, 3))
        if changed and changed.status.is_terminal:
            await self._clean_up(changed)

    def stop(self, why: Stop) -> None:
        """Stops the handler; `run` then makes the transition that the reason asks for."""
        # Once: a second cancellation would interrupt the cleaning up that the first one started.
        if self.stopped is None:
            self.stopped = why
            if self._running:
                self._running.cancel()

    def _count(self, status: str, started: float) -> None:
        kind, metrics = self.task.kind, self.service.metrics
        metrics.attempts.labels(kind, status).inc()
        metrics.attempt_seconds.labels(kind).observe(time.monotonic() - started)
        if status == "LOST":
            metrics.leases_lost.inc()

    async def _run_to_transition(self) -> Task | None:
        """Runs the handler and writes the transition; the task after it, None when the lease was lost."""
        lease, tasks, actor = self.task.lease, self.service.tasks, self.worker
        if self.task.crash_count >= MAX_CRASHES:
            return await self._fail(PoisonError(), is_dead=True)
        try:
            outcome = await self._run_handler()
        except asyncio.CancelledError:
            return await self._end_stopped()
        except Exception as error:  # noqa: BLE001 - the task must end, whatever its handler raises
            return await self._retry_or_fail(_as_known_error(error))
        changed = await self._write_while_leased(
            lambda: tasks.finish(lease, outcome.result, outcome.metadata, actor=actor)
        )
        if changed is None:
            # Lost, or cancelled just before it was done.
            changed = await self._write_while_leased(lambda: tasks.end_cancelled(lease, actor=actor))
        return changed

    async def _end_stopped(self) -> Task | None:
        lease, tasks, actor = self.task.lease, self.service.tasks, self.worker
        match self.stopped:
            case Stop.CANCEL:
                return await self._write_while_leased(lambda: tasks.end_cancelled(lease, actor=actor))
            case Stop.DRAIN:
                return await self._write_while_leased(lambda: tasks.release(lease, actor=actor))
            case _:
                # The lease is lost, or this process ends without draining: the reaper requeues the task.
                raise LeaseLostError

    async def _run_handler(self) -> Outcome:
        handler = self.handlers.get(self.task.kind)
        if handler is None:
            raise UnsupportedKindError(f"this release does not know tasks of the kind {self.task.kind}")
        context = TaskContext(self.task, self.service, self.directory, self._report)
        self._running = asyncio.create_task(self._run_isolated(handler, context))
        if self.stopped:
            self._running.cancel()
        return await self._running

    async def _run_isolated(self, handler: Handler, context: TaskContext) -> Outcome:
        """Runs the handler; alone in this worker if the task was lost with its worker too often."""
        if self._is_alone or self.task.losses < MAX_LOSSES:
            return await self._run_in_time(handler, context)
        self._report("waiting to run alone", 0)
        async with run_after(PROGRESS_INTERVAL_S, self._write_progress), self.isolated(self):
            if not await self._write_while_leased(lambda: self.service.tasks.mark_alone(self.task.lease)):
                raise LeaseLostError
            self._is_alone, self.has_company = True, False
            return await self._run_in_time(handler, context)

    async def _run_in_time(self, handler: Handler, context: TaskContext) -> Outcome:
        limit = self.service.settings.service.task_timeout.total_seconds()
        try:
            async with run_after(PROGRESS_INTERVAL_S, self._write_progress), asyncio.timeout(limit):
                return await handler(context)
        except TimeoutError:
            raise TaskTimeoutError(f"the task took longer than {limit:.0f} seconds") from None

    async def _retry_or_fail(self, error: KodusAstError) -> Task | None:
        LOG.warning("attempt failed", code=error.code, transient=error.transient)
        if not error.transient:
            return await self._fail(error, is_dead=False)
        if self.task.retry_count >= self.service.settings.service.retries:
            return await self._fail(error, is_dead=True)
        self.service.metrics.retries.labels(self.task.kind, error.code).inc()
        reason = TaskError(error.code, str(error), retryable=True)
        crashed = isinstance(error, ChildKilledError)
        # A child does the work of one task, so its death is its own, unless it was killed from outside.
        beside_others = isinstance(error, ChildKilledError) and error.cause == KILLED and self.has_company
        tasks, lease = self.service.tasks, self.task.lease
        return await self._write_while_leased(
            lambda: tasks.retry(
                lease, reason, crashed=crashed, actor=self.worker, beside_others=beside_others
            )
        )

    async def _fail(self, error: KodusAstError, *, is_dead: bool) -> Task | None:
        reason = TaskError(error.code, str(error), retryable=error.transient)
        tasks, lease = self.service.tasks, self.task.lease
        keep = self.service.settings.service.dead_letter_retention if is_dead else None
        failed = await self._write_while_leased(
            lambda: tasks.fail(lease, reason, actor=self.worker, keep_sealed=keep)
        )
        if failed and is_dead:
            self.service.metrics.dead_letters.labels(error.code).inc()
            # A copy for operators. The row holds the error, so a broker that is away costs only the copy.
            with contextlib.suppress(KodusAstError):
                await self.service.queue.dead_letter(message_of(self.task), error.code)
        return failed

    async def _write_while_leased(self, write: Callable[[], Awaitable[_T]]) -> _T:
        """Repeats the write while the database is away and the lease may still be held.

        Writes are guarded by the lease, so one that was applied and is repeated does nothing.
        """
        while True:
            try:
                return await write()
            except DatabaseAwayError:
                if time.monotonic() > self._held_until:
                    raise LeaseLostError from None
                await asyncio.sleep(DATABASE_RETRY_S)

    async def _renew_lease(self) -> None:
        """Sends heartbeats; stops the handler when the lease is lost or the task is to be cancelled."""
        duration = self.service.settings.service.lease
        while True:
            try:
                heartbeat = await self.service.tasks.heartbeat(self.task.lease, duration)
            except DatabaseAwayError:
                if time.monotonic() > self._held_until:
                    self.stop(Stop.LOST)
            else:
                self._on_heartbeat(heartbeat)
            await asyncio.sleep(self._lease_s / 4)

    async def _excuse_loss(self) -> None:
        """This worker lives: whoever took the lease has counted a lost worker."""
        if self.stopped is Stop.LOST:
            with contextlib.suppress(KodusAstError):
                await self.service.tasks.excuse_loss(self.task.lease, was_alone=self._is_alone)

    def _on_heartbeat(self, heartbeat: Heartbeat) -> None:
        if heartbeat is Heartbeat.LOST:
            self.stop(Stop.LOST)
            return
        self._held_until = time.monotonic() + self._lease_s
        if heartbeat is Heartbeat.CANCEL:
            self.stop(Stop.CANCEL)

    def _report(self, state: str, percent: int) -> None:
        self._progress = state, percent

    async def _write_progress(self) -> None:
        written = "", 0
        while True:
            if self._progress != written:
                written = self._progress
                # Not repeated on failure: the next report follows soon.
                with contextlib.suppress(KodusAstError):
                    await self.service.tasks.progress(self.task.lease, *written)
            await asyncio.sleep(PROGRESS_INTERVAL_S)

    async def _clean_up(self, ended: Task) -> None:
        """Removes what was sealed for the task, its artefacts unless it is completed, and what is deleted.

        The sweeper removes later what cannot be removed now.
        """
        if SEALED_UNTIL not in ended.metadata:
            await remove_sealed(self.service, self.task.id, self.task.sealed_name)
        if ended.status is not TaskStatus.COMPLETED:
            with contextlib.suppress(KodusAstError):
                await self.service.artifacts.remove(f"tasks/{self.task.id}/")
        with contextlib.suppress(KodusAstError):
            await forget_deleted(self.service, ended)

    @property
    def _lease_s(self) -> float:
        return self.service.settings.service.lease.total_seconds()


@contextlib.asynccontextmanager
async def run_after(seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Runs `work` beside the block, starting after `seconds`: most tasks have ended by then."""
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


def _as_known_error(error: Exception) -> KodusAstError:
    if isinstance(error, KodusAstError):
        return error
    if isinstance(error, OSError):
        return StorageError(f"the disk failed: {error.strerror}")
    LOG.error("defect", kind=type(error).__name__)
    return InternalError(f"a defect of kodus-ast: {type(error).__name__}")


def message_of(task: Task) -> Message:
    """The queue message of a task."""
    return Message(
        task.id, task.kind, task.request, task.trace_id, task.retry_count, task.attempt, task.priority
    )
