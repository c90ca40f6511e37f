"""The worker: a slot, a message, a claim, then the acknowledgement; from there the lease carries the task."""

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
from kodus_ast.models.tasks import DeadLetter, Lease, NotClaimed, Task, TaskError, new_id
from kodus_ast.outbox import Outbox
from kodus_ast.ports import Delivery, Durable
from kodus_ast.tasks import HANDLERS, Handler
from kodus_ast.worker.attempt import Job, Stop
from kodus_ast.worker.maintenance import Upkeep, workplace

HOLD_S = 2.0
"""How long a message waits here for a slot, before another worker may have it."""
AWAY_S = 2.0
LOG = logs.logger(__name__)


class Worker:
    """Runs tasks until it is told to stop."""

    def __init__(
        self, durable: Durable, *, slots: int | None = None, handlers: Mapping[str, Handler] = HANDLERS
    ) -> None:
        self.name = f"{socket.gethostname()}.{os.getpid()}.{new_id().hex[-6:]}"
        self._durable = durable
        self._handlers = handlers
        self._slots = slots or durable.settings.service.slots
        self._free = asyncio.Semaphore(self._slots)
        self._jobs: dict[Job, asyncio.Task[None]] = {}
        self._outbox = Outbox(durable, lambda error: LOG.warning("relay waits", code=error.code))
        self._is_full = asyncio.Event()
        self._is_stopping = False
        self._is_consuming = False
        self._last_delivery = time.monotonic()
        self._directory = Path()

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set and what runs has ended or was handed back."""
        settings = self._durable.settings
        upkeep = Upkeep(self._durable, self._outbox)
        with workplace(settings.cache_directory / "work", self.name) as self._directory:
            await self._durable.queue.judge(self._judge)
            background = [
                asyncio.create_task(one)
                for one in (
                    self._outbox.run(), upkeep.reap(), upkeep.sweep(), self._keep_consuming(), self._watch()
                )
            ]  # fmt: skip
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

    async def _keep_consuming(self) -> None:
        """Consumes while there are slots; when they were full for a while, others shall get the messages."""
        kinds = list(self._handlers)
        while not self._is_stopping:
            if not self._is_consuming:
                async with self._free:
                    self._is_full.clear()
                if self._is_stopping:
                    return
                self._last_delivery = time.monotonic()
                await self._durable.queue.consume(kinds, self._slots, self._receive)
                self._is_consuming = True
            await self._is_full.wait()
            await self._durable.queue.pause()
            self._is_consuming = False

    async def _receive(self, delivery: Delivery) -> None:
        self._last_delivery = time.monotonic()
        message = delivery.message
        if message is None:
            LOG.warning("unreadable message")
            self._came("unreadable")
            await delivery.discard()
            return
        if not await self._has_slot():
            self._is_full.set()
            await self._pass_on(delivery, message.task_id)
            return
        task: Task | NotClaimed = NotClaimed.GONE
        try:
            if self._is_stopping:
                await self._pass_on(delivery, message.task_id)
                return
            task = await self._durable.tasks.claim(
                message.task_id,
                self.name,
                self._durable.settings.service.lease,
                running_limit=self._durable.settings.service.running_limit,
            )
            self._came("claimed" if isinstance(task, Task) else task.value)
            if isinstance(task, Task):
                self._start(task)
        except DatabaseAwayError:
            self._came("given back")
            await asyncio.sleep(AWAY_S)
            await delivery.give_back()
            return
        finally:
            if not isinstance(task, Task):
                self._free.release()
        await delivery.accept()

    async def _has_slot(self) -> bool:
        """Takes a slot, if there is one soon."""
        if not self._free.locked():
            # At once: a time-out costs more than taking it.
            return await self._free.acquire()
        try:
            async with asyncio.timeout(0 if self._is_stopping else HOLD_S):
                return await self._free.acquire()
        except TimeoutError:
            return False

    async def _pass_on(self, delivery: Delivery, task_id: UUID) -> None:
        """Acknowledges a message that this worker has no slot for; the relay publishes its task again."""
        self._came("passed on")
        try:
            await self._durable.tasks.put_off(task_id, timedelta(0))
        except DatabaseAwayError:
            await asyncio.sleep(AWAY_S)
            await delivery.give_back()
            return
        await delivery.accept()

    def _came(self, outcome: str) -> None:
        self._durable.meters.messages.labels(outcome).inc()

    def _start(self, task: Task) -> None:
        # Both are the database's times.
        waited = (task.updated_at - task.run_at).total_seconds()
        self._durable.meters.wait_seconds.labels(task.kind).observe(waited)
        directory = self._directory / f"{task.id}.{task.attempt}"
        job = Job(task, self._durable, self._handlers, self.name, directory)
        running = asyncio.create_task(job.run())
        self._jobs[job] = running
        running.add_done_callback(lambda _: self._ended(job))

    def _ended(self, job: Job) -> None:
        task = self._jobs.pop(job)
        self._free.release()
        self._outbox.wake()
        if not task.cancelled() and (error := task.exception()):
            LOG.error("job died", kind=type(error).__name__)

    async def _judge(self, letter: DeadLetter) -> None:
        """Whatever dies in the queue has a FAILED task, or somebody would wait for it for ever."""
        if letter.task_id is None:
            return
        error = TaskError(DeadLetterError.code, f"{DeadLetterError()} ({letter.reason})", retryable=True)
        while True:
            try:
                failed = await self._durable.tasks.fail_waiting(
                    Lease(letter.task_id, letter.attempt), error, actor=self.name
                )
            except DatabaseAwayError:
                await asyncio.sleep(AWAY_S)
                continue
            if failed:
                LOG.warning("dead letter", task_id=str(failed.id), reason=letter.reason)
                self._durable.meters.dead_letters.labels(DeadLetterError.code).inc()
                await _quietly(self._durable.secrets.remove(failed.id))
            return

    async def _watch(self) -> None:
        """Messages wait, slots are free, none comes: a consumer is broken, and a new process helps."""
        stall = self._durable.settings.service.stall.total_seconds()
        while True:
            await asyncio.sleep(stall / 4)
            try:
                waiting = await self._durable.queue.depth()
            except KodusAstError:
                continue
            # From 4.3 on a broker tells this only to who may read the queue: workers, not the API.
            self._durable.meters.queue_messages.set(waiting)
            is_stalled = time.monotonic() - self._last_delivery >= stall
            if waiting and is_stalled and not self._free.locked():
                raise StalledError(f"{waiting} messages wait and none came for {stall:.0f} seconds")

    async def _drain(self) -> None:
        """Takes nothing new, lets what runs end, and hands the rest back."""
        self._is_stopping = True
        await self._durable.queue.pause()
        if self._jobs:
            LOG.info("draining", jobs=len(self._jobs))
            drain = self._durable.settings.service.drain.total_seconds()
            await asyncio.wait(self._jobs.values(), timeout=drain)
        for job in self._jobs:
            job.stop(Stop.DRAIN)
        if self._jobs:
            await asyncio.wait(self._jobs.values(), timeout=self._durable.settings.service.patience_s)
        # Others shall see at once what was handed back.
        await _quietly(self._outbox.publish_due())


async def _quietly(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except KodusAstError as error:
        LOG.warning("left undone", code=error.code)
