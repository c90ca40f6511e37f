"""The client for programs without asyncio: the same methods, which wait."""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

import httpx
import msgspec

from kodus_ast.client import protocol
from kodus_ast.client.protocol import Ask, Submission
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
    """Asks a service. Use it in `with`; failures are `kodus_ast.errors`."""

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
        """The id of the task; submitted again after a lost answer it is still one task."""
        return (self._ask(protocol.submission(body, idempotency_key), TaskAccepted)).task_id

    def task(self, task_id: UUID) -> TaskView:
        """How a task stands."""
        return (self._ask(Ask("GET", f"/api/tasks/{task_id}"), TaskReply)).task

    def cancel(self, task_id: UUID) -> TaskView:
        """Cancels it; one that runs ends a little later."""
        return (self._ask(protocol.posted(f"/api/tasks/{task_id}/cancel"), TaskReply)).task

    def retry(self, task_id: UUID) -> UUID:
        """A new task for the same request."""
        return (self._ask(protocol.posted(f"/api/tasks/{task_id}/retry"), TaskAccepted)).task_id

    def events(self, task_id: UUID, after: int = 0) -> Iterator[EventView]:
        """One stream of events; it may end before the task does, and is then taken up with `after`."""
        return (event for event in self._signs(task_id, after) if event)

    def _signs(self, task_id: UUID, after: int) -> Iterator[EventView | None]:
        ask = protocol.stream_of(task_id, after)
        timeout = httpx.Timeout(protocol.TIMEOUT_S, read=protocol.SILENCE_S)
        lines = protocol.EventLines()
        try:
            with self._http.stream(
                ask.method, self._url + ask.path, headers={**self._headers, **ask.headers}, timeout=timeout
            ) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    raise protocol.error_of(answer)
                for line in answer.iter_lines():
                    yield lines.fed(line)
        except httpx.TransportError as error:
            raise ApiAwayError(f"the stream broke: {type(error).__name__}") from error

    def wait(
        self,
        task_id: UUID,
        *,
        timeout_s: float | None = None,
        watch: Callable[[EventView], None] = lambda _: None,
    ) -> TaskView:
        """The task once it has completed; raises what it failed with, `TaskTimeoutError` after `timeout_s`.

        Follows the events, and polls where streams do not come through. Looks at the time with each sign of
        life of a stream, so at least every ten seconds.
        """
        after = failures = 0
        deadline = time.monotonic() + timeout_s if timeout_s is not None else None
        while True:
            if failures < protocol.STREAM_FAILURES:
                began = time.monotonic()
                try:
                    for event in self._signs(task_id, after):
                        if event:
                            after = event.id
                            watch(event)
                        if deadline is not None and time.monotonic() > deadline:
                            break
                except ApiAwayError:
                    failures += 1
                else:
                    # One that ends at once and tells nothing is as good as none.
                    failures += time.monotonic() - began < protocol.POLL_S
            task = self.task(task_id)
            if task.status >= protocol.COMPLETED:
                return protocol.outcome(task)
            if deadline is not None and time.monotonic() > deadline:
                raise TaskTimeoutError(f"the task has not ended within {timeout_s} seconds")
            time.sleep(protocol.POLL_S)

    def result(self, task_id: UUID) -> ResultReply:
        """The summary, and where the whole answer is."""
        return self._ask(Ask("GET", f"/api/tasks/{task_id}/result"), ResultReply)

    def impact(self, task_id: UUID) -> Impact:
        """The whole answer of a task that was submitted as `InitializeImpact`."""
        return self._ask(Ask("GET", f"/api/tasks/{task_id}/artifact"), Impact)

    def chunk(self, task_id: UUID) -> ChunkReply:
        """The answer of a task that was submitted as `InitializeChunk`."""
        ask = protocol.posted("/api/ast/impact-analysis/retrieve", RetrieveChunk(task_id=str(task_id)))
        return self._ask(ask, ChunkReply)

    def verdicts(self, task_id: UUID) -> ValidateReply:
        """The answer of a task that was submitted as `ValidateCode`."""
        return self._ask(Ask("GET", f"/api/ast/validate-code/result/{task_id}"), ValidateReply)

    def _ask(self, ask: Ask, reply: type[_T]) -> _T:
        """Asks until there is an answer, a few times."""
        answer: httpx.Response | None = None
        for attempt in range(protocol.TRIES):
            if attempt:
                time.sleep(protocol.pause_s(attempt, answer))
            try:
                answer = self._http.request(
                    ask.method,
                    self._url + ask.path,
                    content=ask.body,
                    headers={**self._headers, **ask.headers},
                )
            except httpx.TransportError:
                answer = None
                if not ask.may_repeat:
                    break
                continue
            if answer.status_code not in protocol.AGAIN:
                break
        if answer is None:
            raise ApiAwayError
        if answer.status_code >= 400:
            raise protocol.error_of(answer)
        return msgspec.json.decode(answer.content, type=reply)
