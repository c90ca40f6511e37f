"""The slots of one lane of a worker, and when it consumes messages."""

import asyncio
import time
from collections.abc import Sequence

from kodus_ast.models.tasks import Lane
from kodus_ast.ports import Queue, Receiver

SLOT_WAIT_S = 2.0
"""How long a message waits here for a free slot before its task is deferred to another worker."""


class LaneSlots:
    """As many tasks of these kinds as there are slots run at once."""

    def __init__(self, lane: Lane, kinds: Sequence[str], number: int) -> None:
        self.lane = lane
        self.kinds = kinds
        self.number = number
        self.pool = asyncio.Semaphore(number)
        self._is_full = asyncio.Event()
        self._is_stopping = False
        self._last_delivery = time.monotonic()

    @property
    def is_full(self) -> bool:
        """Whether every slot is taken."""
        return self.pool.locked()

    @property
    def silence_s(self) -> float:
        """Seconds since the last delivery, or since deliveries were started."""
        return time.monotonic() - self._last_delivery

    async def consume(self, queue: Queue, receive: Receiver) -> None:
        """Consumes while there are free slots; pauses once a message had to wait too long for one."""
        while not self._is_stopping:
            async with self.pool:
                self._is_full.clear()
            if self._is_stopping:
                return
            self.record_delivery()
            await queue.consume(self.lane, self.kinds, self.number, receive)
            await self._is_full.wait()
            await queue.pause(self.lane)

    def record_delivery(self) -> None:
        """Notes that a message has come."""
        self._last_delivery = time.monotonic()

    async def acquire(self) -> bool:
        """Takes a slot, in the order of asking; False when none became free in time."""
        if not self.pool.locked():
            # Without the timeout: setting one up costs more than taking a free slot.
            return await self.pool.acquire()
        try:
            async with asyncio.timeout(0 if self._is_stopping else SLOT_WAIT_S):
                return await self.pool.acquire()
        except TimeoutError:
            self._is_full.set()
            return False

    def release(self) -> None:
        """Makes a slot free."""
        self.pool.release()

    def stop(self) -> None:
        """Lets no message wait for a slot any more."""
        self._is_stopping = True
