"""Deliveries of some queues of RabbitMQ: over one connection that is kept while they are paused."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from kodus_ast import logs
from kodus_ast.adapters.rabbitmq_connection import AWAY, Link, connect, raising_when_away
from kodus_ast.config import ServiceSettings
from kodus_ast.errors import BadTopologyError, QueueAwayError

RECONNECT_S = 1.0
LOG = logs.logger(__name__)

Receive = Callable[[AbstractIncomingMessage], Coroutine[Any, Any, None]]


class Subscription:
    """Consumers of some queues. Opens its connection itself, and again whenever it is lost."""

    def __init__(
        self, settings: ServiceSettings, name: str, queues: Sequence[str], prefetch: int, receive: Receive
    ) -> None:
        self._settings = settings
        self._name = name
        self._queue_names = queues
        self._prefetch = prefetch
        self._receive = receive
        self._consumers: list[tuple[AbstractQueue, str]] = []
        self._unacknowledged: set[asyncio.Task[None]] = set()
        self._is_wanted = True
        self._changed = asyncio.Event()
        self._is_silent = asyncio.Event()
        self._is_silent.set()
        self._closing = asyncio.Event()
        self._running = asyncio.create_task(self._run())

    def resume(self, receive: Receive) -> None:
        """Starts deliveries again, to this receiver; does nothing when they are not paused."""
        if not self._is_wanted:
            self._receive = receive
            self._is_wanted = True
            self._changed.set()

    async def pause(self) -> None:
        """Stops deliveries; what was delivered can still be acknowledged."""
        self._is_wanted = False
        self._changed.set()
        await self._is_silent.wait()

    async def close(self) -> None:
        """Stops deliveries and disconnects."""
        # A flag, not a cancellation, which the timeouts of the library may swallow.
        self._closing.set()
        self._changed.set()
        await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        logged = ""
        while not self._closing.is_set():
            try:
                with raising_when_away():
                    await self._hold_connection()
                logged = ""
            except (QueueAwayError, BadTopologyError) as error:
                # Logged once: it is tried again every second.
                if logged != error.code:
                    logged = error.code
                    LOG.warning(
                        "nothing is received", consumer=self._name, code=error.code, reason=str(error)
                    )
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RECONNECT_S):
                    await self._closing.wait()

    async def _hold_connection(self) -> None:
        link = await connect(self._settings, self._name)
        try:
            channel = await link.connection.channel()
            await channel.set_qos(prefetch_count=self._prefetch)
            queues = [await channel.declare_queue(name, passive=True) for name in self._queue_names]
            # The broker closes a channel alone after a timeout, or when its queue is deleted.
            channel.close_callbacks.add(lambda *_: link.lost.set())
            while not link.lost.is_set() and not self._closing.is_set():
                self._changed.clear()
                if self._is_wanted:
                    await self._start_consumers(queues)
                else:
                    await self._stop_consumers()
                await self._wait_for_change(link)
        finally:
            with contextlib.suppress(*AWAY):
                await self._stop_consumers()
            self._forget_consumers()
            # Messages can be acknowledged only while the channel is open.
            if self._unacknowledged:
                await asyncio.wait(self._unacknowledged, timeout=self._settings.patience_s)
            await link.close()

    async def _wait_for_change(self, link: Link) -> None:
        waiting = [asyncio.create_task(link.lost.wait()), asyncio.create_task(self._changed.wait())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()

    async def _start_consumers(self, queues: Sequence[AbstractQueue]) -> None:
        if self._consumers:
            return
        self._is_silent.clear()
        for queue in queues:
            tag = await queue.consume(self._start, timeout=self._settings.patience_s)
            self._consumers.append((queue, tag))

    async def _stop_consumers(self) -> None:
        for queue, tag in self._consumers:
            await queue.cancel(tag, timeout=self._settings.patience_s)
        self._forget_consumers()

    def _forget_consumers(self) -> None:
        self._consumers.clear()
        self._is_silent.set()

    async def _start(self, incoming: AbstractIncomingMessage) -> None:
        # In a task of its own: aiormq cancels callbacks when the connection drops, even within a claim.
        task = asyncio.create_task(self._receive(incoming))
        self._unacknowledged.add(task)
        task.add_done_callback(self._unacknowledged.discard)
