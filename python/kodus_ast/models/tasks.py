"""Tasks, events, results, messages and API keys: rows of the tables in `migrations/` as structs."""

import secrets
import time
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct, field

SEALED = "sealed"
"""Key in the metadata of tasks for which something was sealed: its name, or True from the release before."""
UNNAMED = "request"
"""The name of everything that the release before has sealed."""
CLIENT_ID = "clientId"
"""Key in the metadata of tasks to which a client gave an id. It is unique within the organization."""


LOSSES = "losses"
"""Key in the metadata: how often a worker was lost while it ran this task beside others."""
ALONE = "alone"
"""Key in the metadata: the last attempt during which nothing else ran in the worker."""
SEALED_UNTIL = "sealedUntil"
"""Key in the metadata of tasks that were given up: until when what was sealed is kept."""
DELETED = "deleted"
"""Key in the metadata of tasks that were cancelled because the repository is deleted."""


def new_id() -> UUID:
    """A UUIDv7. Later ids sort later, so that lists and indices need no other column.

    The twelve bits after the milliseconds hold a fraction of a millisecond (RFC 9562, 6.2, method 3).
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))


def sealed_name(metadata: dict[str, Any]) -> str | None:
    """The name of what was sealed for a task with this metadata; None when nothing was."""
    name = metadata.get(SEALED)
    return UNNAMED if name is True else name or None


class TaskKind(StrEnum):
    """What a task does. One handler each in `tasks.HANDLERS`, one queue each in `adapters/topology.py`."""

    REPOSITORY_GRAPH = "repository_graph"
    """Build the graphs of the base and the head of a repository, and keep them for later requests."""
    CHUNK_IMPACT = "chunk_impact"
    """Find whom a chunk of changed code in one file affects."""
    VALIDATE_CODE = "validate_code"
    """Check whether files are valid in their languages."""
    CONTENT = "content"
    """Make excerpts of files that a client sends."""
    IMPACT = "impact"
    """Compare two commits and find the affected definitions."""


class Lane(StrEnum):
    """Kinds of about the same duration. Each lane has its own slots and limits, so none waits for another."""

    LARGE = "large"
    SMALL = "small"


SMALL_KINDS = frozenset({TaskKind.VALIDATE_CODE, TaskKind.CONTENT})
"""Kinds that take about a second, without a repository. `lane_of` of the schema knows them too."""


def lane_of(kind: str) -> Lane:
    """The lane of a kind; a kind of a later release is large."""
    return Lane.SMALL if kind in SMALL_KINDS else Lane.LARGE


class TaskStatus(StrEnum):
    """The status of a task. The last three are terminal."""

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
    """Which of the waiting tasks is done first."""

    UNSPECIFIED = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Scope(StrEnum):
    """What an API key permits."""

    SUBMIT = "submit"
    READ = "read"
    OPERATE = "operate"


class TaskError(Struct, frozen=True):
    """Why a task, or its last attempt, failed."""

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
    """The request (models/task_requests.py), without credentials, code and diffs, which are sealed."""
    metadata: dict[str, Any]
    error: TaskError | None
    input_hash: str | None
    idempotency_key: str | None
    trace_id: str
    attempt: int
    retry_count: int
    crash_count: int
    """How often a process died that ran this task alone."""
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
        """The right to write to this task, until it is claimed again."""
        return Lease(self.id, self.attempt)

    @property
    def losses(self) -> int:
        """How often a worker was lost that ran this task beside others, any of which may be the cause."""
        number: int = self.metadata.get(LOSSES, 0)
        return number

    @property
    def is_alone(self) -> bool:
        """Whether nothing else ran in its worker when this attempt was claimed."""
        return self.metadata.get(ALONE) == self.attempt

    @property
    def public_id(self) -> UUID:
        """The id for clients: the one that a client gave, else that of the row."""
        given = self.metadata.get(CLIENT_ID)
        return UUID(given) if given else self.id

    @property
    def sealed_name(self) -> str | None:
        """The name of what was sealed for this task; None when nothing was."""
        return sealed_name(self.metadata)


class Lease(Struct, frozen=True):
    """A claim of a task; `attempt` is the fencing token that every write of the claimer is guarded by."""

    task_id: UUID
    attempt: int


class NewTask(Struct, frozen=True, kw_only=True):
    """What is needed to create a task."""

    id: UUID = field(default_factory=new_id)
    """Never an id that a client gave, which is `CLIENT_ID` in the metadata."""
    organization_id: str
    kind: TaskKind
    request: dict[str, Any]
    priority: Priority = Priority.UNSPECIFIED
    input_hash: str | None = None
    """`task_requests.input_hash`: equal tasks are found by it, so that they are not queued twice."""
    is_pinned: bool = False
    """Whether the request names full commit ids: only then is the result of a COMPLETED task still right."""
    idempotency_key: str | None = None
    trace_id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


class Created(Struct, frozen=True):
    """The task of a submission: a new one, or an existing equal one."""

    task: Task
    is_new: bool


class NotClaimed(StrEnum):
    """Why a task could not be claimed."""

    GONE = "gone"
    """There is no such task, it has ended, is not due, or another worker holds it: drop the message."""
    BUSY = "busy"
    """Its organization runs as many tasks as it may: the task was deferred, and will be published again."""


class Heartbeat(StrEnum):
    """The outcome of renewing a lease: held, held but to be cancelled, or lost."""

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


class RepositoryTask(Struct, frozen=True, kw_only=True):
    """A task about a repository that has not ended or keeps something, as its deletion needs it."""

    id: UUID
    status: TaskStatus
    metadata: dict[str, Any]
    has_artifacts: bool
    is_named: bool
    """Whether its head is the state that was asked for."""


class TaskResult(Struct, frozen=True, kw_only=True):
    """One row of `task_results`: a summary, and the artefact with the whole answer."""

    summary: dict[str, Any]
    artifact: str | None = None
    """Name in the `Artifacts` port."""
    size_bytes: int | None = None
    sha256: str | None = None
    format: int = 1


class Message(
    Struct, frozen=True, rename={"task_id": "taskId", "retry_count": "retryCount", "trace_id": "traceId"}
):
    """A message of the queue, without secrets. Workers use only its task id and read the row."""

    task_id: UUID
    type: str
    payload: dict[str, Any] = field(default_factory=dict)
    trace_id: str = ""
    retry_count: int = 0
    attempt: int = 0
    priority: int = 0
    traceparent: str = ""
    """The span that published it; empty without tracing."""

    @property
    def id(self) -> str:
        """The message id: the same for the same attempt at the same task."""
        return f"{self.task_id}.{self.attempt}"


class Unpublished(Struct, frozen=True):
    """A message that a relay is to publish, and until when it is reserved for this relay."""

    message: Message
    reserved_until: datetime
    unclaimed: int = 0
    """How many tasks of the organization and lane were published before and not claimed yet."""


class DeadLetter(Struct, frozen=True, kw_only=True):
    """A message that is not delivered to workers any more; its task is FAILED with the reason."""

    id: str
    task_id: UUID | None
    attempt: int = 0
    reason: str
    body: str
    created_at: datetime | None = None


KEY_PREFIX = "kast_"
"""What the text of every key begins with."""


class ApiKey(Struct, frozen=True, kw_only=True):
    """One row of `api_keys`. The key itself is shown once, when it is created, and not stored."""

    id: UUID
    organization_id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None = None
