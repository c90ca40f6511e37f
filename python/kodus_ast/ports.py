"""What the program needs from outside, by role; `adapters` holds the products that fill the roles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    # Names of types alone: who needs a port needs not wait for what stands in its signatures.
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime, timedelta
    from pathlib import Path
    from uuid import UUID

    from kodus_ast.config import Settings
    from kodus_ast.metrics import Meters
    from kodus_ast.models.task_requests import Remote, RepoRef, Sealed
    from kodus_ast.models.tasks import (
        ApiKey,
        Created,
        DeadLetter,
        Event,
        Heartbeat,
        Lease,
        Message,
        NewTask,
        NotClaimed,
        Scope,
        Task,
        TaskError,
        TaskResult,
        TaskStatus,
        Unpublished,
    )
    from kodus_ast.traces import Traces


class Repos(Protocol):
    """Git repositories: what a reference stands for, and where to find the objects."""

    async def locate(self, path: Path) -> Path | None:
        """The top of the repository that holds `path` (of a bare one, itself), or None."""

    async def fetch(self, url: str) -> Path:
        """A bare clone of `url` with its history, brought up to date: for a person's own commands."""

    async def resolve(self, remote: Remote, reference: str) -> str:
        """The commit that a branch or tag stands for, there and now; empty: the default branch."""

    def checkout(
        self, remote: Remote, commit: str, *, looked: Callable[[bool], None] = lambda _: None
    ) -> AbstractAsyncContextManager[Path]:
        """A bare repository with the files of one commit, fetched unless it is here; ours while entered.

        `looked` is told whether it was here.
        """

    def store(self, remote: Remote) -> Path:
        """Where `checkout` keeps the objects, there or not: says which repository, on whose behalf."""

    async def forget(self, place: Path) -> None:
        """Removes what is kept at a place that `store` gave."""

    async def is_bare(self, repo: Path) -> bool:
        """Whether the repository has no work tree."""

    async def is_dirty(self, repo: Path) -> bool:
        """Whether the work tree differs from HEAD, new files that are not ignored included."""

    async def is_shallow(self, repo: Path) -> bool:
        """Whether history was cut off when the repository was cloned."""

    async def commit_of(self, repo: Path, reference: str) -> str:
        """The full commit id of a reference; `UnknownRevisionError` if there is none."""

    async def head(self, repo: Path) -> str | None:
        """The commit of HEAD, or None when the repository has no commit."""

    async def default_branch(self, repo: Path) -> tuple[str, str] | None:
        """Name and commit of the branch that changes go to, or None when it cannot be told."""

    async def merge_base(self, repo: Path, one: str, other: str) -> str | None:
        """The commit where two histories part, or None."""


class Graphs(Protocol):
    """Graphs that were built before, on this machine, by a key that says all they depend on."""

    def find(self, key: str, group: str = "") -> Path | None:
        """The stored graph, or None."""

    def put(self, key: str, file: Path, group: str = "") -> Path:
        """Keeps a finished file under the key; returns where it is now."""

    def forget(self, group: str) -> None:
        """Removes what was put under any key with that group."""

    def clear(self) -> None:
        """Forgets all of them."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in `Artifacts`."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What a store says of a file without opening it."""

    name: str
    size_bytes: int
    written_at: datetime


class Artifacts(Protocol):
    """Files that outlive this machine, by name (`tasks/<task id>/<file>`): a reader sees all or nothing."""

    async def put(self, name: str, file: Path) -> Stored:
        """Stores the file, whole, under the name."""

    async def put_bytes(self, name: str, content: bytes) -> Stored:
        """The same for what is in memory."""

    async def fetch(self, name: str, destination: Path, *, sha256: str | None = None) -> Stored:
        """Writes it there; `ArtifactGoneError` if there is none, `BadArtifactError` if it is another."""

    async def read(self, name: str) -> bytes:
        """The whole file, for what is small; `ArtifactGoneError` if there is none."""

    def stream(self, name: str) -> AsyncIterator[bytes]:
        """The file in pieces; `ArtifactGoneError` if there is none."""

    async def link(self, name: str, lifetime: timedelta) -> str | None:
        """A URL that needs no credentials and ends by itself, or None where the store has none."""

    async def names(self, prefix: str) -> list[str]:
        """Everything that is stored under the prefix."""

    async def listed(self, prefix: str) -> list[Listed]:
        """The same with size and age."""

    async def remove(self, prefix: str) -> int:
        """Removes everything under the prefix; how much that was."""

    async def discard(self, names: Sequence[str]) -> None:
        """Removes these files; what is not there is no error."""

    async def check(self) -> None:
        """Raises `StorageError` when the store cannot be used."""


class Secrets(Protocol):
    """What only workers may see of a request, sealed, until its task ends."""

    async def seal(self, task_id: UUID, sealed: Sealed) -> None:
        """Keeps it, encrypted and bound to the task."""

    async def open(self, task_id: UUID) -> Sealed:
        """What was sealed; `SealedGoneError` if there is nothing, or nothing that belongs to this task."""

    async def remove(self, task_id: UUID) -> None:
        """Forgets it; nothing there is no error."""

    async def task_ids(self) -> list[UUID]:
        """The tasks that something is sealed for."""


class Tasks(Protocol):
    """The truth about tasks. Every transition is guarded, and returns None when it did not apply."""

    async def create(self, new: NewTask, *, queued_limit: int = 0) -> Created:
        """A PENDING task, or the one that is there for the same key or the same input.

        Raises `TaskConflictError` and `TooManyTasksError`.
        """

    async def copy(self, task_id: UUID, organization_id: str | None, *, actor: str) -> Task | None:
        """A new task for the same request as one that has FAILED or was CANCELLED."""

    async def find(self, task_id: UUID, organization_id: str | None = None) -> Task | None:
        """The task, if it is of that organization (None: of any)."""

    async def listed(
        self,
        organization_id: str,
        *,
        status: TaskStatus | None = None,
        kind: str | None = None,
        before: UUID | None = None,
        limit: int = 50,
    ) -> list[Task]:
        """Tasks, latest first; `before` is the last id of the page before."""

    async def of_repository(self, organization_id: str, refs: Sequence[RepoRef]) -> list[UUID]:
        """Completed tasks about one of these: about its commit if it names one, else about its branch."""

    async def timeline(self, task_id: UUID, *, after: int = 0, limit: int = 1000) -> Sequence[Event]:
        """Events of a task with a larger id than `after`, in order."""

    async def result(self, task_id: UUID) -> TaskResult | None:
        """What a COMPLETED task has found."""

    async def claim(
        self, task_id: UUID, worker: str, lease: timedelta, *, running_limit: int = 0
    ) -> Task | NotClaimed:
        """The task with a fresh lease, if it is due and nobody holds it."""

    async def put_off(self, task_id: UUID, delay: timedelta) -> bool:
        """Lets a waiting task be published again later; nothing is counted."""

    async def heartbeat(self, lease: Lease, duration: timedelta) -> Heartbeat:
        """Renews the lease; tells when the task is to stop."""

    async def progress(
        self, lease: Lease, state: str, progress: int, detail: dict[str, Any] | None = None
    ) -> bool:
        """Says how far the work is; False when the lease is lost."""

    async def finish(
        self, lease: Lease, result: TaskResult, metadata: dict[str, Any], *, actor: str
    ) -> Task | None:
        """COMPLETED, with its result."""

    async def fail(self, lease: Lease, error: TaskError, *, actor: str) -> Task | None:
        """FAILED, for good."""

    async def fail_waiting(self, lease: Lease, error: TaskError, *, actor: str) -> Task | None:
        """FAILED without having been claimed: the message of this attempt is dead."""

    async def retry(self, lease: Lease, error: TaskError, *, crashed: bool, actor: str) -> Task | None:
        """PENDING again after a back-off; CANCELLED when that is wanted."""

    async def hand_back(self, lease: Lease, *, actor: str) -> Task | None:
        """PENDING again at once, nothing counted; CANCELLED when that is wanted."""

    async def end_cancelled(self, lease: Lease, *, actor: str) -> Task | None:
        """CANCELLED, by the worker that was told to stop."""

    async def cancel(self, task_id: UUID, organization_id: str | None, *, actor: str) -> Task | None:
        """CANCELLED when it waits; when it runs, its worker will hear of it. None: nothing to cancel."""

    async def take_unpublished(self, limit: int) -> Sequence[Unpublished]:
        """What the relay has to publish, reserved for it for a while."""

    async def mark_published(self, published: Sequence[Unpublished]) -> None:
        """The broker has confirmed these. Those that have moved on meanwhile are left alone."""

    async def requeue_stale(self, limit: int = 100) -> list[Task]:
        """Tasks whose lease ran out, PENDING again or CANCELLED. Nothing while another process does it."""

    async def expired(self, age: timedelta, limit: int = 500) -> list[UUID]:
        """Tasks that ended so long ago. Nothing while another process asks."""

    async def surplus(self, most: int, limit: int = 500) -> list[UUID]:
        """Ended tasks of organizations that have more of them, the oldest. Nothing while another asks."""

    async def remove(self, task_ids: Sequence[UUID]) -> None:
        """Removes ended tasks with their events and results."""

    async def forget_artifacts(self, task_ids: Sequence[UUID]) -> None:
        """Their artefacts are gone, so they are no answer to equal requests."""

    async def alive(self, task_ids: Sequence[UUID]) -> set[UUID]:
        """Those that have not ended."""

    async def counts(self) -> dict[tuple[str, TaskStatus], int]:
        """How many PENDING and IN_PROGRESS tasks there are of each kind."""

    async def oldest_due_s(self) -> float:
        """For how many seconds the oldest task that is due has waited; 0 when there is none."""

    def changes(self) -> AbstractAsyncContextManager[AsyncIterator[UUID]]:
        """Ids of tasks as they change, over one connection. May miss some: look again now and then."""

    async def check(self) -> None:
        """Raises `DatabaseAwayError` when it cannot be used."""


class Keys(Protocol):
    """API keys; the key itself is not kept, its SHA-256 is."""

    async def create(self, organization_id: str, name: str, scopes: Sequence[Scope]) -> tuple[ApiKey, str]:
        """A new key, and its text, which is never seen again."""

    async def find(self, key: str) -> ApiKey | None:
        """The key that this text is, unless it is revoked. Found by digest: time tells nothing."""

    async def listed(self, organization_id: str | None = None) -> list[ApiKey]:
        """Keys of one organization or of all."""

    async def revoke(self, key_id: UUID) -> ApiKey | None:
        """The key, now of no use; None if there is none to revoke."""


class Delivery(Protocol):
    """A message, unsettled. Settling does nothing once its connection is gone: it comes again."""

    @property
    def message(self) -> Message | None:
        """What it says; None when it cannot be read."""

    async def accept(self) -> None:
        """It is taken care of."""

    async def give_back(self) -> None:
        """Somebody shall have it again. Counted by the broker: for times when nothing else can be done."""

    async def discard(self) -> None:
        """It is of no use: to the dead letters."""


Receiver = Callable[[Delivery], Coroutine[Any, Any, None]]
LetterReceiver = Callable[["DeadLetter"], Coroutine[Any, Any, None]]


class Queue(Protocol):
    """Carries where to look, at least once, in no order."""

    async def publish(self, messages: Sequence[Message]) -> list[UUID]:
        """The tasks whose message is confirmed; `QueueAwayError` if none can be."""

    async def consume(self, kinds: Sequence[str], prefetch: int, receive: Receiver) -> None:
        """Starts deliveries, at most `prefetch` of each kind unsettled; does nothing when started."""

    async def pause(self) -> None:
        """No new deliveries until `consume`; those that are out are still to be settled."""

    async def judge(self, receive: LetterReceiver) -> None:
        """Starts to tell of every message that dies, so that its task does not wait for ever."""

    async def depth(self) -> int:
        """How many messages wait for a receiver."""

    async def bury(self, message: Message, reason: str) -> None:
        """Leaves a copy among the dead letters, for operators."""

    async def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The dead letters, which stay where they are."""

    async def remove_dead_letter(self, letter_id: str) -> bool:
        """Removes one; False when it is not there."""

    async def purge_dead_letters(self) -> int:
        """Removes all; how many that were."""

    async def check(self) -> None:
        """Raises `QueueAwayError` or `BadTopologyError` when it cannot be used."""

    async def close(self) -> None:
        """Stops deliveries and disconnects; what is unsettled goes to others."""


@dataclass(frozen=True, slots=True)
class Durable:
    """All that the API, workers and handlers of tasks may reach, connected."""

    settings: Settings
    repos: Repos
    graphs: Graphs
    tasks: Tasks
    keys: Keys
    queue: Queue
    artifacts: Artifacts
    secrets: Secrets
    meters: Meters
    traces: Traces


@dataclass(frozen=True, slots=True)
class Operations:
    """What is done to the outside by those who run the service."""

    migrate: Callable[[], Awaitable[Sequence[str]]]
    """Brings the schema up to date; the names of what was applied."""
    apply_topology: Callable[[], Awaitable[Sequence[str]]]
    """Declares exchanges, queues and bindings; their names."""
    check_topology: Callable[[], Awaitable[Sequence[str]]]
    """What is missing or differs, in words."""


@dataclass(frozen=True, slots=True)
class Services:
    """All that a command may reach. Nothing is connected before `durable()` is entered."""

    settings: Settings
    repos: Repos
    graphs: Graphs
    durable: Callable[[], AbstractAsyncContextManager[Durable]]
    operations: Operations
