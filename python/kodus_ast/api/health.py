"""Whether the process runs, and whether everything that it needs answers in time."""

import asyncio
import os
import resource
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Literal

from falcon.asgi import Request, Response

from kodus_ast.api.request_context import ApiContext
from kodus_ast.errors import KodusAstError
from kodus_ast.models.http_responses import Dependency, HealthDetail, HealthReply
from kodus_ast.version import tool_version

CHECK_TIMEOUT_S = 2.0
CACHE_S = 1.0
"""How long a check is answered from the cache, because anybody may ask at any rate."""

Status = Literal["ok", "unavailable"]


async def ping(_api: ApiContext, _request: Request, response: Response) -> None:
    """Answers pong."""
    response.content_type = "text/plain; charset=utf-8"
    response.data = b"pong"


async def get_health(_api: ApiContext, _request: Request, _response: Response) -> HealthReply:
    """The process runs; nothing else is checked."""
    return HealthReply("ok", tool_version())


async def get_readiness(api: ApiContext, _request: Request, response: Response) -> HealthReply:
    """Database, queue and store answer, and the process is not stopping."""
    status = _status(await _dependencies(api), api, response)
    return HealthReply(status, tool_version())


async def get_health_detail(api: ApiContext, _request: Request, response: Response) -> HealthDetail:
    """The same with memory (bytes), processor time (seconds), load, and each dependency."""
    dependencies = await _dependencies(api)
    used = resource.getrusage(resource.RUSAGE_SELF)
    one, five, fifteen = os.getloadavg()
    return HealthDetail(
        status=_status(dependencies, api, response),
        version=tool_version(),
        uptime_seconds=int(time.monotonic() - api.started),
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


def _status(dependencies: dict[str, Dependency], api: ApiContext, response: Response) -> Status:
    if api.streams.is_stopping or any(one.status != "ok" for one in dependencies.values()):
        response.status = HTTPStatus.SERVICE_UNAVAILABLE.value
        return "unavailable"
    return "ok"


async def _dependencies(api: ApiContext) -> dict[str, Dependency]:
    async with api.health_lock:
        cached = api.health_cache.get("dependencies")
        if cached is None or time.monotonic() - cached[0] > CACHE_S:
            service = api.service
            checks = {
                "database": service.tasks.check,
                "queue": service.queue.check,
                "storage": service.artifacts.check,
            }
            found = await asyncio.gather(*(_check(check) for check in checks.values()))
            cached = time.monotonic(), dict(zip(checks, found, strict=True))
            api.health_cache["dependencies"] = cached
        dependencies: dict[str, Dependency] = cached[1]
        return dependencies


async def _check(check: Callable[[], Awaitable[None]]) -> Dependency:
    started = time.monotonic()
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await check()
        status = "ok"
    except TimeoutError:
        status = "timeout"
    except KodusAstError as error:
        status = error.code
    return Dependency(status, round((time.monotonic() - started) * 1000))
