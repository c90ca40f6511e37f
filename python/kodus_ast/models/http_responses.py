"""Responses of the HTTP API. Some are the core's JSON, which may have more fields than these structs."""

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
"""Statuses as numbers, as clients of the earlier service expect them; 0 is unspecified."""


class FieldProblem(Struct, frozen=True):
    """One field of a request, and what is wrong with it."""

    field: str
    message: str


class Problem(Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """An error as of RFC 9457, with a stable `code`."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    request_id: str = ""
    errors: list[FieldProblem] = field(default_factory=list)


class Timestamp(Struct, frozen=True):
    """Seconds since 1970 in UTC, and nanoseconds."""

    seconds: int
    nanos: int


def timestamp(moment: datetime) -> Timestamp:
    """The moment as clients of the earlier service expect it."""
    return Timestamp(int(moment.timestamp()), moment.microsecond * 1000)


class TaskAccepted(Struct, frozen=True, rename="camel"):
    """The id of the task: a new one, or an existing one with the same request."""

    task_id: UUID


class TaskMetadata(Struct, frozen=True, rename="camel", kw_only=True):
    """Details of a task."""

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
    """The task for clients: without its request and its worker."""
    known = task.metadata
    return TaskView(
        id=task.public_id,
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
    """An event of a task; a stream can be resumed after its `id`."""

    id: int
    status: int
    state: str
    progress: int
    created_at: Timestamp
    detail: dict[str, Any]


class EventsReply(Struct, frozen=True, rename="camel"):
    """Events of a task, in order; `hasEnded` when no more will follow."""

    events: list[EventView]
    last_event_id: int
    has_ended: bool


class ArtifactView(Struct, frozen=True, rename="camel"):
    """The artefact with the whole answer: its URL, size, hash, and the version of its format."""

    url: str
    size_bytes: int
    sha256: str
    format: int


class ResultReply(Struct, frozen=True, rename="camel"):
    """The result of a task; `artifact` is null when there is none, or when it is no longer kept."""

    task_id: UUID
    summary: dict[str, Any]
    artifact: ArtifactView | None


class AffectedFunction(Struct, frozen=True, rename="camel", kw_only=True):
    """An affected function; its body has line numbers, as `12: code`."""

    function_name: str
    file_path: str
    function_body: str
    distance: int | UnsetType = UNSET
    severity: str | UnsetType = UNSET
    confidence: float | UnsetType = UNSET
    why: str | UnsetType = UNSET


class ChangedFunction(Struct, frozen=True, rename="camel", kw_only=True):
    """A changed function before and after, and the functions that it affects."""

    old_function: str
    new_function: str
    functions_affect: list[AffectedFunction]
    change: str | UnsetType = UNSET


class SimilarFunction(Struct, frozen=True, rename="camel"):
    """Another function that is similar."""

    function_name: str
    is_similar: bool
    explanation: str
    file_path: str | UnsetType = UNSET
    function_body: str | UnsetType = UNSET
    score: float | UnsetType = UNSET
    type: int | UnsetType = UNSET
    """1: differs in comments and layout only. 2: also in names and literals. 3: edited."""


class FunctionSimilarity(Struct, frozen=True, rename="camel"):
    """A new function and the functions similar to it."""

    function_name: str
    similar_functions: list[SimilarFunction]
    file_path: str | UnsetType = UNSET


class LeftOut(Struct, frozen=True):
    """What an answer leaves out: unread files, calls without a target, affected beyond the limit."""

    files: int | None = None
    """null when it is not known any more."""
    unresolved: int | UnsetType = UNSET
    ambiguous: int | UnsetType = UNSET
    affected: int | UnsetType = UNSET


class ChunkReply(Struct, frozen=True, rename="camel"):
    """Whom a chunk affects. The fields that `notLookedFor` names are empty because they were not computed."""

    functions_affect: list[ChangedFunction]
    function_similarity: list[FunctionSimilarity]
    not_looked_for: list[str] = field(default_factory=list)
    matched_by: Literal["lines", "text", "nothing"] | UnsetType = UNSET
    """How the lines of the chunk were found; with `nothing` the changes of the whole file are listed."""
    too_short_for_similarity: list[str] | UnsetType = UNSET
    base_commit: str | None = None
    head_commit: str | None = None
    tool_version: str | None = None
    format: int | None = None
    left_out: LeftOut | None = None


class ContentReply(Struct, frozen=True, rename="camel"):
    """What a reviewer needs to read, without what `notLookedFor` names."""

    content: str
    flag: Literal["diff", "full", "simple"]
    not_looked_for: list[str] = field(default_factory=list)
    cut_lines: int = 0
    """Lines that did not fit into the budget."""
    base_commit: str | None = None
    head_commit: str | None = None
    tool_version: str | None = None
    format: int | None = None
    left_out: LeftOut | None = None
    """null when no graph was used."""


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


class SyntaxPosition(Struct, frozen=True):
    """Where a file stops to be valid, counted from 1."""

    line: int
    column: int


class FileVerdict(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Whether one file is valid."""

    id: str
    is_valid: bool
    status: Literal["VALID", "INVALID_SYNTAX", "UNSUPPORTED_LANGUAGE", "ERROR"]
    error: str | UnsetType = UNSET
    file_path: str | UnsetType = UNSET
    position: SyntaxPosition | UnsetType = UNSET


class FileVerdicts(Struct, frozen=True):
    """One verdict per file, in the order of the request."""

    results: list[FileVerdict]


class ValidateReply(Struct, frozen=True):
    """One verdict per file, in the order of the request."""

    result: FileVerdicts


class DiagnosticPosition(Struct, frozen=True):
    """A place in a text, counted from 0."""

    line: int
    character: int


class DiagnosticRange(Struct, frozen=True):
    """From `start` up to, but not including, `end`."""

    start: DiagnosticPosition
    end: DiagnosticPosition


class Diagnostic(Struct, frozen=True):
    """A problem in a file, as the Language Server Protocol has it; severity 1 is an error."""

    range: DiagnosticRange
    severity: int
    message: str
    source: str = "kodus-ast"


class FileDiagnostics(Struct, frozen=True, rename="camel"):
    """The problems of one file; `unchecked` if its text was not sent, or its language is not known."""

    status: Literal["clean", "error", "unchecked"]
    file_path: str
    diagnostics: list[Diagnostic] = field(default_factory=list)


class DiagnosticsReply(Struct, frozen=True, rename="camel"):
    """The problems of each file. Only syntax is looked at."""

    result: list[FileDiagnostics]
    not_looked_for: list[str] = field(default_factory=lambda: ["types", "names", "imports"])


class WebhookView(Struct, frozen=True, rename="camel"):
    """A webhook. Its URL is not shown again, because the path may hold a secret."""

    id: UUID
    host: str
    created_at: datetime


class WebhookCreated(Struct, frozen=True):
    """A new webhook, and its signing key, which is not shown again."""

    webhook: WebhookView
    secret: str


class WebhooksReply(Struct, frozen=True):
    """The webhooks of the organization, oldest first."""

    webhooks: list[WebhookView]


class GraphSource(Struct, frozen=True, rename="camel"):
    """The graph that was queried: its commit, the version that built it, and what it leaves out."""

    task_id: UUID
    side: str
    commit: str | None
    tool_version: str | None
    format: int
    left_out: int | None
    """The number of files that were left out; null when it is not known any more."""


def files_left_out(result: TaskResult, side: str) -> int | None:
    """The number of files that the graph of a side leaves out; None when it is not known."""
    left_out: int | None = (result.summary.get("leftOut") or {}).get(side)
    return left_out


class SymbolReply(Struct, frozen=True):
    """A definition."""

    symbol: Symbol
    source: GraphSource


class NeighboursReply(Struct, frozen=True):
    """Callers or callees, and the number of call sites that could not be resolved."""

    answer: Neighbours
    source: GraphSource


class PathAnswer(Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """The shortest path; `found` is false when there is none with enough confidence."""

    start: Symbol
    end: Symbol
    found: bool
    steps: list[Step]


class PathReply(Struct, frozen=True):
    """The shortest path of calls from one definition to another."""

    answer: PathAnswer
    source: GraphSource


class SearchReply(Struct, frozen=True, rename="camel"):
    """Definitions that match the query, and how many there are in all."""

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
    """A dependency of the service: `ok` or an error code, and the time that it took to answer."""

    status: str
    milliseconds: int


class HealthReply(Struct, frozen=True):
    """Whether the process is alive, or the service ready."""

    status: Literal["ok", "unavailable"]
    version: str


class HealthDetail(Struct, frozen=True, rename="camel"):
    """The status with the resources that the process uses and its dependencies."""

    status: Literal["ok", "unavailable"]
    version: str
    uptime_seconds: int
    memory: dict[str, int]
    cpu: dict[str, float]
    dependencies: dict[str, Dependency]


class RemovedView(Struct, frozen=True):
    """How much was removed; `repositories` on the machine that answers, the others follow within a minute."""

    tasks: int
    """Ended tasks that kept something."""
    artifacts: int
    """Files of answers and graphs of these tasks."""
    sealed: int
    """Tasks of which credentials or diffs were still sealed."""
    graphs: int
    """Files of cached graphs."""
    repositories: int
    """Fetched repositories."""


class DeletedReply(Struct, frozen=True):
    """What was deleted. `cancelled` tasks remove what they keep when they stop; `unfinished` ones go on."""

    removed: RemovedView
    cancelled: int
    unfinished: int


class NoReply(Struct, frozen=True):
    """An empty answer."""
