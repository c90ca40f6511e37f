"""Completion events: that a task has ended, for webhooks and for an exchange of the broker."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, field

EVENT = "ast.task.completed"
"""The name of the event, whichever of its ends a task has reached: `status` tells."""


class Webhook(Struct, frozen=True, kw_only=True):
    """Where an organization has its completion events sent; the URL and the signing key are sealed."""

    id: UUID
    organization_id: str
    host: str
    created_at: datetime


class WebhookTarget(Struct, frozen=True):
    """The sealed part of a webhook."""

    url: str
    signing_key: bytes

    def __repr__(self) -> str:
        """Without the content: a repr ends up in tracebacks and logs."""
        return "WebhookTarget(…)"


class Completion(Struct, frozen=True, kw_only=True):
    """A completion event that is to be sent: to a webhook, or to the broker where there is none."""

    id: UUID
    """The same at every attempt, so that a receiver can tell a repetition."""
    task_id: UUID
    organization_id: str
    kind: str
    status: str
    code: str | None
    """Why the task failed."""
    finished_at: datetime
    trace_id: str
    summary: dict[str, Any]
    attempts: int
    webhook: WebhookTarget | None
    """None also for a webhook whose sealed part cannot be opened."""
    is_for_broker: bool


class CompletionBody(Struct, frozen=True, rename="camel", kw_only=True):
    """The body of an event."""

    event: str = EVENT
    task_id: UUID
    status: str
    code: str | None
    organization_id: str
    kind: str
    at: datetime


class BrokerBody(CompletionBody, frozen=True, rename="camel", kw_only=True):
    """The body of an event for the broker: with the summary of the result, as consumers of old expect one."""

    result: dict[str, Any] = field(default_factory=dict)


def body_of(completion: Completion) -> CompletionBody:
    """The body for webhooks."""
    return CompletionBody(
        task_id=completion.task_id,
        status=completion.status,
        code=completion.code,
        organization_id=completion.organization_id,
        kind=completion.kind,
        at=completion.finished_at,
    )


def broker_body_of(completion: Completion) -> BrokerBody:
    """The body for the broker."""
    return BrokerBody(
        task_id=completion.task_id,
        status=completion.status,
        code=completion.code,
        organization_id=completion.organization_id,
        kind=completion.kind,
        at=completion.finished_at,
        result=completion.summary,
    )
