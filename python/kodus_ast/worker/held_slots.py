"""Which attempt holds which slots of a worker: one, or all where nothing else may run."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from kodus_ast.worker.attempt import Attempt


class HeldSlots:
    """The slots of each attempt, until it ends; `pools` are free slots, and how many there are at most."""

    def __init__(self, pools: Sequence[tuple[asyncio.Semaphore, int]]) -> None:
        self._pools = pools
        self._held: defaultdict[Attempt, list[asyncio.Semaphore]] = defaultdict(list)
        self._isolation = asyncio.Lock()

    @property
    def number(self) -> int:
        """How many slots there are."""
        return sum(number for _, number in self._pools)

    def hold(self, attempt: Attempt, pool: asyncio.Semaphore) -> None:
        """Records that the attempt has taken a slot of this pool."""
        self._held[attempt].append(pool)

    def release(self, attempt: Attempt) -> None:
        """Gives the slots of the attempt back."""
        for pool in self._held.pop(attempt, []):
            pool.release()

    @contextlib.asynccontextmanager
    async def isolated(self, attempt: Attempt) -> AsyncIterator[None]:
        """Takes every slot, so that nothing else runs until the attempt has ended."""
        # Two that kept their slots while they wait for those of the other would wait for ever.
        self.release(attempt)
        async with self._isolation:
            for pool, number in self._pools:
                for _ in range(number):
                    await pool.acquire()
                    self.hold(attempt, pool)
            yield
