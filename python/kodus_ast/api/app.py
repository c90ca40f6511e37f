"""The HTTP API: `create_app` and the route table."""

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
    suggestions,
    task_events,
    tasks,
    validate,
    webhooks,
)
from kodus_ast.api.authentication import Authenticator
from kodus_ast.api.event_streams import EventStreams
from kodus_ast.api.held_bodies import HeldBodies
from kodus_ast.api.middleware import Middleware, Send, refuse_unread
from kodus_ast.api.operation import Operation, resource_of
from kodus_ast.api.request_context import ApiContext
from kodus_ast.api.request_parsing import BODY_TIMEOUT_S
from kodus_ast.api.stored_graphs import StoredGraphs
from kodus_ast.errors import TooLargeError, TooSlowError
from kodus_ast.models import http_requests as requests
from kodus_ast.models import http_responses as responses
from kodus_ast.models.tasks import Scope
from kodus_ast.outbox import Outbox
from kodus_ast.ports import ServiceContext

SUBMIT, READ, OPERATE = Scope.SUBMIT, Scope.READ, Scope.OPERATE
ACCEPTED = HTTPStatus.ACCEPTED
AST, TASK, GRAPH = "/api/ast", "/api/tasks/{task_id}", "/api/v2/graphs/{task_id}"
DIAGNOSTIC = "/api/lsp/suggestion/diagnostic"
SYMBOL = f"{GRAPH}/symbols/{{symbol_id}}"

# fmt: off
ROUTES: tuple[Operation, ...] = (
    Operation(method="POST", path=f"{AST}/repositories/initialize", run=repositories.create_graphs,
              scope=SUBMIT, body=requests.InitializeGraphs, reply=responses.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path=f"{AST}/repositories/delete", run=repositories.delete_graphs, scope=SUBMIT,
              body=requests.DeleteGraphs, reply=responses.DeletedReply),
    Operation(method="POST", path=f"{AST}/impact-analysis/initialize", run=impact.create_chunk_impact,
              scope=SUBMIT, body=requests.InitializeChunk, reply=responses.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path=f"{AST}/impact-analysis/retrieve", run=impact.get_chunk_impact, scope=READ,
              body=requests.RetrieveChunk, reply=responses.ChunkReply),
    Operation(method="POST", path=f"{AST}/diff/content", run=content.get_diff_content, scope=READ,
              body=requests.DiffContent, reply=responses.ContentReply),
    Operation(method="POST", path=f"{AST}/diff/content/initialize", run=content.create_file_excerpts,
              scope=SUBMIT, body=requests.InitializeContent, reply=responses.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path=f"{AST}/diff/content/retrieve", run=content.get_file_excerpts, scope=READ,
              body=requests.RetrieveContent, reply=responses.FileContentsReply),
    Operation(method="POST", path=f"{AST}/validate-code/initialize", run=validate.create_validation,
              scope=SUBMIT, body=requests.ValidateCode, reply=responses.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path=f"{AST}/validate-code/result/{{task_id}}", run=validate.get_validation,
              scope=READ, reply=responses.ValidateReply),
    Operation(method="GET", path=f"{AST}/ping", run=health.ping, media="text/plain"),
    Operation(method="POST", path=DIAGNOSTIC, run=suggestions.create_diagnosis, scope=SUBMIT,
              body=requests.DiagnoseSuggestions, reply=responses.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path=f"{DIAGNOSTIC}/{{task_id}}", run=suggestions.get_diagnosis, scope=READ,
              reply=responses.DiagnosticsReply),
    Operation(method="POST", path="/api/validate-code", run=validate.validate_code, scope=SUBMIT,
              body=requests.ValidateNow, reply=responses.ValidateReply),
    Operation(method="POST", path="/api/v2/impact", run=impact.create_impact, scope=SUBMIT,
              body=requests.InitializeImpact, reply=responses.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path="/api/tasks", run=tasks.list_tasks, scope=READ, query=requests.TasksQuery,
              reply=responses.TasksReply),
    Operation(method="GET", path=TASK, run=tasks.get_task, scope=READ, reply=responses.TaskReply),
    Operation(method="GET", path=f"{TASK}/events", run=task_events.list_task_events, scope=READ,
              query=requests.EventsQuery, reply=responses.EventsReply),
    Operation(method="GET", path=f"{TASK}/result", run=tasks.get_task_result, scope=READ,
              reply=responses.ResultReply),
    Operation(method="GET", path=f"{TASK}/artifact", run=tasks.download_task_artifact, scope=READ,
              media="application/octet-stream"),
    Operation(method="POST", path=f"{TASK}/cancel", run=tasks.cancel_task, scope=SUBMIT,
              reply=responses.TaskReply, status=ACCEPTED),
    Operation(method="POST", path=f"{TASK}/retry", run=tasks.retry_task, scope=SUBMIT,
              reply=responses.TaskAccepted, status=ACCEPTED),
    Operation(method="POST", path="/api/webhooks", run=webhooks.create_webhook, scope=SUBMIT,
              body=requests.NewWebhook, reply=responses.WebhookCreated, status=HTTPStatus.CREATED),
    Operation(method="GET", path="/api/webhooks", run=webhooks.list_webhooks, scope=READ,
              reply=responses.WebhooksReply),
    Operation(method="DELETE", path="/api/webhooks/{webhook_id}", run=webhooks.delete_webhook, scope=SUBMIT,
              reply=responses.NoReply),
    Operation(method="GET", path=f"{GRAPH}/search", run=graph_queries.search_symbols, scope=READ,
              query=requests.SearchQuery, reply=responses.SearchReply),
    Operation(method="GET", path=SYMBOL, run=graph_queries.get_symbol, scope=READ, query=requests.SideQuery,
              reply=responses.SymbolReply),
    Operation(method="GET", path=f"{SYMBOL}/callers", run=graph_queries.list_callers, scope=READ,
              query=requests.NeighboursQuery, reply=responses.NeighboursReply),
    Operation(method="GET", path=f"{SYMBOL}/callees", run=graph_queries.list_callees, scope=READ,
              query=requests.NeighboursQuery, reply=responses.NeighboursReply),
    Operation(method="GET", path=f"{SYMBOL}/path", run=graph_queries.find_path, scope=READ,
              query=requests.PathQuery, reply=responses.PathReply),
    Operation(method="GET", path="/api/admin/dlq", run=dead_letters.list_dead_letters, scope=OPERATE,
              query=requests.LettersQuery, reply=responses.LettersReply),
    Operation(method="POST", path="/api/admin/dlq/purge", run=dead_letters.purge_dead_letters, scope=OPERATE,
              reply=responses.PurgedReply),
    Operation(method="GET", path="/api/admin/dlq/{letter_id}", run=dead_letters.get_dead_letter,
              scope=OPERATE, reply=responses.LetterReply),
    Operation(method="DELETE", path="/api/admin/dlq/{letter_id}", run=dead_letters.delete_dead_letter,
              scope=OPERATE, reply=responses.NoReply),
    Operation(method="POST", path="/api/admin/dlq/{letter_id}/replay", run=dead_letters.replay_dead_letter,
              scope=OPERATE, reply=responses.TaskAccepted, status=ACCEPTED),
    Operation(method="GET", path="/health", run=health.get_health, reply=responses.HealthReply),
    Operation(method="GET", path="/health/ready", run=health.get_readiness, reply=responses.HealthReply),
    Operation(method="GET", path="/health/detail", run=health.get_health_detail,
              reply=responses.HealthDetail),
    Operation(method="GET", path="/metrics", run=metrics.get_metrics, scope=OPERATE, media="text/plain"),
    Operation(method="GET", path="/openapi.json", run=openapi.get_openapi, media="application/json"),
    Operation(method="GET", path="/docs", run=openapi.get_docs, media="text/html"),
)
# fmt: on
METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
Receive = Callable[[], Awaitable[Any]]
LOG = logs.logger(__name__)


class Application(falcon.asgi.App[falcon.asgi.Request, falcon.asgi.Response]):
    """The ASGI application."""

    def __init__(self, api: ApiContext, middleware: Middleware) -> None:
        super().__init__(middleware=[middleware])
        self.api = api

    async def __call__(  # type: ignore[override]
        self,
        scope: Any,  # noqa: ANN401 - as Falcon has it
        receive: Receive,
        send: Send,
    ) -> None:
        """Refuses large and slow bodies here, because Falcon first waits for their first bytes."""
        if scope["type"] != "http" or scope["method"] not in METHODS_WITH_BODY:
            await super().__call__(scope, receive, send)
            return
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if int(length) > self.api.service.settings.api.body_bytes:
            await refuse_unread(send, TooLargeError())
            return
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                first = [await receive()]
        except TimeoutError:
            await refuse_unread(send, TooSlowError())
            return

        async def receive_again() -> Any:  # noqa: ANN401 - as Falcon has it
            return first.pop() if first else await receive()

        await super().__call__(scope, receive_again, send)

    def stop(self) -> None:
        """Ends the event streams, which would delay the end of the server. Call it before shutdown."""
        self.api.streams.stop()


def create_app(service: ServiceContext) -> Application:
    """The ASGI application. Its relay and its listener run from startup to shutdown of the server."""
    settings = service.settings.api
    api = ApiContext(
        service=service,
        outbox=Outbox(service, lambda error: LOG.warning("relay waits", code=error.code)),
        streams=EventStreams(service.tasks, settings.streams),
        authenticator=Authenticator(service.keys, settings, service.metrics.auth_failures),
        stored_graphs=StoredGraphs(service),
        openapi_document=openapi.build_document(ROUTES),
        held_bodies=HeldBodies(settings.held_bytes, settings.body_bytes),
    )
    middleware = Middleware(api)
    app = Application(api, middleware)
    app.req_options.strip_url_path_trailing_slash = True
    app.add_error_handler(Exception, middleware.refuse)
    app.add_error_handler(falcon.HTTPError, middleware.refuse)
    paths: dict[str, list[Operation]] = {}
    for operation in ROUTES:
        paths.setdefault(operation.path, []).append(operation)
    for path, operations in paths.items():
        app.add_route(path, resource_of(operations, api))
    return app
