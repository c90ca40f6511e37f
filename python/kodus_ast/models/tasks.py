"""A task and its life: what the tables of `migrations/` hold, as structs."""

import secrets
import time
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct, field

SEALED = "sealed"
"""In the metadata of tasks that have something sealed: what is missing is told from what never was."""


def new_id() -> UUID:
    """A UUIDv7: ids of later rows sort later, so that lists and indices need no second column.

    The twelve bits behind the milliseconds are the fraction of one (RFC 9562, 6.2, method 3).
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))


class TaskKind(StrEnum):
    """What a task does. One handler each in `tasks.HANDLERS`, one queue each in `adapters/topology.py`."""

    REPOSITORY_GRAPH = "repository_graph"
    """Build the graphs of the base and the head of a repository, and keep them for later questions."""
    CHUNK_IMPACT = "chunk_impact"
    """Whom a chunk of changed code in one file affects, on graphs that were built before."""
    VALIDATE_CODE = "validate_code"
    """Whether given files are valid in their languages."""
    CONTENT = "content"
    """Excerpts of files that a client sends."""
    IMPACT = "impact"
    """The whole job in one: two commits in, the affected definitions out."""


class TaskStatus(StrEnum):
    """Where a task is in its life. The last three are the end, and never change."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_terminal(self) -> bool:
        """Whether the task has ended."""
        return self in {TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED}


class Priority(IntEnum):
    """Which of the waiting tasks goes first."""

    UNSPECIFIED = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Scope(StrEnum):
    """What a key may be used for."""

    SUBMIT = "submit"
    READ = "read"
    OPERATE = "operate"


class TaskError(Struct, frozen=True):
    """Why a task failed, or why its last attempt did."""

    code: str
    message: str
    retryable: bool = False


class Task(Struct, frozen=True, kw_only=True):
    """One row of `tasks`."""

    id: UUID
    organization_id: str
    kind: str
    """A `TaskKind`; text, so that a release that does not know a kind can still show its tasks."""
    status: TaskStatus
    state: str
    progress: int
    priority: Priority
    request: dict[str, Any]
    """What was asked (models/requests.py), without tokens, code and diffs: those are sealed."""
    metadata: dict[str, Any]
    error: TaskError | None
    input_hash: str | None
    idempotency_key: str | None
    trace_id: str
    attempt: int
    retry_count: int
    crash_count: int
    worker_id: str | None
    lease_until: datetime | None
    run_at: datetime
    enqueued_at: datetime | None
    cancel_requested_at: datetime | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    version: int

    @property
    def lease(self) -> "Lease":
        """The right to write to this task, as long as nobody claims it again."""
        return Lease(self.id, self.attempt)


class Lease(Struct, frozen=True):
    """A claim of a task; `attempt` is the fencing token that every write of the claimer is guarded by."""

    task_id: UUID
    attempt: int


class NewTask(Struct, frozen=True, kw_only=True):
    """What is needed to create a task."""

    id: UUID = field(default_factory=new_id)
    organization_id: str
    kind: TaskKind
    request: dict[str, Any]
    priority: Priority = Priority.UNSPECIFIED
    input_hash: str | None = None
    """`requests.input_hash`: equal work is found by it and not queued twice."""
    is_pinned: bool = False
    """Whether the request names commits: only then is the answer of a COMPLETED task still the answer."""
    idempotency_key: str | None = None
    trace_id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


class Created(Struct, frozen=True):
    """The task that a submission stands for: new, or one that was there."""

    task: Task
    is_new: bool


class NotClaimed(StrEnum):
    """Why a claim gave no task."""

    GONE = "gone"
    """No such task, it has ended, it is not due, or another worker holds it: the message is of no use."""
    BUSY = "busy"
    """Its organization runs as many as it may: the task was put off, and will be published again."""


class Heartbeat(StrEnum):
    """What a worker hears when it renews a lease."""

    HELD = "held"
    CANCEL = "cancel"
    LOST = "lost"


class Event(Struct, frozen=True):
    """One row of `task_events`: a transition or a progress report. `id` is the cursor of event streams."""

    id: int
    task_id: UUID
    status: TaskStatus
    state: str
    progress: int
    detail: dict[str, Any]
    actor: str
    created_at: datetime


class TaskResult(Struct, frozen=True, kw_only=True):
    """One row of `task_results`: a summary that fits into a row, and where the whole answer is."""

    summary: dict[str, Any]
    artifact: str | None = None
    """Name in the `Artifacts` port."""
    size_bytes: int | None = None
    sha256: str | None = None
    format: int = 1


class Message(
    Struct, frozen=True, rename={"task_id": "taskId", "retry_count": "retryCount", "trace_id": "traceId"}
):
    """What the queue carries: where to look, nothing that must be kept secret. Workers trust the id alone."""

    task_id: UUID
    type: str
    payload: dict[str, Any] = field(default_factory=dict)
    trace_id: str = ""
    retry_count: int = 0
    attempt: int = 0
    priority: int = 0
    traceparent: str = ""
    """Whose span led here, where there are spans."""

    @property
    def id(self) -> str:
        """The same for the same attempt of the same task."""
        return f"{self.task_id}.{self.attempt}"


class Unpublished(Struct, frozen=True):
    """A message that a relay has to publish, and until when it is this relay's alone."""

    message: Message
    reserved_until: datetime


class DeadLetter(Struct, frozen=True, kw_only=True):
    """A message that no worker will take again; its task is FAILED with the reason."""

    id: str
    task_id: UUID | None
    attempt: int = 0
    reason: str
    body: str
    created_at: datetime | None = None


class ApiKey(Struct, frozen=True, kw_only=True):
    """One row of `api_keys`; the key itself is shown once, when it is created, and kept nowhere."""

    id: UUID
    organization_id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None = None
