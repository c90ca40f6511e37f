"""The `Queue` port over the table of tasks: SKIP LOCKED gives a row to one receiver, NOTIFY wakes them."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from kodus_ast.adapters.database import Database
from kodus_ast.adapters.group_commit import Together
from kodus_ast.adapters.postgres_tasks import message
from kodus_ast.errors import KodusAstError, QueueAwayError
from kodus_ast.models.tasks import DeadLetter, Message
from kodus_ast.ports import LetterReceiver, Receiver

CHANNEL = "kodus_ast_queue"
LOOK_S = 1.0
"""Notifications can be lost with their connection, and what is put off makes no noise."""


@dataclass(frozen=True, slots=True)
class EmbeddedDelivery:
    """A task that was published and is due, at one receiver for a while."""

    database: Database
    together: Together
    message: Message
    judged: Callable[[Message], Coroutine[Any, Any, None]]

    async def accept(self) -> None:
        """It is taken care of."""
        await self.together.row("accept_deliveries", self.message.task_id, self.message.attempt)

    async def give_back(self) -> None:
        """Somebody shall have it again."""
        await self.database.row("return_delivery", self.message.task_id)

    async def discard(self) -> None:
        """To the dead letters."""
        await self.database.row("bury_letter", self.message, "rejected")
        await self.judged(self.message)
        await self.accept()


class EmbeddedQueue:
    """A queue that needs nothing but the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together = Together(database)
        self._wake = asyncio.Event()
        self._receiving: asyncio.Task[None] | None = None
        self._out: set[asyncio.Task[None]] = set()
        self._judge: LetterReceiver | None = None
        self._paused = asyncio.Event()
        self._heard: asyncio.Queue[str | None] | None = None

    async def publish(self, messages: Sequence[Message]) -> list[UUID]:
        """Shows the tasks to receivers."""
        ids = [message.task_id for message in messages]
        with _away():
            await self._database.rows("announce_deliveries", ids)
            await self._database.row("wake_receivers")
        self._wake.set()
        return ids

    async def consume(self, kinds: Sequence[str], prefetch: int, receive: Receiver) -> None:
        """Starts deliveries; does nothing when started."""
        if self._receiving is None:
            self._paused.clear()
            self._receiving = asyncio.create_task(self._receive(list(kinds), prefetch, receive))

    async def pause(self) -> None:
        """No new deliveries until `consume`."""
        if self._receiving:
            # Asked, not cancelled: rows may just have been taken.
            self._paused.set()
            self._wake.set()
            await asyncio.gather(self._receiving, return_exceptions=True)
            self._receiving = None

    async def _receive(self, kinds: list[str], prefetch: int, receive: Receiver) -> None:
        listening = asyncio.create_task(self._listen())
        try:
            while not self._paused.is_set():
                room = prefetch - len(self._out)
                # What is not settled by then is another receiver's.
                lease = self._database.settings.lease
                rows = []
                if room > 0:
                    with contextlib.suppress(KodusAstError):
                        rows = await self._database.rows("take_deliveries", kinds, room, lease)
                for row in rows:
                    delivery = EmbeddedDelivery(self._database, self._together, message(row), self._judged)
                    task: asyncio.Task[None] = asyncio.create_task(receive(delivery))
                    self._out.add(task)
                    task.add_done_callback(self._settled)
                if room <= 0 or len(rows) < room:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_S):
                            await self._wake.wait()
                    self._wake.clear()
        finally:
            # Asked first: cancelled while it connects, it would leave a socket open.
            self._paused.set()
            if self._heard:
                self._heard.put_nowait(None)
            await asyncio.wait({listening}, timeout=self._database.settings.patience_s)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def judge(self, receive: LetterReceiver) -> None:
        """Starts to tell of messages that die here; no other can."""
        self._judge = receive

    async def _judged(self, message: Message) -> None:
        if self._judge:
            await self._judge(
                DeadLetter(
                    id=message.id,
                    task_id=message.task_id,
                    attempt=message.attempt,
                    reason="rejected",
                    body="",
                )
            )

    def _settled(self, task: asyncio.Task[None]) -> None:
        self._out.discard(task)
        self._wake.set()
        if not task.cancelled():
            task.exception()

    async def _listen(self) -> None:
        while not self._paused.is_set():
            with contextlib.suppress(KodusAstError):
                async with self._database.listen(CHANNEL) as self._heard:
                    while not self._paused.is_set() and await self._heard.get() is not None:
                        self._wake.set()
            self._heard = None
            if not self._paused.is_set():
                await asyncio.sleep(LOOK_S)

    async def depth(self) -> int:
        """How many messages wait for a receiver."""
        with _away():
            row = await self._database.row("count_deliveries")
        return row["number"] if row else 0

    async def bury(self, message: Message, reason: str) -> None:
        """Leaves a copy among the dead letters."""
        with _away():
            await self._database.row("bury_letter", message, reason)

    async def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The dead letters, which stay where they are."""
        with _away():
            rows = await self._database.rows("list_letters", limit)
        return [
            DeadLetter(
                id=str(row["id"]),
                task_id=UUID(row["body"]["taskId"]),
                attempt=row["body"].get("attempt", 0),
                reason=row["reason"],
                body=msgspec.json.encode(row["body"]).decode(),
                created_at=row["created_at"],
            )
            for row in rows
        ]

    async def remove_dead_letter(self, letter_id: str) -> bool:
        """Removes one; False when it is not there."""
        with _away():
            return (
                letter_id.isdigit() and await self._database.row("remove_letter", int(letter_id)) is not None
            )

    async def purge_dead_letters(self) -> int:
        """Removes all; how many that were."""
        with _away():
            return len(await self._database.rows("purge_letters"))

    async def close(self) -> None:
        """Stops deliveries."""
        await self.pause()
        for task in self._out:
            task.cancel()
        await asyncio.gather(*self._out, return_exceptions=True)

    async def check(self) -> None:
        """Raises `QueueAwayError` when the database is away."""
        with _away():
            await self._database.row("ping")


@contextlib.contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except KodusAstError as error:
        raise QueueAwayError(str(error)) from error
