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


class _Lane:
    """The deliveries of one lane."""

    def __init__(self) -> None:
        self.receiving: asyncio.Task[None] | None = None
        self.unacknowledged: set[asyncio.Task[None]] = set()
        self.is_paused = False
        self.wake = asyncio.Event()

    def start(self, receiving: Coroutine[Any, Any, None]) -> None:
        """Runs the receiver of a delivery; until it ends, the delivery counts as unacknowledged."""
        task: asyncio.Task[None] = asyncio.create_task(receiving)
        self.unacknowledged.add(task)
        task.add_done_callback(self._on_received)

    def _on_received(self, task: asyncio.Task[None]) -> None:
        self.unacknowledged.discard(task)
        self.wake.set()
        if not task.cancelled():
            task.exception()


class EmbeddedQueue:
    """A queue that needs only the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group_commit = GroupCommit(database)
        self._lanes: dict[str, _Lane] = {}
        self._listening: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._receive_dead_letter: LetterReceiver | None = None
        self._notifications: asyncio.Queue[str | None] | None = None

    @property
    def is_in_table(self) -> bool:
        """A message is the row of its task."""
        return True

    async def publish(self, messages: Sequence[Message]) -> list[UUID]:
        """Makes the tasks available to receivers."""
        ids = [message.task_id for message in messages]
        with _raising_queue_away():
            await self._database.rows("enqueue_tasks", ids)
            await self._database.row("notify_receivers")
        self._wake()
        return ids

    async def consume(self, lane: str, kinds: Sequence[str], prefetch: int, receive: Receiver) -> None:
        """Starts deliveries; does nothing when already started."""
        self._closing.clear()
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        known = self._lanes.setdefault(lane, _Lane())
        if known.receiving is None:
            known.is_paused = False
            known.receiving = asyncio.create_task(self._receive(known, list(kinds), prefetch, receive))

    async def pause(self, lane: str | None = None) -> None:
        """Stops new deliveries until `consume`; the listener's connection is kept."""
        for name, known in self._lanes.items():
            if lane in {None, name} and known.receiving:
                # A flag, not a cancellation: rows may just have been reserved.
                known.is_paused = True
                known.wake.set()
                await asyncio.gather(known.receiving, return_exceptions=True)
                known.receiving = None

    async def _receive(self, lane: "_Lane", kinds: list[str], prefetch: int, receive: Receiver) -> None:
        while not lane.is_paused:
            room = prefetch - len(lane.unacknowledged)
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
                lane.start(receive(delivery))
            if room <= 0 or len(rows) < room:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await lane.wake.wait()
                lane.wake.clear()

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

    def _wake(self) -> None:
        for lane in self._lanes.values():
            lane.wake.set()

    async def _listen(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(KodusAstError):
                async with self._database.listen(CHANNEL) as self._notifications:
                    while not self._closing.is_set() and await self._notifications.get() is not None:
                        self._wake()
            self._notifications = None
            if not self._closing.is_set():
                await asyncio.sleep(POLL_S)

    async def depth(self, kinds: Sequence[str]) -> int:
        """The number of messages of these kinds that wait for a receiver."""
        with _raising_queue_away():
            row = await self._database.row("count_deliveries", list(kinds))
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
        for lane in self._lanes.values():
            for task in lane.unacknowledged:
                task.cancel()
            await asyncio.gather(*lane.unacknowledged, return_exceptions=True)
        if self._listening:
            # A flag first: cancelled while it connects, the listener would leave a socket open.
            self._closing.set()
            if self._notifications:
                self._notifications.put_nowait(None)
            await asyncio.wait({self._listening}, timeout=self._database.settings.patience_s)
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None

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
