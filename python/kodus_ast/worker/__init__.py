"""The worker: takes a message, claims its task, acknowledges the message, and runs the task under a lease."""

import asyncio
import os
import socket
import time
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from kodus_ast import logs
from kodus_ast.errors import DatabaseAwayError, DeadLetterError, KodusAstError, StalledError
from kodus_ast.models.tasks import SEALED_UNTIL, DeadLetter, Lease, NotClaimed, Task, TaskError, new_id
from kodus_ast.outbox import Outbox, remove_sealed
from kodus_ast.ports import Delivery, ServiceContext
from kodus_ast.tasks import HANDLERS, Handler
from kodus_ast.worker.attempt import Attempt, Stop
from kodus_ast.worker.held_slots import HeldSlots
from kodus_ast.worker.maintenance import Maintenance, worker_directory

SLOT_WAIT_S = 2.0
"""How long a message waits here for a free slot before its task is deferred to another worker."""
DATABASE_RETRY_S = 2.0
LOG = logs.logger(__name__)


class Worker:
    """Runs tasks until it is told to stop."""

    def __init__(
        self, service: ServiceContext, *, slots: int | None = None, handlers: Mapping[str, Handler] = HANDLERS
    ) -> None:
        self.name = f"{socket.gethostname()}.{os.getpid()}.{new_id().hex[-6:]}"
        self._service = service
        self._handlers = handlers
        self._slots = slots or service.settings.service.slots
        self._free_slots = asyncio.Semaphore(self._slots)
        self._attempts: dict[Attempt, asyncio.Task[None]] = {}
        self._held = HeldSlots([(self._free_slots, self._slots)])
        self._outbox = Outbox(service, lambda error: LOG.warning("relay waits", code=error.code))
        self._is_full = asyncio.Event()
        self._is_stopping = False
        self._is_consuming = False
        self._last_delivery = time.monotonic()
        self._directory = Path()

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set and every running attempt has ended or was released."""
        settings = self._service.settings
        maintenance = Maintenance(self._service, self._outbox)
        with worker_directory(settings.cache_directory / "work", self.name) as self._directory:
            await self._service.queue.consume_dead_letters(self._fail_dead_letter)
            background = [
                asyncio.create_task(one)
                for one in (
                    self._outbox.run(),
                    maintenance.reap(),
                    maintenance.sweep(),
                    self._consume_while_slots_are_free(),
                    self._raise_when_stalled(),
                )
            ]
            stopping = asyncio.create_task(stop.wait())
            LOG.info("worker started", worker=self.name, slots=self._slots)
            try:
                done, _ = await asyncio.wait([stopping, *background], return_when=asyncio.FIRST_COMPLETED)
                for task in done - {stopping}:
                    task.result()
            finally:
                await self._drain()
                self._outbox.close()
                await asyncio.wait(background[:1], timeout=2 * settings.service.patience_s)
                for task in (stopping, *background):
                    task.cancel()
                await asyncio.gather(stopping, *background, return_exceptions=True)
                LOG.info("worker stopped", worker=self.name)

    async def _consume_while_slots_are_free(self) -> None:
        """Consumes while there are free slots; pauses once a message had to wait too long for one."""
        kinds = list(self._handlers)
        while not self._is_stopping:
            if not self._is_consuming:
                async with self._free_slots:
                    self._is_full.clear()
                if self._is_stopping:
                    return
                self._last_delivery = time.monotonic()
                await self._service.queue.consume(kinds, self._slots, self._receive)
                self._is_consuming = True
            await self._is_full.wait()
            await self._service.queue.pause()
            self._is_consuming = False

    async def _receive(self, delivery: Delivery) -> None:
        self._last_delivery = time.monotonic()
        message = delivery.message
        if message is None:
            LOG.warning("unreadable message")
            self._count_message("unreadable")
            await delivery.reject()
            return
        if not await self._acquire_slot():
            self._is_full.set()
            await self._defer(delivery, message.task_id)
            return
        task: Task | NotClaimed = NotClaimed.GONE
        try:
            if self._is_stopping:
                await self._defer(delivery, message.task_id)
                return
            task = await self._service.tasks.claim(
                message.task_id,
                self.name,
                self._service.settings.service.lease,
                running_limit=self._service.settings.service.running_limit,
                alone=self._held.number == 1,
            )
            self._count_message("claimed" if isinstance(task, Task) else task.value)
            if isinstance(task, Task):
                self._start(task)
        except DatabaseAwayError:
            self._count_message("requeued")
            await asyncio.sleep(DATABASE_RETRY_S)
            await delivery.requeue()
            return
        finally:
            if not isinstance(task, Task):
                self._free_slots.release()
        await delivery.acknowledge()

    async def _acquire_slot(self) -> bool:
        """Takes a slot; False when none became free in time."""
        if not self._free_slots.locked():
            # Without the timeout: setting one up costs more than taking a free slot.
            return await self._free_slots.acquire()
        try:
            async with asyncio.timeout(0 if self._is_stopping else SLOT_WAIT_S):
                return await self._free_slots.acquire()
        except TimeoutError:
            return False

    async def _defer(self, delivery: Delivery, task_id: UUID) -> None:
        """Acknowledges a message that this worker has no slot for; the relay publishes its task again."""
        self._count_message("deferred")
        try:
            await self._service.tasks.defer(task_id, timedelta(0))
        except DatabaseAwayError:
            await asyncio.sleep(DATABASE_RETRY_S)
            await delivery.requeue()
            return
        await delivery.acknowledge()

    def _count_message(self, outcome: str) -> None:
        self._service.metrics.messages.labels(outcome).inc()

    def _start(self, task: Task) -> None:
        # Both times are from the database's clock.
        waited = (task.updated_at - task.run_at).total_seconds()
        self._service.metrics.wait_seconds.labels(task.kind).observe(waited)
        directory = self._directory / f"{task.id}.{task.attempt}"
        attempt = Attempt(task, self._service, self._handlers, self.name, directory, self._held.isolated)
        for other in self._attempts:
            attempt.has_company = other.has_company = True
        self._held.hold(attempt, self._free_slots)
        running = asyncio.create_task(attempt.run())
        self._attempts[attempt] = running
        running.add_done_callback(lambda _: self._on_attempt_end(attempt))

    def _on_attempt_end(self, attempt: Attempt) -> None:
        task = self._attempts.pop(attempt)
        self._held.release(attempt)
        self._outbox.wake()
        if not task.cancelled() and (error := task.exception()):
            LOG.error("attempt raised", kind=type(error).__name__)

    async def _fail_dead_letter(self, letter: DeadLetter) -> None:
        """Fails the task of a dead letter; otherwise its client would wait for it for ever."""
        if letter.task_id is None:
            return
        error = TaskError(DeadLetterError.code, f"{DeadLetterError()} ({letter.reason})", retryable=True)
        while True:
            try:
                failed = await self._service.tasks.fail_waiting(
                    Lease(letter.task_id, letter.attempt),
                    error,
                    actor=self.name,
                    keep_sealed=self._service.settings.service.dead_letter_retention,
                )
            except DatabaseAwayError:
                await asyncio.sleep(DATABASE_RETRY_S)
                continue
            if failed:
                LOG.warning("dead letter", task_id=str(failed.id), reason=letter.reason)
                self._service.metrics.dead_letters.labels(DeadLetterError.code).inc()
                if SEALED_UNTIL not in failed.metadata:
                    await remove_sealed(self._service, failed.id, failed.sealed_name)
            return

    async def _raise_when_stalled(self) -> None:
        """Raises `StalledError` when messages wait, slots are free and none is delivered.

        Then a consumer is broken, and restarting the process mends it.
        """
        stall = self._service.settings.service.stall.total_seconds()
        while True:
            await asyncio.sleep(stall / 4)
            try:
                waiting = await self._service.queue.depth()
            except KodusAstError:
                continue
            # From RabbitMQ 4.3 on only users who may read the queue learn its depth: workers, not the API.
            self._service.metrics.queue_messages.set(waiting)
            is_stalled = time.monotonic() - self._last_delivery >= stall
            if waiting and is_stalled and not self._free_slots.locked():
                raise StalledError(f"{waiting} messages wait and none came for {stall:.0f} seconds")

    async def _drain(self) -> None:
        """Takes no new messages, lets running attempts end, and releases those that take too long."""
        self._is_stopping = True
        await self._service.queue.pause()
        if self._attempts:
            LOG.info("draining", attempts=len(self._attempts))
            drain = self._service.settings.service.drain.total_seconds()
            await asyncio.wait(self._attempts.values(), timeout=drain)
        for attempt in self._attempts:
            attempt.stop(Stop.DRAIN)
        if self._attempts:
            await asyncio.wait(self._attempts.values(), timeout=self._service.settings.service.patience_s)
        # Publishes released tasks now, so that other workers need not wait for their own relay.
        await _log_failure(self._outbox.publish_due())


async def _log_failure(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except KodusAstError as error:
        LOG.warning("left undone", code=error.code)
