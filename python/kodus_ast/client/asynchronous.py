"""The client for asyncio."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
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


class Client:
    """A client of one service. Use it in `async with`; it raises `kodus_ast.errors`."""

    def __init__(self, url: str, key: str | None = None, *, http: httpx.AsyncClient | None = None) -> None:
        self._http = http or httpx.AsyncClient(timeout=protocol.TIMEOUT_S)
        self._url = url.rstrip("/")
        self._headers = protocol.headers_of(key)

    async def __aenter__(self) -> Self:
        """The client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnects."""
        await self._http.aclose()

    async def submit(self, body: Submission, *, idempotency_key: str | None = None) -> UUID:
        """Submits a task; its id. A retry after a lost answer does not create a second task."""
        return (await self._send(protocol.submission_request(body, idempotency_key), TaskAccepted)).task_id

    async def task(self, task_id: UUID) -> TaskView:
        """The status of a task."""
        return (await self._send(Request("GET", f"/api/tasks/{task_id}"), TaskReply)).task

    async def cancel(self, task_id: UUID) -> TaskView:
        """Cancels a task; a running one ends a little later."""
        return (await self._send(protocol.post_request(f"/api/tasks/{task_id}/cancel"), TaskReply)).task

    async def retry(self, task_id: UUID) -> UUID:
        """A new task for the same request."""
        return (await self._send(protocol.post_request(f"/api/tasks/{task_id}/retry"), TaskAccepted)).task_id

    async def events(self, task_id: UUID, after: int = 0) -> AsyncIterator[EventView]:
        """One stream of events. It may end before the task does; resume it with `after`."""
        request = protocol.stream_request(task_id, after)
        timeout = httpx.Timeout(protocol.TIMEOUT_S, read=protocol.STREAM_TIMEOUT_S)
        lines = protocol.EventLines()
        try:
            async with self._http.stream(
                request.method,
                self._url + request.path,
                headers={**self._headers, **request.headers},
                timeout=timeout,
            ) as answer:
                if answer.status_code >= 400:
                    await answer.aread()
                    raise protocol.error_of(answer)
                async for line in answer.aiter_lines():
                    if event := lines.feed(line):
                        yield event
        except httpx.TransportError as error:
            raise ApiAwayError(f"the stream broke: {type(error).__name__}") from error

    async def wait(
        self,
        task_id: UUID,
        *,
        timeout_s: float | None = None,
        watch: Callable[[EventView], None] = lambda _: None,
    ) -> TaskView:
        """The task once it has completed; raises the error it failed with, or `TaskTimeoutError`.

        Follows the events, and polls where streams do not come through.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return protocol.outcome(await self._wait_for_end(task_id, watch))
        except TimeoutError:
            raise TaskTimeoutError(f"the task has not ended within {timeout_s} seconds") from None

    async def _wait_for_end(self, task_id: UUID, watch: Callable[[EventView], None]) -> TaskView:
        after = failures = 0
        while True:
            if failures < protocol.STREAM_FAILURES:
                started = time.monotonic()
                try:
                    async for event in self.events(task_id, after):
                        after = event.id
                        watch(event)
                except ApiAwayError:
                    failures += 1
                else:
                    # A stream that ends at once counts as a failure.
                    failures += time.monotonic() - started < protocol.POLL_S
            task = await self.task(task_id)
            if task.status >= protocol.COMPLETED:
                return task
            await asyncio.sleep(protocol.POLL_S)

    async def result(self, task_id: UUID) -> ResultReply:
        """The summary, and the URL of the artefact."""
        return await self._send(Request("GET", f"/api/tasks/{task_id}/result"), ResultReply)

    async def impact(self, task_id: UUID) -> Impact:
        """The answer of a task that was submitted as `InitializeImpact`."""
        return await self._send(Request("GET", f"/api/tasks/{task_id}/artifact"), Impact)

    async def chunk(self, task_id: UUID) -> ChunkReply:
        """The answer of a task that was submitted as `InitializeChunk`."""
        request = protocol.post_request(
            "/api/ast/impact-analysis/retrieve", RetrieveChunk(task_id=str(task_id))
        )
        return await self._send(request, ChunkReply)

    async def verdicts(self, task_id: UUID) -> ValidateReply:
        """The answer of a task that was submitted as `ValidateCode`."""
        return await self._send(Request("GET", f"/api/ast/validate-code/result/{task_id}"), ValidateReply)

    async def _send(self, request: Request, reply: type[_T]) -> _T:
        """Sends the request, and retries it a few times."""
        answer: httpx.Response | None = None
        for attempt in range(protocol.MAX_TRIES):
            if attempt:
                await asyncio.sleep(protocol.pause_s(attempt, answer))
            try:
                answer = await self._http.request(
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
