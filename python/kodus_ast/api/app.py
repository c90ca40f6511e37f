"""The HTTP API: `create_app`, and the whole route table."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import falcon
import falcon.asgi

from kodus_ast import logs
from kodus_ast.api import (
    content,
    dead_letters,
    graph_queries,
    health,
    impact,
    metrics,
    openapi,
    repositories,
    task_events,
    tasks,
    validate,
)
from kodus_ast.api.authentication import Access
from kodus_ast.api.event_streams import Streams
from kodus_ast.api.middleware import Around, Send, refuse_unread
from kodus_ast.api.operation import Operation, resource_of
from kodus_ast.api.request_context import Context
from kodus_ast.api.request_parsing import BODY_S
from kodus_ast.api.stored_graphs import Symbols
from kodus_ast.errors import TooLargeError, TooSlowError
from kodus_ast.models import http_requests, http_responses
from kodus_ast.models.tasks import Scope
from kodus_ast.outbox import Outbox
from kodus_ast.ports import Durable

SUBMIT, READ, OPERATE = Scope.SUBMIT, Scope.READ, Scope.OPERATE
ACCEPTED = HTTPStatus.ACCEPTED
AST, TASK, GRAPH = "/api/ast", "/api/tasks/{task_id}", "/api/v2/graphs/{task_id}"
SYMBOL = f"{GRAPH}/symbols/{{symbol_id}}"

# fmt: off
ROUTES: tuple[Operation, ...] = (
    Operation(method="POST", path=f"{AST}/repositories/initialize", run=repositories.initialize, scope=SUBMIT,
              body=http_requests.InitializeGraphs, reply=http_responses.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path=f"{AST}/repositories/delete", run=repositories.delete, scope=SUBMIT,
              body=http_requests.DeleteGraphs, reply=http_responses.NoReply),
    Operation(method="POST", path=f"{AST}/impact-analysis/initialize", run=impact.initialize, scope=SUBMIT,
              body=http_requests.InitializeChunk, reply=http_responses.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path=f"{AST}/impact-analysis/retrieve", run=impact.retrieve, scope=READ,
              body=http_requests.RetrieveChunk, reply=http_responses.ChunkReply),
    Operation(method="POST", path=f"{AST}/diff/content", run=content.content, scope=READ,
              body=http_requests.DiffContent, reply=http_responses.ContentReply),
    Operation(method="POST", path=f"{AST}/diff/content/initialize", run=content.initialize, scope=SUBMIT,
              body=http_requests.InitializeContent, reply=http_responses.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path=f"{AST}/diff/content/retrieve", run=content.retrieve, scope=READ,
              body=http_requests.RetrieveContent, reply=http_responses.FileContentsReply),
    Operation(method="POST", path=f"{AST}/validate-code/initialize", run=validate.initialize, scope=SUBMIT,
              body=http_requests.ValidateCode, reply=http_responses.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path=f"{AST}/validate-code/result/{{task_id}}", run=validate.result, scope=READ,
              reply=http_responses.ValidateReply),
    Operation(method="GET", path=f"{AST}/ping", run=health.ping, media="text/plain"),
    Operation(method="POST", path="/api/validate-code", run=validate.at_once, scope=SUBMIT,
              body=http_requests.ValidateNow, reply=http_responses.ValidateReply),
    Operation(method="POST", path="/api/v2/impact", run=impact.whole, scope=SUBMIT,
              body=http_requests.InitializeImpact, reply=http_responses.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path="/api/tasks", run=tasks.many, scope=READ,
              query=http_requests.TasksQuery, reply=http_responses.TasksReply),
    Operation(method="GET", path=TASK, run=tasks.one, scope=READ, reply=http_responses.TaskReply),
    Operation(method="GET", path=f"{TASK}/events", run=task_events.of_task, scope=READ,
              query=http_requests.EventsQuery, reply=http_responses.EventsReply),
    Operation(method="GET", path=f"{TASK}/result", run=tasks.result, scope=READ,
              reply=http_responses.ResultReply),
    Operation(method="GET", path=f"{TASK}/artifact", run=tasks.artifact, scope=READ,
              media="application/octet-stream"),
    Operation(method="POST", path=f"{TASK}/cancel", run=tasks.cancel, scope=SUBMIT,
              reply=http_responses.TaskReply, status=ACCEPTED),
    Operation(method="POST", path=f"{TASK}/retry", run=tasks.retry, scope=SUBMIT,
              reply=http_responses.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path=f"{GRAPH}/search", run=graph_queries.search, scope=READ,
              query=http_requests.SearchQuery, reply=http_responses.SearchReply),
    Operation(method="GET", path=SYMBOL, run=graph_queries.symbol, scope=READ,
              query=http_requests.SideQuery, reply=http_responses.SymbolReply),
    Operation(method="GET", path=f"{SYMBOL}/callers", run=graph_queries.callers, scope=READ,
              query=http_requests.NeighboursQuery, reply=http_responses.NeighboursReply),
    Operation(method="GET", path=f"{SYMBOL}/callees", run=graph_queries.callees, scope=READ,
              query=http_requests.NeighboursQuery, reply=http_responses.NeighboursReply),
    Operation(method="GET", path=f"{SYMBOL}/path", run=graph_queries.path, scope=READ,
              query=http_requests.PathQuery, reply=http_responses.PathReply),
    Operation(method="GET", path="/api/admin/dlq", run=dead_letters.letters, scope=OPERATE,
              query=http_requests.LettersQuery, reply=http_responses.LettersReply),
    Operation(method="POST", path="/api/admin/dlq/purge", run=dead_letters.purge, scope=OPERATE,
              reply=http_responses.PurgedReply),
    Operation(method="GET", path="/api/admin/dlq/{letter_id}", run=dead_letters.letter, scope=OPERATE,
              reply=http_responses.LetterReply),
    Operation(method="DELETE", path="/api/admin/dlq/{letter_id}", run=dead_letters.remove, scope=OPERATE,
              reply=http_responses.NoReply),
    Operation(method="POST", path="/api/admin/dlq/{letter_id}/replay", run=dead_letters.replay, scope=OPERATE,
              reply=http_responses.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path="/health", run=health.alive, reply=http_responses.HealthReply),
    Operation(method="GET", path="/health/ready", run=health.ready, reply=http_responses.HealthReply),
    Operation(method="GET", path="/health/detail", run=health.detail, reply=http_responses.HealthDetail),
    Operation(method="GET", path="/metrics", run=metrics.scrape, scope=OPERATE, media="text/plain"),
    Operation(method="GET", path="/openapi.json", run=openapi.document, media="application/json"),
    Operation(method="GET", path="/docs", run=openapi.page, media="text/html"),
)
# fmt: on
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
Receive = Callable[[], Awaitable[Any]]
LOG = logs.logger(__name__)


class Application(falcon.asgi.App[falcon.asgi.Request, falcon.asgi.Response]):
    """The application; `stop` ends its event streams, which nothing else would."""

    def __init__(self, context: Context, around: Around) -> None:
        super().__init__(middleware=[around])
        self.context = context

    async def __call__(  # type: ignore[override]
        self,
        scope: Any,  # noqa: ANN401 - as Falcon has it
        receive: Receive,
        send: Send,
    ) -> None:
        """Looks at bodies before Falcon does, which waits for their first bytes before anything else."""
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            await super().__call__(scope, receive, send)
            return
        said = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if int(said) > self.context.durable.settings.api.body_bytes:
            await refuse_unread(send, TooLargeError())
            return
        try:
            async with asyncio.timeout(BODY_S):
                first = [await receive()]
        except TimeoutError:
            await refuse_unread(send, TooSlowError())
            return

        async def rest() -> Any:  # noqa: ANN401 - as Falcon has it
            return first.pop() if first else await receive()

        await super().__call__(scope, rest, send)

    def stop(self) -> None:
        """Call it as soon as the process is told to end: open streams hold up the server's own end."""
        self.context.streams.stop()


def create_app(durable: Durable) -> Application:
    """The ASGI application. Its relay and its listener run from the server's start-up to its shutdown."""
    settings = durable.settings.api
    context = Context(
        durable=durable,
        outbox=Outbox(durable, lambda error: LOG.warning("relay waits", code=error.code)),
        streams=Streams(durable.tasks, settings.streams),
        access=Access(durable.keys, settings, durable.meters.auth_failures),
        symbols=Symbols(durable.artifacts, durable.graphs),
        described=openapi.described(ROUTES),
    )
    around = Around(context)
    app = Application(context, around)
    app.req_options.strip_url_path_trailing_slash = True
    app.add_error_handler(Exception, around.refuse)
    app.add_error_handler(falcon.HTTPError, around.refuse)
    paths: dict[str, list[Operation]] = {}
    for operation in ROUTES:
        paths.setdefault(operation.path, []).append(operation)
    for path, operations in paths.items():
        app.add_route(path, resource_of(operations, context))
    return app
