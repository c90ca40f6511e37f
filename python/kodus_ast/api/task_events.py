"""What happens to a task, as it happens: server-sent events, or the timeline as JSON."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from http import HTTPStatus
from uuid import UUID

import msgspec
from falcon.asgi import SSEvent

from kodus_ast.api.event_streams import woken
from kodus_ast.api.problems import bad_field
from kodus_ast.api.request_context import Call, Context
from kodus_ast.api.request_parsing import JSON
from kodus_ast.errors import KodusAstError
from kodus_ast.models.http_requests import EventsQuery
from kodus_ast.models.http_responses import NUMBERS, EventsReply, EventView, timestamp
from kodus_ast.models.tasks import Event, Task

HEARTBEAT_S = 10.0
LONGEST_S = 300.0
RETRY_MS = 2000
LOOK_S = 5.0
"""Word of a change may get lost: so often a stream looks by itself."""
SSE = "text/event-stream"


async def of_task(call: Call, query: EventsQuery, task_id: str) -> EventsReply | None:
    """What happened to a task: a stream that may be resumed, or JSON if that is what the request accepts."""
    task = await call.task(task_id)
    after = _after(call.request.get_header("Last-Event-ID"), query.after)
    call.response.cache_control = ["no-cache"]
    call.response.append_header("Vary", "Accept")
    accepted = call.request.accept
    if JSON in accepted and SSE not in accepted:
        return await _timeline(call, task, after, query.limit)
    events = await call.durable.tasks.timeline(task.id, after=after)
    if not events and task.status.is_terminal:
        # Nothing will ever come: this status keeps a browser from connecting again.
        call.response.status = HTTPStatus.NO_CONTENT.value
        return None
    stack = ExitStack()
    woken_by = stack.enter_context(call.context.streams.follow(task.id))
    call.response.content_type = SSE
    call.response.set_header("X-Accel-Buffering", "no")
    call.response.sse = _stream(call.context, stack, woken_by, task.id, after)
    return None


async def _timeline(call: Call, task: Task, after: int, limit: int) -> EventsReply:
    events = await call.durable.tasks.timeline(task.id, after=after, limit=limit)
    views = [_view(event) for event in events]
    has_ended = task.status.is_terminal and len(views) < limit
    return EventsReply(views, events[-1].id if events else after, has_ended)


async def _stream(
    context: Context, stack: ExitStack, changed: asyncio.Event, task_id: UUID, after: int
) -> AsyncIterator[SSEvent]:
    """Events from `after` on until the task has ended, the stream is old, or the process stops."""
    started = said = time.monotonic()
    with stack:
        yield SSEvent(retry=RETRY_MS)
        while not context.streams.is_stopping and time.monotonic() - started < LONGEST_S:
            changed.clear()
            try:
                events = await context.durable.tasks.timeline(task_id, after=after)
            except KodusAstError:
                # The client comes back, and tells where it was.
                return
            for event in events:
                after, said = event.id, time.monotonic()
                yield SSEvent(event="task", event_id=str(event.id), data=msgspec.json.encode(_view(event)))
                if event.status.is_terminal:
                    return
            if not events and time.monotonic() - said >= HEARTBEAT_S - 0.1:
                said = time.monotonic()
                yield SSEvent(comment="still here")
            if context.streams.is_stopping:
                return
            await woken(changed, min(LOOK_S, max(0.05, said + HEARTBEAT_S - time.monotonic())))


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
