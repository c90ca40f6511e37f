"""Sends completion events to an exchange of RabbitMQ."""

import asyncio
from dataclasses import replace

import aio_pika
import msgspec
from aio_pika.abc import AbstractChannel, AbstractExchange

from kodus_ast.adapters.rabbitmq_connection import Link, connect, raising_when_away
from kodus_ast.config import ServiceSettings
from kodus_ast.models.completions import EVENT, Completion, broker_body_of


class RabbitEvents:
    """The `CompletionSender` of the broker. Others declare the exchange and its queues."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = replace(settings, broker_url=settings.events_broker_url or settings.broker_url)
        self._link: Link | None = None
        self._open: tuple[AbstractChannel, AbstractExchange] | None = None
        self._opening = asyncio.Lock()

    async def send(self, completion: Completion) -> None:
        """Publishes the event; raises unless the broker has put it into a queue and confirmed it."""
        exchange = await self._exchange()
        message = aio_pika.Message(
            msgspec.json.encode(broker_body_of(completion)),
            message_id=str(completion.id),
            type=EVENT,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            timestamp=completion.finished_at,
            correlation_id=completion.trace_id or None,
            headers={"x-correlation-id": completion.trace_id} if completion.trace_id else {},
        )
        with raising_when_away():
            await exchange.publish(
                message,
                self._settings.events_routing_key,
                mandatory=True,
                timeout=self._settings.patience_s,
            )

    async def _exchange(self) -> AbstractExchange:
        async with self._opening:
            if self._link is None or self._link.lost.is_set():
                self._open = None
                self._link = await connect(self._settings, "events")
            if self._open is None or self._open[0].is_closed:
                with raising_when_away():
                    channel = await self._link.connection.channel(
                        publisher_confirms=True, on_return_raises=True
                    )
                    exchange = await channel.get_exchange(self._settings.events_exchange, ensure=True)
                self._open = channel, exchange
            return self._open[1]

    async def close(self) -> None:
        """Disconnects."""
        if self._link:
            await self._link.close()
