"""The events of a task: as a stream of server-sent events while they happen, or as JSON."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from http import HTTPStatus
from uuid import UUID

import msgspec
from falcon.asgi import SSEvent

from kodus_ast.api.event_streams import wait_for
from kodus_ast.api.problems import bad_field
from kodus_ast.api.request_context import ApiContext, RequestContext
from kodus_ast.api.request_parsing import JSON
from kodus_ast.errors import KodusAstError
from kodus_ast.models.http_requests import EventsQuery
from kodus_ast.models.http_responses import NUMBERS, EventsReply, EventView, timestamp
from kodus_ast.models.tasks import Event, Task

HEARTBEAT_S = 10.0
MAX_STREAM_S = 300.0
CLIENT_RETRY_MS = 2000
POLL_S = 5.0
"""How often a stream reads the task without a notification, which may be lost."""
SSE = "text/event-stream"


async def list_task_events(context: RequestContext, query: EventsQuery, task_id: str) -> EventsReply | None:
    """The events of a task: a stream that can be resumed, or JSON if the request accepts only that."""
    task = await context.task(task_id)
    after = _after(context.request.get_header("Last-Event-ID"), query.after)
    context.response.cache_control = ["no-cache"]
    context.response.append_header("Vary", "Accept")
    accepted = context.request.accept
    if JSON in accepted and SSE not in accepted:
        return await _timeline(context, task, after, query.limit)
    events = await context.service.tasks.timeline(task.id, after=after)
    if not events and task.status.is_terminal:
        # No event will ever follow: this status keeps a browser from connecting again.
        context.response.status = HTTPStatus.NO_CONTENT.value
        return None
    stack = ExitStack()
    changed = stack.enter_context(context.api.streams.follow(task.id))
    context.response.content_type = SSE
    context.response.set_header("X-Accel-Buffering", "no")
    stream = _stream(context.api, stack, changed, task.id, after)
    if context.request.method == "HEAD":
        stack.close()
        # Never read. Without a stream Falcon adds a Content-Length, which the answer to GET does not have.
        context.response.stream = stream  # type: ignore[assignment]
    else:
        context.response.sse = stream
    return None


async def _timeline(context: RequestContext, task: Task, after: int, limit: int) -> EventsReply:
    events = await context.service.tasks.timeline(task.id, after=after, limit=limit)
    views = [_view(event) for event in events]
    has_ended = task.status.is_terminal and len(views) < limit
    return EventsReply(views, events[-1].id if events else after, has_ended)


async def _stream(
    api: ApiContext, stack: ExitStack, changed: asyncio.Event, task_id: UUID, after: int
) -> AsyncIterator[SSEvent]:
    """Events after `after`, until the task has ended, the stream is too old, or the process stops."""
    started = last_sent = time.monotonic()
    with stack:
        yield SSEvent(retry=CLIENT_RETRY_MS)
        while not api.streams.is_stopping and time.monotonic() - started < MAX_STREAM_S:
            changed.clear()
            try:
                events = await api.service.tasks.timeline(task_id, after=after)
            except KodusAstError:
                # The client connects again and sends the id of its last event.
                return
            for event in events:
                after, last_sent = event.id, time.monotonic()
                yield SSEvent(event="task", event_id=str(event.id), data=msgspec.json.encode(_view(event)))
                if event.status.is_terminal:
                    return
            if not events and time.monotonic() - last_sent >= HEARTBEAT_S - 0.1:
                last_sent = time.monotonic()
                yield SSEvent(comment="still here")
            if api.streams.is_stopping:
                return
            await wait_for(changed, min(POLL_S, max(0.05, last_sent + HEARTBEAT_S - time.monotonic())))


def _after(header: str | None, asked: int) -> int:
    if not header:
        return asked
    if not header.isascii() or not header.isdigit() or len(header) > 18:
        raise bad_field("Last-Event-ID", "the id of an event")
    return int(header)


def _view(event: Event) -> EventView:
    return EventView(
        id=event.id,
        status=NUMBERS[event.status],
        state=event.state,
        progress=event.progress,
        created_at=timestamp(event.created_at),
        detail=event.detail,
    )
