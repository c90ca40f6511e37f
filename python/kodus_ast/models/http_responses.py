"""What the HTTP API answers. Fields of the core's own answers may stand beside these."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field

from kodus_ast.models.core_answers import Neighbours, Step, Symbol
from kodus_ast.models.tasks import DeadLetter, Task, TaskError, TaskResult, TaskStatus

NUMBERS = {
    TaskStatus.PENDING: 1,
    TaskStatus.IN_PROGRESS: 2,
    TaskStatus.COMPLETED: 3,
    TaskStatus.FAILED: 4,
    TaskStatus.CANCELLED: 5,
}
"""Statuses as clients of the kept routes know them; 0 is unspecified."""


class FieldProblem(Struct, frozen=True):
    """One field of a request, and what is wrong with it."""

    field: str
    message: str


class Problem(Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """RFC 9457: what went wrong, with a stable `code` to act on."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    request_id: str = ""
    errors: list[FieldProblem] = field(default_factory=list)


class Timestamp(Struct, frozen=True):
    """Seconds since 1970 in UTC, and the nanoseconds beyond."""

    seconds: int
    nanos: int


def timestamp(moment: datetime) -> Timestamp:
    """The moment as clients of the kept routes know it."""
    return Timestamp(int(moment.timestamp()), moment.microsecond * 1000)


class TaskAccepted(Struct, frozen=True, rename="camel"):
    """The task to ask for: a new one, or the one that does the same already."""

    task_id: UUID


class TaskMetadata(Struct, frozen=True, rename="camel", kw_only=True):
    """What there is to know of a task beside its status."""

    type: str
    progress: int
    priority: int
    error: TaskError | None
    attempt: int
    retry_count: int
    trace_id: str
    started_at: Timestamp | None
    finished_at: Timestamp | None
    base_commit: str | None
    head_commit: str | None
    retry_of: str | None = None


class TaskView(Struct, frozen=True, rename="camel", kw_only=True):
    """A task: 1 pending, 2 in progress, 3 completed, 4 failed, 5 cancelled."""

    id: UUID
    status: int
    state: str
    created_at: Timestamp
    updated_at: Timestamp
    metadata: TaskMetadata


class TaskReply(Struct, frozen=True):
    """One task."""

    task: TaskView


class TasksReply(Struct, frozen=True, rename="camel"):
    """A page of tasks, latest first; `nextCursor` is null on the last one."""

    tasks: list[TaskView]
    next_cursor: UUID | None


def task_view(task: Task) -> TaskView:
    """The task as clients see it: nothing of its request, nothing of who works on it."""
    known = task.metadata
    return TaskView(
        id=task.id,
        status=NUMBERS[task.status],
        state=task.state,
        created_at=timestamp(task.created_at),
        updated_at=timestamp(task.updated_at),
        metadata=TaskMetadata(
            type=task.kind,
            progress=task.progress,
            priority=task.priority,
            error=task.error,
            attempt=task.attempt,
            retry_count=task.retry_count,
            trace_id=task.trace_id,
            started_at=timestamp(task.started_at) if task.started_at else None,
            finished_at=timestamp(task.finished_at) if task.finished_at else None,
            base_commit=known.get("baseCommit"),
            head_commit=known.get("headCommit"),
            retry_of=known.get("retryOf"),
        ),
    )


class EventView(Struct, frozen=True, rename="camel", kw_only=True):
    """Something that happened to a task; `id` is where a stream may be taken up again."""

    id: int
    status: int
    state: str
    progress: int
    created_at: Timestamp
    detail: dict[str, Any]


class EventsReply(Struct, frozen=True, rename="camel"):
    """What happened to a task, in order; `hasEnded` when nothing more will."""

    events: list[EventView]
    last_event_id: int
    has_ended: bool


class ArtifactView(Struct, frozen=True, rename="camel"):
    """The whole answer: where it is, how large, and which version of its format it is in."""

    url: str
    size_bytes: int
    sha256: str
    format: int


class ResultReply(Struct, frozen=True, rename="camel"):
    """What a task has found; `artifact` is null when there is none, or when it is no longer kept."""

    task_id: UUID
    summary: dict[str, Any]
    artifact: ArtifactView | None


class AffectedFunction(Struct, frozen=True, rename="camel", kw_only=True):
    """A function that a change reaches; its body has line numbers, as `12: code`."""

    function_name: str
    file_path: str
    function_body: str
    distance: int | UnsetType = UNSET
    severity: str | UnsetType = UNSET
    confidence: float | UnsetType = UNSET
    why: str | UnsetType = UNSET


class ChangedFunction(Struct, frozen=True, rename="camel", kw_only=True):
    """A changed function before and after, and whom that affects."""

    old_function: str
    new_function: str
    functions_affect: list[AffectedFunction]
    change: str | UnsetType = UNSET


class SimilarFunction(Struct, frozen=True, rename="camel"):
    """Another function that does the same, perhaps."""

    function_name: str
    is_similar: bool
    explanation: str
    file_path: str | UnsetType = UNSET
    function_body: str | UnsetType = UNSET
    score: float | UnsetType = UNSET
    type: int | UnsetType = UNSET
    """1: the same but for comments and layout. 2: but for names and literals too. 3: edited."""


class FunctionSimilarity(Struct, frozen=True, rename="camel"):
    """Functions like a new one."""

    function_name: str
    similar_functions: list[SimilarFunction]
    file_path: str | UnsetType = UNSET


class LeftOut(Struct, frozen=True):
    """How much an answer does not hold: files not read, calls that lead nowhere sure, affected beyond."""

    files: int | None = None
    """null when nobody knows any more."""
    unresolved: int | UnsetType = UNSET
    ambiguous: int | UnsetType = UNSET
    affected: int | UnsetType = UNSET


class ChunkReply(Struct, frozen=True, rename="camel"):
    """Whom a chunk affects. What `notLookedFor` names is empty because nobody looked."""

    functions_affect: list[ChangedFunction]
    function_similarity: list[FunctionSimilarity]
    not_looked_for: list[str] = field(default_factory=list)
    matched_by: Literal["lines", "text", "nothing"] | UnsetType = UNSET
    """How the chunk told which changes are meant; where it told nothing, those of the whole file are."""
    too_short_for_similarity: list[str] | UnsetType = UNSET
    base_commit: str | None = None
    head_commit: str | None = None
    tool_version: str | None = None
    format: int | None = None
    left_out: LeftOut | None = None


class ContentReply(Struct, frozen=True, rename="camel"):
    """What a reviewer needs to read. What `notLookedFor` names is missing because nobody looked."""

    content: str
    flag: Literal["diff", "full", "simple"]
    not_looked_for: list[str] = field(default_factory=list)
    cut_lines: int = 0
    """Lines for which there was no room."""
    base_commit: str | None = None
    head_commit: str | None = None
    tool_version: str | None = None
    format: int | None = None
    left_out: LeftOut | None = None
    """null when no graph was asked."""


class FileContent(Struct, frozen=True, rename="camel"):
    """The excerpt of one file."""

    id: str
    content: str
    flag: Literal["diff", "full", "simple"]


class FileContents(Struct, frozen=True, rename="camel"):
    """The excerpts of all files."""

    files: list[FileContent]
    not_looked_for: list[str] = field(default_factory=list)


class FileContentsReply(Struct, frozen=True):
    """The excerpts of all files."""

    result: FileContents


class FileVerdict(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Whether one file is valid."""

    id: str
    is_valid: bool
    status: Literal["VALID", "INVALID_SYNTAX", "UNSUPPORTED_LANGUAGE", "ERROR"]
    error: str | UnsetType = UNSET
    file_path: str | UnsetType = UNSET


class FileVerdicts(Struct, frozen=True):
    """One verdict per file, in the order of the request."""

    results: list[FileVerdict]


class ValidateReply(Struct, frozen=True):
    """One verdict per file, in the order of the request."""

    result: FileVerdicts


class GraphSource(Struct, frozen=True, rename="camel"):
    """Which graph answered: of which commit, made by which version, and how much it holds."""

    task_id: UUID
    side: str
    commit: str | None
    tool_version: str | None
    format: int
    left_out: int | None
    """Files that were left out; null when that is not known any more."""


def files_left_out(result: TaskResult, side: str) -> int | None:
    """Of the graph of a side, by what its task says."""
    left_out: int | None = (result.summary.get("leftOut") or {}).get(side)
    return left_out


class SymbolReply(Struct, frozen=True):
    """A definition."""

    symbol: Symbol
    source: GraphSource


class NeighboursReply(Struct, frozen=True):
    """Callers or callees. Sites that could not be resolved are counted: none found is not none there."""

    answer: Neighbours
    source: GraphSource


class PathAnswer(Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """The shortest way; `found` is false when there is none that is sure enough."""

    start: Symbol
    end: Symbol
    found: bool
    steps: list[Step]


class PathReply(Struct, frozen=True):
    """The shortest way from one definition to another."""

    answer: PathAnswer
    source: GraphSource


class SearchReply(Struct, frozen=True, rename="camel"):
    """Definitions whose name or id holds what was asked for, and how many there are in all."""

    symbols: list[Symbol]
    total: int
    source: GraphSource


class LetterReply(Struct, frozen=True):
    """A dead letter, and its task."""

    letter: DeadLetter
    task: TaskView | None


class LettersReply(Struct, frozen=True):
    """Dead letters, oldest first."""

    letters: list[DeadLetter]


class PurgedReply(Struct, frozen=True):
    """How many dead letters were removed."""

    removed: int


class Dependency(Struct, frozen=True):
    """Something that the service needs: `ok`, or the code of what is wrong with it."""

    status: str
    milliseconds: int


class HealthReply(Struct, frozen=True):
    """Whether the process is alive, or the service ready."""

    status: Literal["ok", "unavailable"]
    version: str


class HealthDetail(Struct, frozen=True, rename="camel"):
    """The same with what it uses and what it needs."""

    status: Literal["ok", "unavailable"]
    version: str
    uptime_seconds: int
    memory: dict[str, int]
    cpu: dict[str, float]
    dependencies: dict[str, Dependency]


class NoReply(Struct, frozen=True):
    """Done; nothing to say."""
