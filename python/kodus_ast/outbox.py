"""Transactional outbox: a task is written to the table first, then a relay publishes its message."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec

from kodus_ast.errors import KodusAstError
from kodus_ast.models.task_requests import Sealed
from kodus_ast.models.tasks import (
    SEALED,
    Created,
    Message,
    NewTask,
    Task,
    TaskStatus,
    Unpublished,
    new_id,
)
from kodus_ast.ports import ServiceContext

BATCH_SIZE = 100
POLL_S = 1.0
GATHER_S = 0.02
"""Tasks that become due within this time are published together: a query costs the same for one or many."""
RETRY_S = 2.0
MIN_WINDOW = 4
MAX_WINDOW = 128
IDLE_S = 0.5
"""After so long without anything to publish the window is small again."""


class Window:
    """How many messages of an organization may be unclaimed: about twice those claimed in a round."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = MIN_WINDOW
        self._clock = clock
        self._last_taken = clock()
        self._rounds_in_demand = 0

    def adapt(self, taken: Sequence[Unpublished]) -> None:
        """Learns from a round what was claimed since the one before."""
        if not taken:
            if self._clock() - self._last_taken > IDLE_S:
                self.size = MIN_WINDOW
            return
        self._last_taken = self._clock()
        unclaimed = max(one.unclaimed for one in taken)
        if 2 * unclaimed <= self.size <= len(taken) + unclaimed:
            # Half of what was published is claimed. Once may only mean that free slots were filled.
            self._rounds_in_demand += 1
            if self._rounds_in_demand > 1:
                self.size = min(2 * self.size, MAX_WINDOW)
            return
        self._rounds_in_demand = 0
        if 4 * unclaimed > 3 * self.size:
            self.size = max(self.size // 2, MIN_WINDOW)


async def remove_sealed(service: ServiceContext, task_id: UUID, name: str | None) -> None:
    """Removes what was sealed for a task. If this fails, the sweeper removes it later."""
    if name:
        with contextlib.suppress(KodusAstError):
            await service.secrets.remove(task_id, name)


class Outbox:
    """Accepts tasks and publishes due ones. Its relay runs in the API and in every worker."""

    def __init__(
        self, service: ServiceContext, on_error: Callable[[KodusAstError], None] = lambda _: None
    ) -> None:
        self._service = service
        self._on_error = on_error
        self._woken = asyncio.Event()
        self._window = Window()
        self._is_closing = False

    async def submit(self, new: NewTask, sealed: Sealed | None = None) -> Created:
        """Stores the secrets, then the task, whose message the relay publishes; or returns an equal task."""
        name = await self._service.secrets.seal(new.id, sealed) if sealed else None
        if name:
            new = msgspec.structs.replace(new, metadata={**new.metadata, SEALED: name})
        limit = self._service.settings.service.queued_limit
        try:
            created = await self._service.tasks.create(new, queued_limit=limit)
        except KodusAstError as error:
            # After an error of the database the task may be there, and need it.
            if name and not error.transient:
                await remove_sealed(self._service, new.id, name)
            raise
        if name and created.task.id != new.id:
            await remove_sealed(self._service, new.id, name)
        self.wake()
        return created

    async def copy(self, task: Task, organization_id: str | None, *, actor: str) -> Task | None:
        """A new task for the request of one that has FAILED or was CANCELLED, with what was sealed for it.

        None if the same is being done already; `SealedGoneError` if what was sealed is not kept any more.
        """
        copy_id, name = new_id(), None
        if task.status not in {TaskStatus.FAILED, TaskStatus.CANCELLED}:
            return None
        if task.sealed_name:
            sealed = await self._service.secrets.open(task.id, task.sealed_name)
            name = await self._service.secrets.seal(copy_id, sealed)
        copy = await self._service.tasks.copy(
            task.id, organization_id, actor=actor, copy_id=copy_id, sealed=name
        )
        if copy is None:
            await remove_sealed(self._service, copy_id, name)
        self.wake()
        return copy

    def wake(self) -> None:
        """Makes the relay look for due tasks now."""
        self._woken.set()

    def close(self) -> None:
        """Ends `run` after the current batch. Do not cancel it: the tasks of its batch would be delayed."""
        self._is_closing = True
        self.wake()

    async def run(self) -> None:
        """The relay: publishes until closed, at once when woken, else once a second. Survives outages."""
        while not self._is_closing:
            try:
                full = await self.publish_due() == BATCH_SIZE
            except KodusAstError as error:
                self._on_error(error)
                await asyncio.sleep(RETRY_S)
                continue
            if not full:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._woken.wait()
                        await asyncio.sleep(GATHER_S)
                self._woken.clear()

    async def publish_due(self) -> int:
        """Publishes one batch; the number of tasks in it."""
        limit = self._service.settings.service.running_limit
        unpublished = await self._service.tasks.take_unpublished(
            BATCH_SIZE, running_limit=limit, window=self._window.size
        )
        self._window.adapt(unpublished)
        if not unpublished:
            return 0
        rest = list(unpublished)
        try:
            with contextlib.ExitStack() as spans:
                messages = [self._traced(one.message, spans) for one in unpublished]
                confirmed = set(await self._service.queue.publish(messages))
            rest = [one for one in unpublished if one.message.task_id not in confirmed]
        finally:
            # Else they would stay reserved for a while, and take the place of others that could be published.
            if rest:
                await self._service.tasks.return_unpublished(rest)
        if not self._service.queue.is_in_table:
            # Receivers skip rows that are locked, so that recording this would hide new messages from them.
            await self._service.tasks.mark_published([one for one in unpublished if one not in rest])
        return len(unpublished)

    def _traced(self, message: Message, spans: contextlib.ExitStack) -> Message:
        """The message with the context of a span of its own, if its submission was traced."""
        if not message.traceparent:
            return message
        span = self._service.traces.span("publish", "PRODUCER", message.traceparent)
        own = spans.enter_context(span)
        return msgspec.structs.replace(message, traceparent=own or message.traceparent)
