"""The `Queue` port over RabbitMQ. It declares only passively: `kodus-ast topology apply` makes the topology.

Uses plain connections and reopens them itself: aio-pika's robust ones restore only part of their state.
"""

import asyncio
import contextlib
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import aio_pika
import msgspec
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import QueueEmpty

from kodus_ast.adapters.rabbitmq_connection import AWAY, Link, connect, raising_when_away
from kodus_ast.adapters.rabbitmq_subscription import Receive, Subscription
from kodus_ast.adapters.topology import DEAD, FAILED_QUEUE, JOBS, LETTERS, ROUTES, queues_of
from kodus_ast.config import ServiceSettings
from kodus_ast.models.tasks import DeadLetter, Message, TaskKind
from kodus_ast.ports import LetterReceiver, Receiver

MAX_READS = 5
"""A dead letter that was read so often is republished: brokers drop what they have delivered too often."""
RETURN_WAIT_S = 1.0
"""The longest wait for read dead letters to be back in the queue: another reader may have taken some."""
RETURN_POLL_S = 0.01
HIGH_PRIORITY = 9
DEAD_LETTERS = "dead letters"
DECODER = msgspec.json.Decoder(Message)
TRACE_ID = re.compile("[0-9a-f]{32}")


class RabbitDelivery:
    """A message of one channel; it can be acknowledged only there."""

    def __init__(self, incoming: AbstractIncomingMessage) -> None:
        self._incoming = incoming
        self.message = _message(incoming.body)

    async def acknowledge(self) -> None:
        """Removes the message from the queue."""
        with contextlib.suppress(*AWAY):
            await self._incoming.ack()

    async def requeue(self) -> None:
        """Rejects with requeue. RabbitMQ 4.3 does not count a nack: the message would return for ever."""
        with contextlib.suppress(*AWAY):
            await self._incoming.reject(requeue=True)

    async def reject(self) -> None:
        """Moves the message to the dead letters."""
        with contextlib.suppress(*AWAY):
            await self._incoming.reject(requeue=False)


class RabbitQueue:
    """Publishes and receives on two connections: a broker that is out of memory blocks only the publisher."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._publisher: Link | None = None
        self._exchanges: dict[str, tuple[AbstractChannel, AbstractExchange]] = {}
        self._opening = asyncio.Lock()
        self._subscriptions: dict[str, Subscription] = {}

    @property
    def is_in_table(self) -> bool:
        """A message is not the row of its task, and may be lost."""
        return False

    async def close(self) -> None:
        """Disconnects."""
        await asyncio.gather(*(one.close() for one in self._subscriptions.values()))
        self._subscriptions.clear()
        if self._publisher:
            await self._publisher.close()

    async def publish(self, messages: Sequence[Message]) -> list[UUID]:
        """Publishes concurrently; the tasks whose message the broker has routed to a queue and confirmed."""
        exchange = await self._exchange(JOBS)
        done = await asyncio.gather(
            *(self._send(exchange, message, ROUTES.get(TaskKind(message.type), "")) for message in messages),
            return_exceptions=True,
        )
        failures = [outcome for outcome in done if isinstance(outcome, BaseException)]
        if messages and len(failures) == len(messages):
            with raising_when_away():
                raise failures[0]
        outcomes = zip(messages, done, strict=True)
        return [message.task_id for message, outcome in outcomes if outcome is None]

    async def dead_letter(self, message: Message, reason: str) -> None:
        """Adds a copy of the message to the dead letters."""
        exchange = await self._exchange(DEAD)
        with raising_when_away():
            await self._send(exchange, message, "failed", {"x-reason": reason})

    async def _send(
        self,
        exchange: AbstractExchange,
        message: Message,
        routing_key: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        outgoing = aio_pika.Message(
            msgspec.json.encode(message),
            message_id=message.id,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            priority=HIGH_PRIORITY if message.priority == 3 else None,
            timestamp=datetime.now(UTC),
            headers={**_trace_headers(message), **(headers or {})},
        )
        # After a timeout the message may have arrived or not: it is published again.
        await exchange.publish(outgoing, routing_key, mandatory=True, timeout=self._settings.patience_s)

    async def _exchange(self, name: str) -> AbstractExchange:
        async with self._opening:
            if self._publisher is None or self._publisher.lost.is_set():
                self._exchanges.clear()
                self._publisher = await connect(self._settings, "publisher")
            channel, exchange = self._exchanges.get(name, (None, None))
            if channel is None or exchange is None or channel.is_closed:
                with raising_when_away():
                    channel = await self._publisher.connection.channel(
                        publisher_confirms=True, on_return_raises=True
                    )
                    exchange = await channel.get_exchange(name, ensure=True)
                self._exchanges[name] = channel, exchange
            return exchange

    async def consume(self, lane: str, kinds: Sequence[str], prefetch: int, receive: Receiver) -> None:
        """Starts deliveries; does nothing when already started."""

        async def receive_message(incoming: AbstractIncomingMessage) -> None:
            await receive(RabbitDelivery(incoming))

        self._subscribe(lane, queues_of(kinds), prefetch, receive_message)

    async def consume_dead_letters(self, receive: LetterReceiver) -> None:
        """Starts to call `receive` for every dead letter."""

        async def receive_letter(incoming: AbstractIncomingMessage) -> None:
            await receive(_letter(incoming))
            with contextlib.suppress(*AWAY):
                await incoming.ack()

        self._subscribe(DEAD_LETTERS, [FAILED_QUEUE], 1, receive_letter)

    def _subscribe(self, name: str, queues: list[str], prefetch: int, receive: Receive) -> None:
        if known := self._subscriptions.get(name):
            known.resume(receive)
        else:
            self._subscriptions[name] = Subscription(self._settings, name, queues, prefetch, receive)

    async def pause(self, lane: str | None = None) -> None:
        """Stops new deliveries until `consume`; the connection is kept."""
        for name, subscription in self._subscriptions.items():
            if name == lane or (lane is None and name != DEAD_LETTERS):
                await subscription.pause()

    async def depth(self, kinds: Sequence[str]) -> int:
        """The number of messages of these kinds that wait for a receiver."""
        async with self._channel("depth") as channel:
            waiting = 0
            for name in queues_of(kinds):
                queue = await channel.declare_queue(name, passive=True)
                waiting += queue.declaration_result.message_count or 0
            return waiting

    async def list_dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The dead letters, oldest first; they stay in place."""
        async with self._dead_letters(limit) as taken:
            return [_letter(incoming) for incoming in taken]

    async def remove_dead_letter(self, letter_id: str) -> bool:
        """Removes one; False when it is not there."""
        async with self._dead_letters(None) as taken:
            for incoming in taken:
                if _letter(incoming).id == letter_id:
                    await incoming.ack()
                    return True
            return False

    async def purge_dead_letters(self) -> int:
        """Removes all; how many there were."""
        async with self._channel(LETTERS) as channel:
            queue = await channel.declare_queue(LETTERS, passive=True)
            return (await queue.purge(timeout=self._settings.patience_s)).message_count or 0

    @contextlib.asynccontextmanager
    async def _dead_letters(self, limit: int | None) -> AsyncIterator[list[AbstractIncomingMessage]]:
        """Dead letters; those that the block does not acknowledge are back in the queue when it ends.

        They are returned explicitly: a quorum queue notices only later that a channel was closed.
        """
        async with self._channel(LETTERS) as channel:
            queue = await channel.get_queue(LETTERS, ensure=False)
            waiting = await self._waiting(channel)
            taken: list[AbstractIncomingMessage] = []
            for _ in range(waiting if limit is None else min(limit, waiting)):
                try:
                    taken.append(await queue.get(no_ack=False, timeout=self._settings.patience_s))
                except QueueEmpty:
                    break
            yield taken
            unprocessed = [incoming for incoming in taken if not incoming.processed]
            for incoming in unprocessed:
                if _read_count(incoming) >= MAX_READS:
                    await self._republish(channel, incoming)
                else:
                    await incoming.nack(requeue=True)
            for _ in range(round(RETURN_WAIT_S / RETURN_POLL_S)):
                if await self._waiting(channel) >= len(unprocessed):
                    break
                await asyncio.sleep(RETURN_POLL_S)

    async def _waiting(self, channel: AbstractChannel) -> int:
        queue = await channel.declare_queue(LETTERS, passive=True)
        return queue.declaration_result.message_count or 0

    async def _republish(self, channel: AbstractChannel, incoming: AbstractIncomingMessage) -> None:
        """Publishes a copy before it removes the original: a duplicate is better than a loss."""
        exchange = await channel.get_exchange(DEAD, ensure=False)
        letter = _letter(incoming)
        copy = aio_pika.Message(
            incoming.body,
            message_id=incoming.message_id,
            content_type=incoming.content_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            timestamp=incoming.timestamp,
            headers={"x-reason": letter.reason},
        )
        await exchange.publish(copy, "failed", mandatory=True, timeout=self._settings.patience_s)
        await incoming.ack()

    async def check(self) -> None:
        """Raises `QueueAwayError` or `BadTopologyError` when the exchange cannot be published to."""
        await self._exchange(JOBS)

    @contextlib.asynccontextmanager
    async def _channel(self, purpose: str) -> AsyncIterator[AbstractChannel]:
        own = self._settings.operator_broker_url if purpose == LETTERS else ""
        settings = replace(self._settings, broker_url=own) if own else self._settings
        link = await connect(settings, purpose)
        try:
            with raising_when_away():
                yield await link.connection.channel(publisher_confirms=True, on_return_raises=True)
        finally:
            await link.close()


def _message(body: bytes) -> Message | None:
    try:
        return DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _letter(incoming: AbstractIncomingMessage) -> DeadLetter:
    message = _message(incoming.body)
    reason = incoming.headers.get("x-reason") or incoming.headers.get("x-first-death-reason") or "unknown"
    return DeadLetter(
        id=incoming.message_id or hashlib.sha256(incoming.body).hexdigest(),
        task_id=message.task_id if message else None,
        attempt=message.attempt if message else 0,
        reason=str(reason),
        body=incoming.body.decode(errors="replace"),
        created_at=incoming.timestamp,
    )


def _read_count(incoming: AbstractIncomingMessage) -> int:
    count = incoming.headers.get("x-delivery-count", 0)
    return count if isinstance(count, int) else 0


def _trace_headers(message: Message) -> dict[str, str]:
    """The W3C `traceparent` header: of the span that published the message, else of the trace id."""
    if message.traceparent:
        return {"traceparent": message.traceparent}
    if not TRACE_ID.fullmatch(message.trace_id):
        return {}
    return {"traceparent": f"00-{message.trace_id}-{secrets.token_hex(8)}-01"}
