"""Exchanges, queues and bindings as data, declared only by a deployment step.

The arguments of a queue cannot be changed later; what may have to change is a policy (docs/operations.md).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed

from kodus_ast.errors import BadTopologyError
from kodus_ast.models.tasks import TaskKind

JOBS = "ast.jobs.x"
DEAD = "ast.jobs.dlx"
LETTERS = "ast.jobs.dlq"
FAILED_QUEUE = "ast.jobs.failed.q"
"""Holds a copy of every dead letter. Workers consume it and fail the task, so that no client waits for it."""
JOB_ARGUMENTS: Mapping[str, str | int] = {
    "x-queue-type": "quorum",
    "x-dead-letter-exchange": DEAD,
    "x-delivery-limit": 3,
}
ROUTES = {
    TaskKind.REPOSITORY_GRAPH: "ast.initialize.repo",
    TaskKind.CHUNK_IMPACT: "ast.initialize.impact",
    TaskKind.IMPACT: "ast.initialize.impact",
    TaskKind.VALIDATE_CODE: "ast.validate.code",
    TaskKind.CONTENT: "ast.validate.code",
}
"""The routing key of each kind."""


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A queue, the exchange and routing key of its binding, and its arguments."""

    name: str
    exchange: str
    routing_key: str
    arguments: Mapping[str, str | int] = field(default_factory=lambda: {"x-queue-type": "quorum"})


QUEUES = (
    *(QueueSpec(f"{route}.q", JOBS, route, JOB_ARGUMENTS) for route in sorted(set(ROUTES.values()))),
    QueueSpec(LETTERS, DEAD, "#"),
    QueueSpec(FAILED_QUEUE, DEAD, "#"),
)
EXCHANGES = (JOBS, DEAD)


def queues_of(kinds: Collection[str]) -> list[str]:
    """The names of the queues that carry these kinds."""
    return sorted({f"{route}.q" for kind, route in ROUTES.items() if kind in kinds})


async def apply(connection: AbstractConnection) -> list[str]:
    """Declares what is missing; the names of all. `BadTopologyError` if one was declared differently."""
    channel = await connection.channel()
    for name in EXCHANGES:
        try:
            await channel.declare_exchange(name, aio_pika.ExchangeType.TOPIC, durable=True)
        except ChannelPreconditionFailed as error:
            raise BadTopologyError(_difference("exchange", name, error)) from None
    for spec in QUEUES:
        try:
            queue = await channel.declare_queue(spec.name, durable=True, arguments=dict(spec.arguments))
        except ChannelPreconditionFailed as error:
            raise BadTopologyError(_difference("queue", spec.name, error)) from None
        await queue.bind(spec.exchange, spec.routing_key)
    await channel.close()
    return [*EXCHANGES, *(spec.name for spec in QUEUES)]


async def check(connection: AbstractConnection) -> list[str]:
    """A sentence for everything that is missing or differs. Declares nothing new."""
    problems: list[str] = []
    for name in EXCHANGES:
        channel = await connection.channel()
        try:
            await channel.declare_exchange(name, aio_pika.ExchangeType.TOPIC, passive=True)
            await channel.declare_exchange(name, aio_pika.ExchangeType.TOPIC, durable=True)
        except ChannelNotFoundEntity:
            problems.append(f"exchange {name} is missing")
        except ChannelPreconditionFailed as error:
            problems.append(_difference("exchange", name, error))
        await _close(channel)
    for spec in QUEUES:
        channel = await connection.channel()
        try:
            await channel.declare_queue(spec.name, passive=True)
            # The queue exists, so this only makes the broker compare the arguments.
            await channel.declare_queue(spec.name, durable=True, arguments=dict(spec.arguments))
        except ChannelNotFoundEntity:
            problems.append(f"queue {spec.name} is missing")
        except ChannelPreconditionFailed as error:
            problems.append(_difference("queue", spec.name, error))
        await _close(channel)
    return problems


async def _close(channel: AbstractChannel) -> None:
    if not channel.is_closed:
        await channel.close()


def _difference(what: str, name: str, error: Exception) -> str:
    return (
        f"{what} {name} was declared otherwise ({error}); what it was declared with cannot be changed: "
        f"drain it, delete it, and run 'kodus-ast topology apply' again"
    )
