"""What is counted, for Prometheus; scope `operate`, for it tells of all organizations together."""

import contextlib

from kodus_ast.api.request_context import Call
from kodus_ast.errors import KodusAstError
from kodus_ast.metrics import TYPE


async def scrape(call: Call) -> None:
    """Requests, tasks, streams and the queue, in the text format of Prometheus."""
    durable, meters = call.durable, call.durable.meters
    meters.streams.set(call.context.streams.open)
    # What cannot be asked now is not a number, and raises the alarm by being none.
    meters.tasks.clear()
    meters.oldest_due_seconds.set(float("nan"))
    meters.queue_messages.set(float("nan"))
    with contextlib.suppress(KodusAstError):
        for (kind, status), number in (await durable.tasks.counts()).items():
            meters.tasks.labels(kind, status).set(number)
        meters.oldest_due_seconds.set(await durable.tasks.oldest_due_s())
    with contextlib.suppress(KodusAstError):
        meters.queue_messages.set(await durable.queue.depth())
    call.response.content_type = TYPE
    call.response.data = meters.text()
