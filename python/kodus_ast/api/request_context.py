"""What a resource is given: the request, the key of its sender, the service; and shared operations."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from falcon.asgi import Request, Response

from kodus_ast.api.authentication import Authenticator
from kodus_ast.api.event_streams import EventStreams
from kodus_ast.api.held_bodies import HeldBodies
from kodus_ast.api.problems import bad_field
from kodus_ast.api.request_parsing import parse_task_id
from kodus_ast.api.stored_graphs import StoredGraphs
from kodus_ast.errors import (
    ArtifactGoneError,
    BadRequestError,
    TaskFailedError,
    TaskNotEndedError,
    TaskNotFoundError,
)
from kodus_ast.models.http_responses import TaskAccepted
from kodus_ast.models.task_requests import Sealed, as_row, input_hash
from kodus_ast.models.tasks import (
    CLIENT_ID,
    ApiKey,
    NewTask,
    Priority,
    Task,
    TaskKind,
    TaskResult,
    TaskStatus,
)
from kodus_ast.outbox import Outbox
from kodus_ast.ports import ServiceContext
from kodus_ast.traces import PARENT


@dataclass(frozen=True, slots=True)
class ApiContext:
    """What all requests of a process share."""

    service: ServiceContext
    outbox: Outbox
    streams: EventStreams
    authenticator: Authenticator
    stored_graphs: StoredGraphs
    openapi_document: bytes
    held_bodies: HeldBodies
    validation_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """For files that are validated within a request: each validation starts a process."""
    health_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    health_cache: dict[str, Any] = field(default_factory=dict)
    """The last health checks, because anybody may ask for them at any rate."""
    started: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request whose key was authenticated and has the needed scope."""

    api: ApiContext
    request: Request
    response: Response
    key: ApiKey

    @property
    def service(self) -> ServiceContext:
        """The connected service."""
        return self.api.service

    @property
    def organization(self) -> str:
        """The organization whose tasks this key may see."""
        return self.key.organization_id

    @property
    def actor(self) -> str:
        """The sender, as events name it."""
        return f"key {self.key.id}"

    async def task(self, text: str | UUID) -> Task:
        """The task; `TaskNotFoundError` also for one of another organization, in the same time."""
        task_id = text if isinstance(text, UUID) else parse_task_id(text)
        task = await self.service.tasks.find(task_id, self.organization)
        if task is None:
            raise TaskNotFoundError
        return task

    async def result(self, text: str | UUID, *kinds: TaskKind) -> tuple[Task, TaskResult]:
        """A completed task of one of these kinds (or of any) and its result; raises why there is none."""
        task = await self.task(text)
        if kinds and task.kind not in kinds:
            raise BadRequestError(f"the task is of the kind '{task.kind}'")
        if not task.status.is_terminal:
            raise TaskNotEndedError
        if task.status is not TaskStatus.COMPLETED:
            raise TaskFailedError(task.error.message if task.error else "the task was cancelled")
        result = await self.service.tasks.result(task.id)
        if result is None:
            raise TaskNotFoundError
        return task, result

    async def read_artifact(self, result: TaskResult) -> bytes:
        """The artefact of a result; `ArtifactGoneError` when it is no longer kept."""
        if result.artifact is None:
            raise ArtifactGoneError
        return await self.service.artifacts.read(result.artifact)

    async def submit(self, submission: "Submission") -> TaskAccepted:
        """Accepts a task."""
        new = submission.new_task(self.organization, self._idempotency_key(), self.request.context.trace_id)
        if traceparent := self.request.context.traceparent:
            new = msgspec.structs.replace(new, metadata={**new.metadata, PARENT: traceparent})
        created = await self.api.outbox.submit(new, submission.sealed)
        self.service.metrics.submitted.labels(created.task.kind, self.organization).inc()
        return self.accepted(created.task)

    def accepted(self, task: Task) -> TaskAccepted:
        """The answer that names a task, and its `Location` header."""
        self.response.set_header("Location", f"/api/tasks/{task.public_id}")
        return TaskAccepted(task.public_id)

    def _idempotency_key(self) -> str | None:
        key = self.request.get_header("Idempotency-Key")
        if key and (len(key) > 255 or not key.isprintable()):
            raise bad_field("Idempotency-Key", "at most 255 printable characters")
        return key or None


@dataclass(frozen=True, slots=True)
class Submission:
    """A task to be created."""

    kind: TaskKind
    request: msgspec.Struct
    sealed: Sealed | None = None
    contents: tuple[bytes, ...] = ()
    """Those sealed parts that determine the answer; credentials do not."""
    is_pinned: bool = False
    priority: Priority | None = None
    task_id: UUID | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def new_task(self, organization: str, idempotency_key: str | None, trace_id: str) -> NewTask:
        """The task. A client that names an id gets a task with this id, not an existing equal one.

        The id of the row is ours all the same: what is stored and found by it is never a client's choice.
        """
        digest: str | None = input_hash(self.request, *self.contents)
        if self.task_id and idempotency_key is None:
            # The same id with the same request is the same submission, sent again.
            idempotency_key, digest = f"id {self.task_id} {digest}", None
        return NewTask(
            organization_id=organization,
            kind=self.kind,
            request=as_row(self.request),
            priority=self.priority or Priority.UNSPECIFIED,
            input_hash=digest,
            is_pinned=self.is_pinned,
            idempotency_key=idempotency_key,
            trace_id=trace_id,
            metadata={**self.metadata, CLIENT_ID: str(self.task_id)} if self.task_id else dict(self.metadata),
        )
