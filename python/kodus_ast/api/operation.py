"""An operation as data, and what Falcon calls for it: key, scope, query, body, then the resource."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from falcon.asgi import Request, Response

from kodus_ast.api.request_context import Call, Context
from kodus_ast.api.request_parsing import JSON, body_of, query_of
from kodus_ast.models.tasks import Scope

Run = Callable[..., Awaitable[object]]
Responder = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A line of the route table."""

    method: str
    path: str
    run: Run
    """Given the `Call`, the `query` and the `body` if there are any, and the fields of the path.

    Where anybody may ask: the context, the request and the response."""
    scope: Scope | None = None
    """None: anybody may ask."""
    status: HTTPStatus = HTTPStatus.OK
    body: type | None = None
    query: type | None = None
    reply: type | None = None
    """None: what is answered is no JSON, and the resource writes it."""
    media: str = JSON

    @property
    def name(self) -> str:
        """Stable: clients are generated from it."""
        module = self.run.__module__.rpartition(".")[2]
        return f"{module}_{getattr(self.run, '__name__', '').strip('_')}"


def responder_of(operation: Operation, context: Context) -> Responder:
    """What Falcon calls."""
    encode = msgspec.json.Encoder().encode
    status, seconds = operation.status.value, context.durable.meters.request_seconds
    good = seconds.labels(operation.name, str(status))
    traces = context.durable.traces
    most_bytes = context.durable.settings.api.body_bytes

    async def respond(request: Request, response: Response, **fields: str) -> None:
        if traces.tracer is None:
            await answer(request, response, **fields)
            return
        with traces.span(
            operation.name, "SERVER", request.context.caller, method=operation.method, route=operation.path
        ) as own:
            request.context.traceparent = own
            request.context.trace_id = own.split("-")[1]
            await answer(request, response, **fields)

    async def answer(request: Request, response: Response, **fields: str) -> None:
        started = time.perf_counter()
        request.context.operation = operation.name
        response.status = status
        if operation.scope is None:
            reply = await operation.run(context, request, response, **fields)
        else:
            key = await context.access.key_of(request, operation.scope)
            given: dict[str, Any] = {**fields}
            if operation.query:
                given["query"] = query_of(request, operation.query)
            if operation.body:
                given["body"] = await body_of(request, operation.body, most_bytes)
            reply = await operation.run(Call(context, request, response, key), **given)
        if reply is not None:
            response.data = encode(reply)
            response.content_type = operation.media
        meter = good if response.status == status else seconds.labels(operation.name, str(response.status))
        meter.observe(time.perf_counter() - started)

    return respond


def resource_of(operations: Sequence[Operation], context: Context) -> Any:  # noqa: ANN401 - Falcon looks for names
    """The resource of one path."""
    responders = {f"on_{one.method.lower()}": staticmethod(responder_of(one, context)) for one in operations}
    return type("Resource", (), responders)()
