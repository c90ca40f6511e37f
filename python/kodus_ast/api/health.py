"""Whether the process lives, and whether all that it needs answers in time."""

import asyncio
import os
import resource
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Literal

from falcon.asgi import Request, Response

from kodus_ast.api.request_context import Context
from kodus_ast.errors import KodusAstError
from kodus_ast.models.http_responses import Dependency, HealthDetail, HealthReply
from kodus_ast.version import tool_version

PATIENCE_S = 2.0
FRESH_S = 1.0
"""Anybody may ask, so what was seen so shortly ago is said again."""

Status = Literal["ok", "unavailable"]


async def ping(_context: Context, _request: Request, response: Response) -> None:
    """Says pong."""
    response.content_type = "text/plain; charset=utf-8"
    response.data = b"pong"


async def alive(_context: Context, _request: Request, _response: Response) -> HealthReply:
    """The process lives; nothing else is asked."""
    return HealthReply("ok", tool_version())


async def ready(context: Context, _request: Request, response: Response) -> HealthReply:
    """Database, queue and store answer; while the process is told to stop they are not asked any more."""
    status = _status(await _dependencies(context), context, response)
    return HealthReply(status, tool_version())


async def detail(context: Context, _request: Request, response: Response) -> HealthDetail:
    """The same with memory (bytes), processor time (seconds), load, and each thing that is needed."""
    dependencies = await _dependencies(context)
    used = resource.getrusage(resource.RUSAGE_SELF)
    one, five, fifteen = os.getloadavg()
    return HealthDetail(
        status=_status(dependencies, context, response),
        version=tool_version(),
        uptime_seconds=int(time.monotonic() - context.started),
        memory={"mostResidentBytes": used.ru_maxrss * 1024},
        cpu={
            "seconds": round(used.ru_utime + used.ru_stime, 2),
            "load1": one,
            "load5": five,
            "load15": fifteen,
            "processors": os.cpu_count() or 1,
        },
        dependencies=dependencies,
    )


def _status(dependencies: dict[str, Dependency], context: Context, response: Response) -> Status:
    if context.streams.is_stopping or any(one.status != "ok" for one in dependencies.values()):
        response.status = HTTPStatus.SERVICE_UNAVAILABLE.value
        return "unavailable"
    return "ok"


async def _dependencies(context: Context) -> dict[str, Dependency]:
    async with context.looking:
        seen = context.seen.get("dependencies")
        if seen is None or time.monotonic() - seen[0] > FRESH_S:
            durable = context.durable
            checks = {
                "database": durable.tasks.check,
                "queue": durable.queue.check,
                "storage": durable.artifacts.check,
            }
            found = await asyncio.gather(*(_looked_at(check) for check in checks.values()))
            seen = context.seen["dependencies"] = (time.monotonic(), dict(zip(checks, found, strict=True)))
        return seen[1]


async def _looked_at(check: Callable[[], Awaitable[None]]) -> Dependency:
    started = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await check()
        status = "ok"
    except TimeoutError:
        status = "timeout"
    except KodusAstError as error:
        status = error.code
    return Dependency(status, round((time.monotonic() - started) * 1000))
