"""Falcon middleware: ids of requests, raw paths, errors as problems; starts and stops background work."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from falcon.asgi import Request, Response

from kodus_ast import logs
from kodus_ast.api.problems import MEDIA, problem_of
from kodus_ast.api.request_context import ApiContext
from kodus_ast.errors import KodusAstError
from kodus_ast.traces import PARENT

TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
REQUEST_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)
RAW_PATHS = "/api/v2/graphs/"
"""Symbols contain slashes, so below this prefix the path is matched undecoded and decoded part by part."""
RELAY_STOP_S = 5.0
Send = Callable[[Any], Awaitable[None]]
LOG = logs.logger(__name__)


class Middleware:
    """Middleware of all requests."""

    def __init__(self, api: ApiContext) -> None:
        self._api = api
        self._relay: asyncio.Task[None] | None = None
        self._listener: asyncio.Task[None] | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def process_startup(self, _scope: dict[str, Any], _event: dict[str, Any]) -> None:
        """Starts the relay of the outbox, the listener of the event streams and the sweeper of deletions."""
        self._relay = asyncio.create_task(self._api.outbox.run())
        self._listener = asyncio.create_task(self._api.streams.run())
        self._sweeper = asyncio.create_task(self._api.stored_graphs.remove_deleted())

    async def process_shutdown(self, _scope: dict[str, Any], _event: dict[str, Any]) -> None:
        """Stops them; the relay after its current batch."""
        self._api.streams.stop()
        self._api.outbox.close()
        running = [task for task in (self._relay, self._listener, self._sweeper) if task]
        if self._relay:
            await asyncio.wait([self._relay], timeout=RELAY_STOP_S)
        for task in running:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)

    async def process_request(self, request: Request, response: Response) -> None:
        """Gives the request its ids and trace context."""
        context = request.context
        trace = TRACEPARENT.fullmatch(request.get_header(PARENT) or "")
        context.trace_id = trace[1] if trace else secrets.token_hex(16)
        context.caller, context.traceparent = trace[0] if trace else "", ""
        given = request.get_header("X-Request-Id") or ""
        context.request_id = given if REQUEST_ID.fullmatch(given) else context.trace_id
        response.set_header("X-Request-Id", context.request_id)
        response.set_header("X-Content-Type-Options", "nosniff")
        if request.path.startswith(RAW_PATHS):
            request.path = request.scope.get("raw_path", b"").decode("ascii", "replace") or request.path

    async def refuse(
        self,
        request: Request,
        response: Response | None,
        error: Exception,
        _params: dict[str, Any],
        **_: object,
    ) -> None:
        """Answers an exception with a problem; logs server errors without their message."""
        if response is None:
            return
        context = request.context
        problem, headers = problem_of(error, getattr(context, "request_id", ""))
        if problem.status >= 500:
            LOG.error(
                "request failed",
                code=problem.code,
                kind=type(error).__name__,
                operation=getattr(context, "operation", ""),
                request_id=problem.request_id,
            )
        response.status = problem.status
        response.content_type = MEDIA
        response.data = msgspec.json.encode(problem)
        for name, value in headers.items():
            response.set_header(name, value)
        if problem.code in {"too_large", "too_slow"}:
            # The rest of the body is not read.
            response.set_header("Connection", "close")
        self._api.service.metrics.refused.labels(problem.code).inc()


async def refuse_unread(send: Send, error: KodusAstError) -> None:
    """Answers with a problem before the body is read, and closes the connection."""
    problem, _ = problem_of(error, secrets.token_hex(16))
    headers = [
        (b"content-type", MEDIA.encode()),
        (b"x-request-id", problem.request_id.encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(problem)})
