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


class Client:
    """Asks a service. Use it in `async with`; failures are `kodus_ast.errors`."""

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
        """The id of the task; submitted again after a lost answer it is still one task."""
        return (await self._ask(protocol.submission(body, idempotency_key), TaskAccepted)).task_id

    async def task(self, task_id: UUID) -> TaskView:
        """How a task stands."""
        return (await self._ask(Ask("GET", f"/api/tasks/{task_id}"), TaskReply)).task

    async def cancel(self, task_id: UUID) -> TaskView:
        """Cancels it; one that runs ends a little later."""
        return (await self._ask(protocol.posted(f"/api/tasks/{task_id}/cancel"), TaskReply)).task

    async def retry(self, task_id: UUID) -> UUID:
        """A new task for the same request."""
        return (await self._ask(protocol.posted(f"/api/tasks/{task_id}/retry"), TaskAccepted)).task_id

    async def events(self, task_id: UUID, after: int = 0) -> AsyncIterator[EventView]:
        """One stream of events; it may end before the task does, and is then taken up with `after`."""
        ask = protocol.stream_of(task_id, after)
        timeout = httpx.Timeout(protocol.TIMEOUT_S, read=protocol.SILENCE_S)
        lines = protocol.EventLines()
        try:
            async with self._http.stream(
                ask.method, self._url + ask.path, headers={**self._headers, **ask.headers}, timeout=timeout
            ) as answer:
                if answer.status_code >= 400:
                    await answer.aread()
                    raise protocol.error_of(answer)
                async for line in answer.aiter_lines():
                    if event := lines.fed(line):
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
        """The task once it has completed; raises what it failed with, `TaskTimeoutError` after `timeout_s`.

        Follows the events, and polls where streams do not come through.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return protocol.outcome(await self._ended(task_id, watch))
        except TimeoutError:
            raise TaskTimeoutError(f"the task has not ended within {timeout_s} seconds") from None

    async def _ended(self, task_id: UUID, watch: Callable[[EventView], None]) -> TaskView:
        after = failures = 0
        while True:
            if failures < protocol.STREAM_FAILURES:
                began = time.monotonic()
                try:
                    async for event in self.events(task_id, after):
                        after = event.id
                        watch(event)
                except ApiAwayError:
                    failures += 1
                else:
                    # One that ends at once and tells nothing is as good as none.
                    failures += time.monotonic() - began < protocol.POLL_S
            task = await self.task(task_id)
            if task.status >= protocol.COMPLETED:
                return task
            await asyncio.sleep(protocol.POLL_S)

    async def result(self, task_id: UUID) -> ResultReply:
        """The summary, and where the whole answer is."""
        return await self._ask(Ask("GET", f"/api/tasks/{task_id}/result"), ResultReply)

    async def impact(self, task_id: UUID) -> Impact:
        """The whole answer of a task that was submitted as `InitializeImpact`."""
        return await self._ask(Ask("GET", f"/api/tasks/{task_id}/artifact"), Impact)

    async def chunk(self, task_id: UUID) -> ChunkReply:
        """The answer of a task that was submitted as `InitializeChunk`."""
        ask = protocol.posted("/api/ast/impact-analysis/retrieve", RetrieveChunk(task_id=str(task_id)))
        return await self._ask(ask, ChunkReply)

    async def verdicts(self, task_id: UUID) -> ValidateReply:
        """The answer of a task that was submitted as `ValidateCode`."""
        return await self._ask(Ask("GET", f"/api/ast/validate-code/result/{task_id}"), ValidateReply)

    async def _ask(self, ask: Ask, reply: type[_T]) -> _T:
        """Asks until there is an answer, a few times."""
        answer: httpx.Response | None = None
        for attempt in range(protocol.TRIES):
            if attempt:
                await asyncio.sleep(protocol.pause_s(attempt, answer))
            try:
                answer = await self._http.request(
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
