"""Metrics for Prometheus. They cover all organizations, so the scope `operate` is needed."""

import contextlib

from kodus_ast.api.request_context import RequestContext
from kodus_ast.errors import KodusAstError
from kodus_ast.metrics import CONTENT_TYPE
from kodus_ast.models.tasks import TaskKind


async def get_metrics(context: RequestContext) -> None:
    """Requests, tasks, streams and the queue, in the text format of Prometheus."""
    service, metrics = context.service, context.service.metrics
    metrics.streams.set(context.api.streams.open)
    # NaN while the database or the queue does not answer: the alarms fire on it.
    metrics.tasks.clear()
    metrics.held_tasks.clear()
    metrics.oldest_due_seconds.set(float("nan"))
    metrics.queue_messages.set(float("nan"))
    with contextlib.suppress(KodusAstError):
        for (kind, status), number in (await service.tasks.counts()).items():
            metrics.tasks.labels(kind, status).set(number)
        metrics.oldest_due_seconds.set(await service.tasks.oldest_due_s())
        for organization, number in (await service.tasks.held()).items():
            metrics.held_tasks.labels(organization).set(number)
    with contextlib.suppress(KodusAstError):
        metrics.queue_messages.set(await service.queue.depth(list(TaskKind)))
    context.response.content_type = CONTENT_TYPE
    context.response.data = metrics.text()
