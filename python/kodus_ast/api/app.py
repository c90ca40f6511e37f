"""The HTTP API: `create_app`, and the whole route table."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import falcon
import falcon.asgi

from kodus_ast import logs
from kodus_ast.api import (
    admin,
    content,
    events,
    graphs,
    health,
    impact,
    metrics,
    openapi,
    repositories,
    tasks,
    validate,
)
from kodus_ast.api.access import Access
from kodus_ast.api.around import Around, Send, refuse_unread
from kodus_ast.api.call import Context
from kodus_ast.api.decode import BODY_S
from kodus_ast.api.operation import Operation, resource_of
from kodus_ast.api.streams import Streams
from kodus_ast.api.symbols import Symbols
from kodus_ast.errors import TooLargeError, TooSlowError
from kodus_ast.models import bodies, replies
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
              body=bodies.InitializeGraphs, reply=replies.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path=f"{AST}/repositories/delete", run=repositories.delete, scope=SUBMIT,
              body=bodies.DeleteGraphs, reply=replies.NoReply),
    Operation(method="POST", path=f"{AST}/impact-analysis/initialize", run=impact.initialize, scope=SUBMIT,
              body=bodies.InitializeChunk, reply=replies.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path=f"{AST}/impact-analysis/retrieve", run=impact.retrieve, scope=READ,
              body=bodies.RetrieveChunk, reply=replies.ChunkReply),
    Operation(method="POST", path=f"{AST}/diff/content", run=content.content, scope=READ,
              body=bodies.DiffContent, reply=replies.ContentReply),
    Operation(method="POST", path=f"{AST}/diff/content/initialize", run=content.initialize, scope=SUBMIT,
              body=bodies.InitializeContent, reply=replies.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path=f"{AST}/diff/content/retrieve", run=content.retrieve, scope=READ,
              body=bodies.RetrieveContent, reply=replies.FileContentsReply),
    Operation(method="POST", path=f"{AST}/validate-code/initialize", run=validate.initialize, scope=SUBMIT,
              body=bodies.ValidateCode, reply=replies.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path=f"{AST}/validate-code/result/{{task_id}}", run=validate.result, scope=READ,
              reply=replies.ValidateReply),
    Operation(method="GET", path=f"{AST}/ping", run=health.ping, media="text/plain"),
    Operation(method="POST", path="/api/validate-code", run=validate.at_once, scope=SUBMIT,
              body=bodies.ValidateNow, reply=replies.ValidateReply),
    Operation(method="POST", path="/api/v2/impact", run=impact.whole, scope=SUBMIT,
              body=bodies.InitializeImpact, reply=replies.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path="/api/tasks", run=tasks.many, scope=READ,
              query=bodies.TasksQuery, reply=replies.TasksReply),
    Operation(method="GET", path=TASK, run=tasks.one, scope=READ, reply=replies.TaskReply),
    Operation(method="GET", path=f"{TASK}/events", run=events.of_task, scope=READ,
              query=bodies.EventsQuery, reply=replies.EventsReply),
    Operation(method="GET", path=f"{TASK}/result", run=tasks.result, scope=READ, reply=replies.ResultReply),
    Operation(method="GET", path=f"{TASK}/artifact", run=tasks.artifact, scope=READ,
              media="application/octet-stream"),
    Operation(method="POST", path=f"{TASK}/cancel", run=tasks.cancel, scope=SUBMIT,
              reply=replies.TaskReply, status=ACCEPTED),
    Operation(method="POST", path=f"{TASK}/retry", run=tasks.retry, scope=SUBMIT,
              reply=replies.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path=f"{GRAPH}/search", run=graphs.search, scope=READ,
              query=bodies.SearchQuery, reply=replies.SearchReply),
    Operation(method="GET", path=SYMBOL, run=graphs.symbol, scope=READ,
              query=bodies.SideQuery, reply=replies.SymbolReply),
    Operation(method="GET", path=f"{SYMBOL}/callers", run=graphs.callers, scope=READ,
              query=bodies.NeighboursQuery, reply=replies.NeighboursReply),
    Operation(method="GET", path=f"{SYMBOL}/callees", run=graphs.callees, scope=READ,
              query=bodies.NeighboursQuery, reply=replies.NeighboursReply),
    Operation(method="GET", path=f"{SYMBOL}/path", run=graphs.path, scope=READ,
              query=bodies.PathQuery, reply=replies.PathReply),
    Operation(method="GET", path="/api/admin/dlq", run=admin.letters, scope=OPERATE,
              query=bodies.LettersQuery, reply=replies.LettersReply),
    Operation(method="POST", path="/api/admin/dlq/purge", run=admin.purge, scope=OPERATE,
              reply=replies.PurgedReply),
    Operation(method="GET", path="/api/admin/dlq/{letter_id}", run=admin.letter, scope=OPERATE,
              reply=replies.LetterReply),
    Operation(method="DELETE", path="/api/admin/dlq/{letter_id}", run=admin.remove, scope=OPERATE,
              reply=replies.NoReply),
    Operation(method="POST", path="/api/admin/dlq/{letter_id}/replay", run=admin.replay, scope=OPERATE,
              reply=replies.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path="/health", run=health.alive, reply=replies.HealthReply),
    Operation(method="GET", path="/health/ready", run=health.ready, reply=replies.HealthReply),
    Operation(method="GET", path="/health/detail", run=health.detail, reply=replies.HealthDetail),
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
