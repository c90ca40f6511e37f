"""How many bytes of bodies a process holds at once: in all, and of one organization."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator

from kodus_ast.errors import RateLimitedError

SMALL_BYTES = 64 * 1024
"""Bodies up to this size are not counted: they must not wait for large ones that arrive slowly."""
WAIT_S = 10.0
"""How long a request waits for room, with its body unread, before it is refused."""


class HeldBodies:
    """Lets a body be read when there is room for it. One organization has at most half of the room."""

    def __init__(self, most_bytes: int, body_bytes: int) -> None:
        # A single body of the largest size always has room.
        self._most = max(most_bytes, body_bytes)
        self._most_of_one = max(most_bytes // 2, body_bytes)
        self._held = Counter[str]()
        self._released = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def hold(self, organization: str, size: int) -> AsyncIterator[None]:
        """Waits for room of so many bytes, and takes it for the block; raises `RateLimitedError`."""
        if size <= SMALL_BYTES:
            yield
            return
        if not self._has_room(organization, size):
            try:
                async with asyncio.timeout(WAIT_S), self._released:
                    await self._released.wait_for(lambda: self._has_room(organization, size))
            except TimeoutError:
                raise RateLimitedError("too many large bodies are being received") from None
        self._held[organization] += size
        try:
            yield
        finally:
            self._held[organization] -= size
            if not self._held[organization]:
                del self._held[organization]
            async with self._released:
                self._released.notify_all()

    def _has_room(self, organization: str, size: int) -> bool:
        return (
            self._held[organization] + size <= self._most_of_one and self._held.total() + size <= self._most
        )
