"""What both clients say and hear, without input or output: requests, answers, events, when to try again."""

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
TRIES = 4
LONGEST_PAUSE_S = 30.0
TIMEOUT_S = 60.0
SILENCE_S = 30.0
"""A stream that lives says something every ten seconds."""
POLL_S = 1.0
STREAM_FAILURES = 3
"""After so many the rest is polled: something on the way does not let streams through."""
AGAIN = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Ask:
    """One request."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    may_repeat: bool = True
    """Whether it does no harm twice, when nobody knows if it arrived."""


def submission(body: Submission, idempotency_key: str | None) -> Ask:
    """A submission; sent twice it is one, for it always has a key."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    return Ask("POST", PATHS[type(body)], msgspec.json.encode(_without_nothing(body)), headers)


def posted(path: str, body: Struct | None = None) -> Ask:
    """Another POST: with a body it asks, without one it does something."""
    raw = msgspec.json.encode(_without_nothing(body)) if body else None
    return Ask("POST", path, raw, {"Content-Type": "application/json"} if raw else {}, may_repeat=bool(raw))


def _without_nothing(body: Struct) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(body)
    return {name: value for name, value in said.items() if value is not None}


def headers_of(key: str | None) -> dict[str, str]:
    """What every request carries."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def error_of(answer: httpx.Response) -> KodusAstError:
    """The error that an answer is; the class tells the code, `errors.BY_CODE`."""
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.DecodeError:
        kind = ApiAwayError if answer.status_code in AGAIN else InternalError
        return kind(f"the service answered {answer.status_code}")
    return BY_CODE.get(problem.code, InternalError)(problem.detail or problem.title)


def pause_s(attempt: int, answer: httpx.Response | None = None) -> float:
    """How long to wait before the next attempt: as long as the service says, else longer each time."""
    said = answer.headers.get("retry-after", "") if answer is not None else ""
    wanted = float(said) if said.isdigit() else random.uniform(0.1, 0.5) * 2**attempt  # noqa: S311 - no secret
    return min(wanted, LONGEST_PAUSE_S)


def outcome(task: TaskView) -> TaskView:
    """The completed task; raises what it failed with."""
    if task.status == COMPLETED:
        return task
    if task.status == CANCELLED:
        raise CancelledError("the task was cancelled")
    error = task.metadata.error
    if error is None:
        raise TaskFailedError
    raise BY_CODE.get(error.code, TaskFailedError)(error.message)


class EventLines:
    """Lines of an event stream become events."""

    def __init__(self) -> None:
        self._data: list[str] = []

    def fed(self, line: str) -> EventView | None:
        """The event that this line ends, if it ends one."""
        if not line:
            data, self._data = "\n".join(self._data), []
            return msgspec.json.decode(data, type=EventView) if data else None
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
        return None


def stream_of(task_id: UUID, after: int) -> Ask:
    """The events of a task from the one after `after` on."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(after)} if after else {})
    return Ask("GET", f"/api/tasks/{task_id}/events", None, headers)
