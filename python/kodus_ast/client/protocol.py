"""The protocol of both clients, without input and output: requests, answers, events, retries."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import msgspec
from msgspec import Struct

from kodus_ast.errors import (
    BY_CODE,
    ApiAwayError,
    CancelledError,
    InternalError,
    KodusAstError,
    TaskFailedError,
)
from kodus_ast.models.http_requests import (
    InitializeChunk,
    InitializeContent,
    InitializeGraphs,
    InitializeImpact,
    ValidateCode,
)
from kodus_ast.models.http_responses import EventView, Problem, TaskView

Submission = InitializeImpact | InitializeGraphs | InitializeChunk | ValidateCode | InitializeContent
PATHS: Mapping[type[Submission], str] = {
    InitializeImpact: "/api/v2/impact",
    InitializeGraphs: "/api/ast/repositories/initialize",
    InitializeChunk: "/api/ast/impact-analysis/initialize",
    ValidateCode: "/api/ast/validate-code/initialize",
    InitializeContent: "/api/ast/diff/content/initialize",
}
COMPLETED, FAILED, CANCELLED = 3, 4, 5
MAX_TRIES = 4
MAX_PAUSE_S = 30.0
TIMEOUT_S = 60.0
STREAM_TIMEOUT_S = 30.0
"""The server sends something at least every ten seconds."""
POLL_S = 1.0
STREAM_FAILURES = 3
"""After so many the client polls instead: some proxies do not pass streams through."""
RETRY_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    may_repeat: bool = True
    """Whether it may be sent again when it is not known if it arrived."""


def submission_request(body: Submission, idempotency_key: str | None) -> Request:
    """A submission, always with an idempotency key: sent twice it creates one task."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    return Request("POST", PATHS[type(body)], msgspec.json.encode(_without_nulls(body)), headers)


def post_request(path: str, body: Struct | None = None) -> Request:
    """Another POST. One with a body only reads, so it may be repeated; one without acts."""
    raw = msgspec.json.encode(_without_nulls(body)) if body else None
    return Request(
        "POST", path, raw, {"Content-Type": "application/json"} if raw else {}, may_repeat=bool(raw)
    )


def _without_nulls(body: Struct) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(body)
    return {name: value for name, value in fields.items() if value is not None}


def headers_of(key: str | None) -> dict[str, str]:
    """The headers of every request."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def error_of(answer: httpx.Response) -> KodusAstError:
    """The exception for an error response, by its code."""
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.DecodeError:
        kind = ApiAwayError if answer.status_code in RETRY_STATUSES else InternalError
        return kind(f"the service answered {answer.status_code}")
    return BY_CODE.get(problem.code, InternalError)(problem.detail or problem.title)


def pause_s(attempt: int, answer: httpx.Response | None = None) -> float:
    """Seconds to wait before the next try: as `Retry-After` says, else an exponential back-off."""
    retry_after = answer.headers.get("retry-after", "") if answer is not None else ""
    pause = float(retry_after) if retry_after.isdigit() else random.uniform(0.1, 0.5) * 2**attempt  # noqa: S311 - no secret
    return min(pause, MAX_PAUSE_S)


def outcome(task: TaskView) -> TaskView:
    """The task if it completed; raises the error of a failed or cancelled one."""
    if task.status == COMPLETED:
        return task
    if task.status == CANCELLED:
        raise CancelledError("the task was cancelled")
    error = task.metadata.error
    if error is None:
        raise TaskFailedError
    raise BY_CODE.get(error.code, TaskFailedError)(error.message)


class EventLines:
    """Parses the lines of an event stream into events."""

    def __init__(self) -> None:
        self._data: list[str] = []

    def feed(self, line: str) -> EventView | None:
        """Takes the next line; the event that it completes, if any."""
        if not line:
            data, self._data = "\n".join(self._data), []
            return msgspec.json.decode(data, type=EventView) if data else None
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
        return None


def stream_request(task_id: UUID, after: int) -> Request:
    """A stream of the events of a task after `after`."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(after)} if after else {})
    return Request("GET", f"/api/tasks/{task_id}/events", None, headers)
