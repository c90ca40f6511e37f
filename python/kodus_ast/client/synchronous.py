"""The client for programs without asyncio: the same methods, which wait."""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

import httpx
import msgspec

from kodus_ast.client import protocol
from kodus_ast.client.protocol import Request, Submission
from kodus_ast.errors import ApiAwayError, TaskTimeoutError
from kodus_ast.models.core_answers import Impact
from kodus_ast.models.http_requests import RetrieveChunk
from kodus_ast.models.http_responses import (
    ChunkReply,
    EventView,
    ResultReply,
    TaskAccepted,
    TaskReply,
    TaskView,
    ValidateReply,
)

_T = TypeVar("_T")


class SyncClient:
    """A client of one service. Use it in `with`; it raises `kodus_ast.errors`."""

    def __init__(self, url: str, key: str | None = None, *, http: httpx.Client | None = None) -> None:
        self._http = http or httpx.Client(timeout=protocol.TIMEOUT_S)
        self._url = url.rstrip("/")
        self._headers = protocol.headers_of(key)

    def __enter__(self) -> Self:
        """The client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnects."""
        self._http.close()

    def submit(self, body: Submission, *, idempotency_key: str | None = None) -> UUID:
        """Submits a task; its id. A retry after a lost answer does not create a second task."""
        return (self._send(protocol.submission_request(body, idempotency_key), TaskAccepted)).task_id

    def task(self, task_id: UUID) -> TaskView:
        """The status of a task."""
        return (self._send(Request("GET", f"/api/tasks/{task_id}"), TaskReply)).task

    def cancel(self, task_id: UUID) -> TaskView:
        """Cancels a task; a running one ends a little later."""
        return (self._send(protocol.post_request(f"/api/tasks/{task_id}/cancel"), TaskReply)).task

    def retry(self, task_id: UUID) -> UUID:
        """A new task for the same request."""
        return (self._send(protocol.post_request(f"/api/tasks/{task_id}/retry"), TaskAccepted)).task_id

    def events(self, task_id: UUID, after: int = 0) -> Iterator[EventView]:
        """One stream of events. It may end before the task does; resume it with `after`."""
        return (event for event in self._stream(task_id, after) if event)

    def _stream(self, task_id: UUID, after: int) -> Iterator[EventView | None]:
        request = protocol.stream_request(task_id, after)
        timeout = httpx.Timeout(protocol.TIMEOUT_S, read=protocol.STREAM_TIMEOUT_S)
        lines = protocol.EventLines()
        try:
            with self._http.stream(
                request.method,
                self._url + request.path,
                headers={**self._headers, **request.headers},
                timeout=timeout,
            ) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    raise protocol.error_of(answer)
                for line in answer.iter_lines():
                    yield lines.feed(line)
        except httpx.TransportError as error:
            raise ApiAwayError(f"the stream broke: {type(error).__name__}") from error

    def wait(
        self,
        task_id: UUID,
        *,
        timeout_s: float | None = None,
        watch: Callable[[EventView], None] = lambda _: None,
    ) -> TaskView:
        """The task once it has completed; raises the error it failed with, or `TaskTimeoutError`.

        Follows the events, and polls where streams do not come through. Checks the time after each line
        of a stream, so at least every ten seconds.
        """
        after = failures = 0
        deadline = time.monotonic() + timeout_s if timeout_s is not None else None
        while True:
            if failures < protocol.STREAM_FAILURES:
                started = time.monotonic()
                try:
                    for event in self._stream(task_id, after):
                        if event:
                            after = event.id
                            watch(event)
                        if deadline is not None and time.monotonic() > deadline:
                            break
                except ApiAwayError:
                    failures += 1
                else:
                    # A stream that ends at once counts as a failure.
                    failures += time.monotonic() - started < protocol.POLL_S
            task = self.task(task_id)
            if task.status >= protocol.COMPLETED:
                return protocol.outcome(task)
            if deadline is not None and time.monotonic() > deadline:
                raise TaskTimeoutError(f"the task has not ended within {timeout_s} seconds")
            time.sleep(protocol.POLL_S)

    def result(self, task_id: UUID) -> ResultReply:
        """The summary, and the URL of the artefact."""
        return self._send(Request("GET", f"/api/tasks/{task_id}/result"), ResultReply)

    def impact(self, task_id: UUID) -> Impact:
        """The answer of a task that was submitted as `InitializeImpact`."""
        return self._send(Request("GET", f"/api/tasks/{task_id}/artifact"), Impact)

    def chunk(self, task_id: UUID) -> ChunkReply:
        """The answer of a task that was submitted as `InitializeChunk`."""
        request = protocol.post_request(
            "/api/ast/impact-analysis/retrieve", RetrieveChunk(task_id=str(task_id))
        )
        return self._send(request, ChunkReply)

    def verdicts(self, task_id: UUID) -> ValidateReply:
        """The answer of a task that was submitted as `ValidateCode`."""
        return self._send(Request("GET", f"/api/ast/validate-code/result/{task_id}"), ValidateReply)

    def _send(self, request: Request, reply: type[_T]) -> _T:
        """Sends the request, and retries it a few times."""
        answer: httpx.Response | None = None
        for attempt in range(protocol.MAX_TRIES):
            if attempt:
                time.sleep(protocol.pause_s(attempt, answer))
            try:
                answer = self._http.request(
                    request.method,
                    self._url + request.path,
                    content=request.body,
                    headers={**self._headers, **request.headers},
                )
            except httpx.TransportError:
                answer = None
                if not request.may_repeat:
                    break
                continue
            if answer.status_code not in protocol.RETRY_STATUSES:
                break
        if answer is None:
            raise ApiAwayError
        if answer.status_code >= 400:
            raise protocol.error_of(answer)
        return msgspec.json.decode(answer.content, type=reply)
