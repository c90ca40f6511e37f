"""Notifies all event streams of the process of changed tasks, over one database connection; and ends them."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from kodus_ast import logs
from kodus_ast.errors import KodusAstError, RateLimitedError
from kodus_ast.ports import Tasks

RECONNECT_S = 1.0
LOG = logs.logger(__name__)


class EventStreams:
    """The open event streams. A notification may be lost, so each stream also polls."""

    def __init__(self, tasks: Tasks, max_open: int) -> None:
        self._tasks = tasks
        self._max_open = max_open
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self.open = 0
        self.is_stopping = False

    async def run(self) -> None:
        """Listens until cancelled; connects again when the connection is lost."""
        while True:
            try:
                async with self._tasks.changes() as ids:
                    self._wake_all()
                    async for task_id in ids:
                        for event in self._waiting.get(task_id, ()):
                            event.set()
            except KodusAstError as error:
                LOG.warning("streams wait", code=error.code)
            await asyncio.sleep(RECONNECT_S)

    @contextmanager
    def follow(self, task_id: UUID) -> Iterator[asyncio.Event]:
        """An event that is set when the task changes and when all streams are to end.

        Clear it before you read the task.
        """
        if self.open >= self._max_open:
            raise RateLimitedError("too many event streams are open")
        event = asyncio.Event()
        self._waiting[task_id].add(event)
        self.open += 1
        try:
            yield event
        finally:
            self.open -= 1
            self._waiting[task_id].discard(event)
            if not self._waiting[task_id]:
                del self._waiting[task_id]

    def stop(self) -> None:
        """Ends all streams at once: an open stream would delay the end of the process."""
        self.is_stopping = True
        self._wake_all()

    def _wake_all(self) -> None:
        for events in self._waiting.values():
            for event in events:
                event.set()


async def wait_for(event: asyncio.Event, timeout_s: float) -> None:
    """Returns when the event is set, or after the timeout."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
