"""The worker: takes a message, claims its task, acknowledges the message, and runs the task under a lease.

Each lane has slots of its own, so that short tasks do not wait for long ones.
"""

import asyncio
import os
import socket
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from kodus_ast import logs
from kodus_ast.errors import DatabaseAwayError, DeadLetterError, KodusAstError, StalledError
from kodus_ast.models.tasks import (
    SEALED_UNTIL,
    DeadLetter,
    Lane,
    Lease,
    NotClaimed,
    Task,
    TaskError,
    lane_of,
    new_id,
)
from kodus_ast.outbox import Outbox, remove_sealed
from kodus_ast.ports import Delivery, ServiceContext
from kodus_ast.tasks import HANDLERS, Handler
from kodus_ast.worker.attempt import Attempt, Stop
from kodus_ast.worker.completion_relay import CompletionRelay
from kodus_ast.worker.held_slots import HeldSlots
from kodus_ast.worker.lane_slots import LaneSlots
from kodus_ast.worker.maintenance import Maintenance, worker_directory

DATABASE_RETRY_S = 2.0
LOG = logs.logger(__name__)


class Worker:
    """Runs tasks until it is told to stop."""

    def __init__(
        self,
        service: ServiceContext,
        *,
        slots: int | None = None,
        small_slots: int | None = None,
        handlers: Mapping[str, Handler] = HANDLERS,
    ) -> None:
        self.name = f"{socket.gethostname()}.{os.getpid()}.{new_id().hex[-6:]}"
        self._service = service
        self._handlers = handlers
        settings = service.settings.service
        self._slots = {"slots": slots or settings.slots, "small_slots": small_slots or settings.small_slots}
        self._lanes = [
            LaneSlots(lane, kinds, number)
            for lane, number in zip((Lane.LARGE, Lane.SMALL), self._slots.values(), strict=True)
            if (kinds := [kind for kind in handlers if lane_of(kind) is lane])
        ]
        self._attempts: dict[Attempt, asyncio.Task[None]] = {}
        self._held = HeldSlots([(lane.pool, lane.number) for lane in self._lanes])
        self._outbox = Outbox(service, lambda error: LOG.warning("relay waits", code=error.code))
        self._completions = CompletionRelay(service)
        self._is_stopping = False
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
                    self._completions.run(),
                    self._raise_when_stalled(),
                    *(
                        lane.consume(self._service.queue, partial(self._receive, lane))
                        for lane in self._lanes
                    ),
                )
            ]
            stopping = asyncio.create_task(stop.wait())
            LOG.info("worker started", worker=self.name, **self._slots)
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

    async def _receive(self, lane: LaneSlots, delivery: Delivery) -> None:
        lane.record_delivery()
        message = delivery.message
        if message is None:
            LOG.warning("unreadable message")
            self._count_message("unreadable")
            await delivery.reject()
            return
        if not await lane.acquire():
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
                self._start(task, lane)
        except DatabaseAwayError:
            self._count_message("requeued")
            await asyncio.sleep(DATABASE_RETRY_S)
            await delivery.requeue()
            return
        finally:
            if not isinstance(task, Task):
                lane.release()
        await delivery.acknowledge()

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

    def _start(self, task: Task, lane: LaneSlots) -> None:
        # Both times are from the database's clock.
        waited = (task.updated_at - task.run_at).total_seconds()
        self._service.metrics.wait_seconds.labels(task.kind).observe(waited)
        directory = self._directory / f"{task.id}.{task.attempt}"
        attempt = Attempt(task, self._service, self._handlers, self.name, directory, self._held.isolated)
        for other in self._attempts:
            attempt.has_company = other.has_company = True
        self._held.hold(attempt, lane.pool)
        running = asyncio.create_task(attempt.run())
        self._attempts[attempt] = running
        running.add_done_callback(lambda _: self._on_attempt_end(attempt))
        # The more run, the more are published.
        self._outbox.wake()

    def _on_attempt_end(self, attempt: Attempt) -> None:
        task = self._attempts.pop(attempt)
        self._held.release(attempt)
        self._outbox.wake()
        self._completions.wake()
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
            total = 0
            for lane in self._lanes:
                try:
                    waiting = await self._service.queue.depth(lane.kinds)
                except KodusAstError:
                    break
                total += waiting
                if waiting and lane.silence_s >= stall and not lane.is_full:
                    raise StalledError(f"{waiting} messages wait and none came for {stall:.0f} seconds")
            else:
                # From RabbitMQ 4.3 on only who may read the queue learns its depth: workers, not the API.
                self._service.metrics.queue_messages.set(total)

    async def _drain(self) -> None:
        """Takes no new messages, lets running attempts end, and releases those that take too long."""
        self._is_stopping = True
        for lane in self._lanes:
            lane.stop()
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
