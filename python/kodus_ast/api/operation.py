"""An operation of the API as data, and the Falcon responder that runs it."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from falcon.asgi import Request, Response

from kodus_ast.api.request_context import ApiContext, RequestContext
from kodus_ast.api.request_parsing import JSON, declared_size, parse_body, parse_query
from kodus_ast.models.tasks import Scope

Run = Callable[..., Awaitable[object]]
Responder = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row of the route table."""

    method: str
    path: str
    run: Run
    """Called with the `RequestContext`, the `query` and the `body` if any, and the fields of the path.

    Without a scope: with the `ApiContext`, the request and the response."""
    scope: Scope | None = None
    """None: no key is needed."""
    status: HTTPStatus = HTTPStatus.OK
    body: type | None = None
    query: type | None = None
    reply: type | None = None
    """None: the answer is not JSON, and `run` writes it itself."""
    media: str = JSON

    @property
    def id(self) -> str:
        """The operation id: the name of the function. Stable, because clients are generated from it."""
        return str(getattr(self.run, "__name__", ""))

    @property
    def tag(self) -> str:
        """The group of the operation: the module of the function."""
        return self.run.__module__.rpartition(".")[2]


def responder_of(operation: Operation, api: ApiContext) -> Responder:
    """The Falcon responder: checks the key and the scope, parses query and body, runs the operation."""
    encode = msgspec.json.Encoder().encode
    status, seconds = operation.status.value, api.service.metrics.request_seconds
    expected_seconds = seconds.labels(operation.id, str(status))
    traces = api.service.traces
    max_bytes = api.service.settings.api.body_bytes

    async def respond(request: Request, response: Response, **fields: str) -> None:
        if traces.tracer is None:
            await answer(request, response, **fields)
            return
        with traces.span(
            operation.id, "SERVER", request.context.caller, method=request.method, route=operation.path
        ) as traceparent:
            request.context.traceparent = traceparent
            request.context.trace_id = traceparent.split("-")[1]
            await answer(request, response, **fields)

    async def answer(request: Request, response: Response, **fields: str) -> None:
        started = time.perf_counter()
        request.context.operation = operation.id
        response.status = status
        if operation.scope is None:
            reply = await operation.run(api, request, response, **fields)
        else:
            key = await api.authenticator.authenticate(request, operation.scope)
            arguments: dict[str, Any] = {**fields}
            if operation.query:
                arguments["query"] = parse_query(request, operation.query)
            context = RequestContext(api, request, response, key)
            if operation.body:
                size = declared_size(request, max_bytes)
                async with api.held_bodies.hold(key.organization_id, size):
                    body: object
                    body, received = await parse_body(request, operation.body, max_bytes)
                    api.service.metrics.received_bytes.labels(key.organization_id).inc(received)
                    reply = await operation.run(context, **arguments, body=body)
            else:
                reply = await operation.run(context, **arguments)
        if reply is not None:
            response.data = encode(reply)
            response.content_type = operation.media
        is_expected = response.status == status
        metric = expected_seconds if is_expected else seconds.labels(operation.id, str(response.status))
        metric.observe(time.perf_counter() - started)

    return respond


def resource_of(operations: Sequence[Operation], api: ApiContext) -> Any:  # noqa: ANN401 - Falcon looks for names
    """The Falcon resource of one path."""
    responders = {f"on_{one.method.lower()}": staticmethod(responder_of(one, api)) for one in operations}
    if "on_get" in responders:
        # Falcon sends the status and the headers of its response, and no body.
        responders["on_head"] = responders["on_get"]
    return type("Resource", (), responders)()
