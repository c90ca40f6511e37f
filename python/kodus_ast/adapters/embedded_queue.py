"""The `Queue` port over the table of tasks: SKIP LOCKED gives a row to one receiver, NOTIFY wakes them."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from kodus_ast.adapters.database import Database
from kodus_ast.adapters.group_commit import GroupCommit
from kodus_ast.adapters.postgres_tasks import message
from kodus_ast.errors import KodusAstError, QueueAwayError
from kodus_ast.models.tasks import DeadLetter, Message
from kodus_ast.ports import LetterReceiver, Receiver

CHANNEL = "kodus_ast_queue"
POLL_S = 1.0
"""Notifications can be lost with their connection, and there are none for deferred tasks."""


@dataclass(frozen=True, slots=True)
class EmbeddedDelivery:
    """A published, due task, reserved for one receiver for a while."""

    database: Database
    group_commit: GroupCommit
    message: Message
    notify_dead_letter: Callable[[Message], Coroutine[Any, Any, None]]

    async def acknowledge(self) -> None:
        """Removes the message from the queue."""
        await self.group_commit.row("acknowledge_deliveries", self.message.task_id, self.message.attempt)

    async def requeue(self) -> None:
        """Makes the message available to receivers again."""
        await self.database.row("requeue_delivery", self.message.task_id)

    async def reject(self) -> None:
        """Moves the message to the dead letters."""
        await self.database.row("add_dead_letter", self.message, "rejected")
        await self.notify_dead_letter(self.message)
        await self.acknowledge()


class EmbeddedQueue:
    """A queue that needs only the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group_commit = GroupCommit(database)
        self._wake = asyncio.Event()
        self._receiving: asyncio.Task[None] | None = None
        self._unacknowledged: set[asyncio.Task[None]] = set()
        self._receive_dead_letter: LetterReceiver | None = None
        self._paused = asyncio.Event()
        self._notifications: asyncio.Queue[str | None] | None = None

    async def publish(self, messages: Sequence[Message]) -> list[UUID]:
        """Makes the tasks available to receivers."""
        ids = [message.task_id for message in messages]
        with _raising_queue_away():
            await self._database.rows("enqueue_tasks", ids)
            await self._database.row("notify_receivers")
        self._wake.set()
        return ids

    async def consume(self, kinds: Sequence[str], prefetch: int, receive: Receiver) -> None:
        """Starts deliveries; does nothing when already started."""
        if self._receiving is None:
            self._paused.clear()
            self._receiving = asyncio.create_task(self._receive(list(kinds), prefetch, receive))

    async def pause(self) -> None:
        """Stops new deliveries until `consume`."""
        if self._receiving:
            # A flag, not a cancellation: rows may just have been reserved.
            self._paused.set()
            self._wake.set()
            await asyncio.gather(self._receiving, return_exceptions=True)
            self._receiving = None

    async def _receive(self, kinds: list[str], prefetch: int, receive: Receiver) -> None:
        listening = asyncio.create_task(self._listen())
        try:
            while not self._paused.is_set():
                room = prefetch - len(self._unacknowledged)
                # A delivery that is not acknowledged within the lease goes to another receiver.
                lease = self._database.settings.lease
                rows = []
                if room > 0:
                    with contextlib.suppress(KodusAstError):
                        rows = await self._database.rows("take_deliveries", kinds, room, lease)
                for row in rows:
                    delivery = EmbeddedDelivery(
                        self._database, self._group_commit, message(row), self._notify_dead_letter
                    )
                    task: asyncio.Task[None] = asyncio.create_task(receive(delivery))
                    self._unacknowledged.add(task)
                    task.add_done_callback(self._on_received)
                if room <= 0 or len(rows) < room:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(POLL_S):
                            await self._wake.wait()
                    self._wake.clear()
        finally:
            # A flag first: cancelled while it connects, the listener would leave a socket open.
            self._paused.set()
            if self._notifications:
                self._notifications.put_nowait(None)
            await asyncio.wait({listening}, timeout=self._database.settings.patience_s)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def consume_dead_letters(self, receive: LetterReceiver) -> None:
        """Calls `receive` for messages that this process rejects; there are no other dead letters here."""
        self._receive_dead_letter = receive

    async def _notify_dead_letter(self, message: Message) -> None:
        if self._receive_dead_letter:
            await self._receive_dead_letter(
                DeadLetter(
                    id=message.id,
                    task_id=message.task_id,
                    attempt=message.attempt,
                    reason="rejected",
                    body="",
                )
            )

    def _on_received(self, task: asyncio.Task[None]) -> None:
        self._unacknowledged.discard(task)
        self._wake.set()
        if not task.cancelled():
            task.exception()

    async def _listen(self) -> None:
        while not self._paused.is_set():
            with contextlib.suppress(KodusAstError):
                async with self._database.listen(CHANNEL) as self._notifications:
                    while not self._paused.is_set() and await self._notifications.get() is not None:
                        self._wake.set()
            self._notifications = None
            if not self._paused.is_set():
                await asyncio.sleep(POLL_S)

    async def depth(self) -> int:
        """The number of messages that wait for a receiver."""
        with _raising_queue_away():
            row = await self._database.row("count_deliveries")
        return row["number"] if row else 0

    async def dead_letter(self, message: Message, reason: str) -> None:
        """Adds a copy of the message to the dead letters."""
        with _raising_queue_away():
            await self._database.row("add_dead_letter", message, reason)

    async def list_dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The dead letters, oldest first; they stay in place."""
        with _raising_queue_away():
            rows = await self._database.rows("list_dead_letters", limit)
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
        with _raising_queue_away():
            return (
                letter_id.isdigit()
                and await self._database.row("remove_dead_letter", int(letter_id)) is not None
            )

    async def purge_dead_letters(self) -> int:
        """Removes all; how many there were."""
        with _raising_queue_away():
            return len(await self._database.rows("purge_dead_letters"))

    async def close(self) -> None:
        """Stops deliveries."""
        await self.pause()
        for task in self._unacknowledged:
            task.cancel()
        await asyncio.gather(*self._unacknowledged, return_exceptions=True)

    async def check(self) -> None:
        """Raises `QueueAwayError` when the database is away."""
        with _raising_queue_away():
            await self._database.row("ping")


@contextlib.contextmanager
def _raising_queue_away() -> Iterator[None]:
    try:
        yield
    except KodusAstError as error:
        raise QueueAwayError(str(error)) from error
