"""Connections to RabbitMQ, their loss, and one error for everything that means that the broker is away."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ChannelNotFoundEntity, PublishError

from kodus_ast.config import ServiceSettings
from kodus_ast.errors import BadTopologyError, QueueAwayError

AWAY = (*CONNECTION_EXCEPTIONS, TimeoutError)


@dataclass(frozen=True, slots=True)
class Link:
    """A connection and an event for its loss: `is_closed` of the library covers only our own closing."""

    connection: AbstractConnection
    lost: asyncio.Event

    async def close(self) -> None:
        """Disconnects; does nothing when the broker already did."""
        with contextlib.suppress(*AWAY):
            await self.connection.close()


async def connect(settings: ServiceSettings, purpose: str) -> Link:
    """A plain connection; with TLS if the URL says so."""
    lost = asyncio.Event()
    with raising_when_away():
        connection = await aio_pika.connect(
            settings.broker_url,
            timeout=settings.patience_s,
            client_properties={"connection_name": f"kodus-ast {purpose}"},
        )
    connection.close_callbacks.add(lambda *_: lost.set())
    return Link(connection, lost)


@contextlib.contextmanager
def raising_when_away() -> Iterator[None]:
    """Raises `QueueAwayError` for errors of a broken connection, without the URL in the message."""
    try:
        yield
    except PublishError as error:
        raise BadTopologyError("no queue takes the message; run 'kodus-ast topology apply'") from error
    except ChannelNotFoundEntity as error:
        raise BadTopologyError(f"{error}; run 'kodus-ast topology apply'") from None
    except AWAY as error:
        raise QueueAwayError(f"the broker is away: {type(error).__name__}") from error
