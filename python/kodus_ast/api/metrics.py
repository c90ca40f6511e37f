"""What is counted, for Prometheus; scope `operate`, for it tells of all organizations together."""

import contextlib

from kodus_ast.api.call import Call
from kodus_ast.errors import KodusAstError

MEDIA = "text/plain; version=0.0.4; charset=utf-8"


async def scrape(call: Call) -> None:
    """Requests, tasks, streams and the queue, in the text format of Prometheus."""
    meters = call.context.meters
    meters.streams.set(call.context.streams.open)
    # What cannot be asked now is missing in this answer, and its absence raises the alarm.
    meters.tasks.clear()
    with contextlib.suppress(KodusAstError):
        for (kind, status), number in (await call.durable.tasks.counts()).items():
            meters.tasks.labels(kind, status).set(number)
    with contextlib.suppress(KodusAstError):
        meters.waiting.set(await call.durable.queue.depth())
    call.response.content_type = MEDIA
    call.response.data = meters.text()
