"""Accepting a task, and publishing it after the commit; the table of tasks is the outbox: none is lost."""

import asyncio
import contextlib
from collections.abc import Callable

import msgspec

from kodus_ast.errors import KodusAstError
from kodus_ast.models.task_requests import Sealed
from kodus_ast.models.tasks import SEALED, Created, Message, NewTask
from kodus_ast.ports import Durable

BATCH = 100
TICK_S = 1.0
GATHER_S = 0.02
"""What falls due within it is published together: a look at the table costs as much for one as for many."""
PAUSE_S = 2.0


class Outbox:
    """Runs in the API and in every worker: publishes what is due, at once when woken, else once a second."""

    def __init__(self, durable: Durable, failed: Callable[[KodusAstError], None] = lambda _: None) -> None:
        self._durable = durable
        self._failed = failed
        self._woken = asyncio.Event()
        self._is_closing = False

    async def submit(self, new: NewTask, sealed: Sealed | None = None) -> Created:
        """Keeps what is secret, then the task; its message follows. A known task is returned instead."""
        if sealed is not None:
            await self._durable.secrets.seal(new.id, sealed)
            new = msgspec.structs.replace(new, metadata={**new.metadata, SEALED: True})
        limit = self._durable.settings.service.queued_limit
        try:
            created = await self._durable.tasks.create(new, queued_limit=limit)
        except BaseException:
            await self._unseal(new, sealed)
            raise
        if created.task.id != new.id:
            await self._unseal(new, sealed)
        self.wake()
        return created

    async def _unseal(self, new: NewTask, sealed: Sealed | None) -> None:
        # What cannot be removed now, the sweeper finds: it belongs to no task.
        if sealed is not None:
            with contextlib.suppress(KodusAstError):
                await self._durable.secrets.remove(new.id)

    def wake(self) -> None:
        """Something may be due."""
        self._woken.set()

    def close(self) -> None:
        """Lets `run` end after the batch at hand: cancelled amid it, its tasks would wait for nothing."""
        self._is_closing = True
        self.wake()

    async def run(self) -> None:
        """Publishes until closed. An outage costs time, no task."""
        while not self._is_closing:
            try:
                full = await self.publish_due() == BATCH
            except KodusAstError as error:
                self._failed(error)
                await asyncio.sleep(PAUSE_S)
                continue
            if not full:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await self._woken.wait()
                        await asyncio.sleep(GATHER_S)
                self._woken.clear()

    async def publish_due(self) -> int:
        """Publishes one batch; how many tasks it held."""
        taken = await self._durable.tasks.take_unpublished(BATCH)
        if taken:
            with contextlib.ExitStack() as spans:
                messages = [self._traced(one.message, spans) for one in taken]
                confirmed = set(await self._durable.queue.publish(messages))
            await self._durable.tasks.mark_published(
                [one for one in taken if one.message.task_id in confirmed]
            )
        return len(taken)

    def _traced(self, message: Message, spans: contextlib.ExitStack) -> Message:
        """The message under a span of its own, where its submission has one."""
        if not message.traceparent:
            return message
        span = self._durable.traces.span("publish", "PRODUCER", message.traceparent)
        own = spans.enter_context(span)
        return msgspec.structs.replace(message, traceparent=own or message.traceparent)
