"""Ports: what the program needs from outside. `adapters` implements them with PostgreSQL, RabbitMQ, git, …"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    # Only annotations need these: a command that imports a port does not wait for the models.
    from contextlib import AbstractAsyncContextManager
    from datetime import timedelta
    from pathlib import Path
    from uuid import UUID

    from kodus_ast.config import Settings
    from kodus_ast.metrics import Metrics
    from kodus_ast.models.artifacts import ListedArtifact, StoredArtifact
    from kodus_ast.models.completions import Completion, Webhook
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
        RepositoryTask,
        Scope,
        Task,
        TaskError,
        TaskResult,
        TaskStatus,
        Unpublished,
    )
    from kodus_ast.traces import Traces


class Repos(Protocol):
    """Git repositories: which commit a reference means, and its objects on this machine."""

    async def locate(self, path: Path) -> Path | None:
        """The top directory of the repository that holds `path` (of a bare one, itself), or None."""

    async def fetch(self, url: str) -> Path:
        """Clones `url` with its history, or updates the clone; its path. For the command line."""

    async def resolve(self, remote: Remote, reference: str) -> str:
        """Asks the host which commit a branch or tag is at; an empty reference means the default branch."""

    async def resolve_short(self, remote: Remote, short: str, branch: str, directory: Path) -> str:
        """The commit whose id begins so: at a branch or tag, else in the latest history of `branch`.

        `directory` is for files on the way.
        """

    def checkout(
        self, remote: Remote, commit: str, *, on_lookup: Callable[[bool], None] = lambda _: None
    ) -> AbstractAsyncContextManager[Path]:
        """A bare repository with the files of one commit, fetched if needed; locked inside the block.

        `on_lookup` is called with whether the commit was on this machine already.
        """

    def store_path(self, remote: Remote) -> Path:
        """Where `checkout` keeps the objects, whether any are there or not; one path per organization."""

    def former_path(self, remote: Remote) -> Path:
        """The same, also for a URL that is not accepted any more: what was fetched can still be removed."""

    async def remove(self, path: Path) -> bool:
        """Removes the objects at a path that `store_path` returned; whether there were any."""

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
        """Name and commit of the default branch, or None when it is not known."""

    async def merge_base(self, repo: Path, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, or None."""


class Graphs(Protocol):
    """A cache of built graphs on this machine. A key holds everything that the graph depends on."""

    def find(self, key: str, group: str = "") -> Path | None:
        """The stored graph, or None."""

    def put(self, key: str, file: Path, group: str = "") -> Path:
        """Stores a finished file under the key; its path in the cache."""

    def remove_group(self, group: str) -> None:
        """Removes everything that was put with this group, under any key."""

    def clear(self) -> None:
        """Removes every graph."""


class Artifacts(Protocol):
    """Files that outlive this machine, by name. A reader sees a whole file or none."""

    async def put(self, name: str, file: Path) -> StoredArtifact:
        """Stores the file under the name."""

    async def put_bytes(self, name: str, content: bytes) -> StoredArtifact:
        """Stores these bytes under the name."""

    async def fetch(self, name: str, destination: Path, *, sha256: str | None = None) -> StoredArtifact:
        """Writes it there; `ArtifactGoneError` if there is none, `BadArtifactError` if the hash differs."""

    async def read(self, name: str) -> bytes:
        """The content of a small file; `ArtifactGoneError` if there is none."""

    def stream(self, name: str) -> AsyncIterator[bytes]:
        """The content in pieces; `ArtifactGoneError` if there is none."""

    async def link(self, name: str, lifetime: timedelta) -> str | None:
        """A URL that works without credentials for so long, or None when the store has no such URLs."""

    async def list_names(self, prefix: str) -> list[str]:
        """The names of all files under the prefix."""

    async def list_files(self, prefix: str) -> list[ListedArtifact]:
        """All files under the prefix, with size and time of writing."""

    async def remove(self, prefix: str) -> int:
        """Removes all files under the prefix; how many there were."""

    async def remove_files(self, names: Sequence[str]) -> None:
        """Removes these files; a missing one is no error."""

    async def check(self) -> None:
        """Raises `StorageError` when the store cannot be used."""


class Secrets(Protocol):
    """The sealed parts of requests, which only workers may read, until their task ends."""

    async def seal(self, task_id: UUID, sealed: Sealed) -> str:
        """Stores it under a new random name, encrypted and bound to the task; that name, for the row."""

    async def open(self, task_id: UUID, name: str) -> Sealed:
        """What was sealed; `SealedGoneError` if there is nothing that belongs to this task and name."""

    async def remove(self, task_id: UUID, name: str) -> None:
        """Removes it and nothing else; no error when nothing is there."""

    async def is_sealed(self, task_id: UUID, name: str) -> bool:
        """Whether it is there."""

    async def list_sealed(self) -> list[tuple[UUID, str]]:
        """The task and the name of everything that is sealed."""


class Tasks(Protocol):
    """The table of tasks. Every transition is guarded, and returns None when it did not apply."""

    async def create(self, new: NewTask, *, queued_limit: int = 0) -> Created:
        """A PENDING task, or that with the same key or input; `TaskConflictError` and `TooManyTasksError`."""

    async def copy(
        self,
        task_id: UUID,
        organization_id: str | None,
        *,
        actor: str,
        copy_id: UUID | None = None,
        sealed: str | None = None,
    ) -> Task | None:
        """A new task for the request of one that FAILED or was CANCELLED; `sealed` names what is its own."""

    async def find(self, task_id: UUID, organization_id: str | None = None) -> Task | None:
        """The task with this id; within an organization also by the id that a client gave (None: in any)."""

    async def list_tasks(
        self,
        organization_id: str,
        *,
        status: TaskStatus | None = None,
        kind: str | None = None,
        before: UUID | None = None,
        limit: int = 50,
    ) -> list[Task]:
        """Tasks, latest first; `before` is the last id of the previous page."""

    async def repository_urls(self, organization_id: str) -> list[str]:
        """The URLs of all repositories that tasks of the organization are about."""

    async def find_by_repository(
        self, organization_id: str, urls: Sequence[str], head: RepoRef
    ) -> list[RepositoryTask]:
        """Tasks about one of these URLs that have not ended or keep something.

        `is_named` is whether their head is the commit of `head` if it names one, else its branch, else any.
        """

    async def timeline(self, task_id: UUID, *, after: int = 0, limit: int = 1000) -> Sequence[Event]:
        """Events of a task with a larger id than `after`, oldest first."""

    async def result(self, task_id: UUID) -> TaskResult | None:
        """The result of a COMPLETED task."""

    async def claim(
        self, task_id: UUID, worker: str, lease: timedelta, *, running_limit: int = 0, alone: bool = False
    ) -> Task | NotClaimed:
        """Takes a lease on the task, if it is due, no worker holds it and its organization may run it.

        `alone`: nothing else runs in the worker during the attempt.
        """

    async def mark_alone(self, lease: Lease) -> bool:
        """Records that nothing else runs in the worker from now on; False when the lease is lost."""

    async def excuse_loss(self, lease: Lease, *, was_alone: bool) -> None:
        """Takes back that a lost lease counts as a lost worker: its worker lives."""

    async def defer(self, task_id: UUID, delay: timedelta) -> bool:
        """Publishes a waiting task again after the delay, without counting an attempt."""

    async def heartbeat(self, lease: Lease, duration: timedelta) -> Heartbeat:
        """Renews the lease; tells whether it was lost and whether the task is to be cancelled."""

    async def progress(
        self, lease: Lease, state: str, progress: int, detail: dict[str, Any] | None = None
    ) -> bool:
        """Writes the current step and the percentage done; False when the lease is lost."""

    async def finish(
        self, lease: Lease, result: TaskResult, metadata: dict[str, Any], *, actor: str
    ) -> Task | None:
        """Makes the task COMPLETED, with its result."""

    async def fail(
        self, lease: Lease, error: TaskError, *, actor: str, keep_sealed: timedelta | None = None
    ) -> Task | None:
        """Makes the task FAILED; what was sealed for it may be kept for a time, to submit it again."""

    async def fail_waiting(
        self, lease: Lease, error: TaskError, *, actor: str, keep_sealed: timedelta | None = None
    ) -> Task | None:
        """Makes an unclaimed task FAILED, because the message of this attempt is a dead letter."""

    async def retry(
        self, lease: Lease, error: TaskError, *, crashed: bool, actor: str, beside_others: bool = False
    ) -> Task | None:
        """Makes the task PENDING after a back-off, or CANCELLED if that was requested.

        `crashed`: its process died; `beside_others`: something else may have been the cause.
        """

    async def release(self, lease: Lease, *, actor: str) -> Task | None:
        """Makes the task PENDING at once without counting the attempt, or CANCELLED if that was requested."""

    async def end_cancelled(self, lease: Lease, *, actor: str) -> Task | None:
        """Makes the task CANCELLED, after its worker has stopped."""

    async def cancel(
        self, task_id: UUID, organization_id: str | None, *, actor: str, reason: dict[str, Any] | None = None
    ) -> Task | None:
        """Cancels a waiting task at once, a running one at its worker's next heartbeat. None: too late.

        `reason` is added to the metadata.
        """

    async def take_unpublished(
        self, limit: int, *, running_limit: int = 0, window: int = 100
    ) -> Sequence[Unpublished]:
        """Tasks whose message is to be published, reserved for this relay for a while.

        At most as many of an organization and lane as it may run, high priority first, then in the order of
        acceptance; and so many that at most `window` of them are published and not claimed.
        """

    async def mark_published(self, published: Sequence[Unpublished]) -> None:
        """Records that the broker has confirmed these; skips tasks that have changed since."""

    async def return_unpublished(self, unpublished: Sequence[Unpublished]) -> None:
        """Makes tasks that were taken due again, because their messages were not confirmed."""

    async def requeue_stale(self, limit: int = 100) -> list[Task]:
        """Makes tasks whose lease ran out PENDING or CANCELLED. None while another process does this."""

    async def expired(self, age: timedelta, limit: int = 500) -> list[UUID]:
        """Tasks that ended at least so long ago. None while another process asks."""

    async def surplus(self, most: int, limit: int = 500) -> list[UUID]:
        """The oldest ended tasks beyond `most` of each organization. None while another process asks."""

    async def remove(self, task_ids: Sequence[UUID]) -> None:
        """Removes ended tasks with their events and results."""

    async def clear_artifacts(self, task_ids: Sequence[UUID]) -> None:
        """Records that the artefacts of these tasks are gone, so that equal requests are done anew."""

    async def needing_sealed(self, task_ids: Sequence[UUID]) -> set[UUID]:
        """Those of these tasks that may still need what was sealed for them."""

    async def counts(self) -> dict[tuple[str, TaskStatus], int]:
        """The number of PENDING and IN_PROGRESS tasks by kind and status."""

    async def held(self) -> dict[str, int]:
        """The number of due tasks by organization that are held back by its limit of running tasks."""

    async def oldest_due_s(self) -> float:
        """Seconds that the oldest due task has waited; 0 when none is due."""

    def changes(self) -> AbstractAsyncContextManager[AsyncIterator[UUID]]:
        """Ids of tasks as they change, over one connection. Some may be missed: poll as well."""

    async def check(self) -> None:
        """Raises `DatabaseAwayError` when it cannot be used."""


class Keys(Protocol):
    """API keys. Their SHA-256 is stored, not the keys themselves."""

    async def create(self, organization_id: str, name: str, scopes: Sequence[Scope]) -> tuple[ApiKey, str]:
        """A new key and its text, which is shown only this once."""

    async def find(self, key: str) -> ApiKey | None:
        """The key with this text, unless revoked. Looked up by digest, so that timing reveals nothing."""

    async def list_keys(self, organization_id: str | None = None) -> list[ApiKey]:
        """The keys of one organization, or of all."""

    async def revoke(self, key_id: UUID) -> ApiKey | None:
        """Revokes the key; None if there is none to revoke."""


class Webhooks(Protocol):
    """Where organizations have completion events sent. URLs and signing keys are stored encrypted."""

    async def create(self, organization_id: str, url: str) -> tuple[Webhook, str]:
        """A new webhook and the text of its signing key, which is shown only this once.

        `HostRefusedError` if the URL is none that may be connected to.
        """

    async def list_webhooks(self, organization_id: str) -> list[Webhook]:
        """The webhooks of an organization, oldest first."""

    async def remove(self, organization_id: str, webhook_id: UUID) -> bool:
        """Removes a webhook and what is still to be sent to it; False when there is none."""


class Completions(Protocol):
    """Completion events that are still to be sent; written in the transaction in which a task ends."""

    async def enable_broker(self) -> None:
        """Has completions of all organizations written for the broker from now on."""

    async def take(self, limit: int, *, for_broker: bool) -> Sequence[Completion]:
        """Events that are due, reserved for this relay for a while; those for the broker only if so asked."""

    async def sent(self, completion: Completion) -> None:
        """Removes an event that has arrived."""

    async def failed(self, completion: Completion, delay: timedelta, code: str) -> bool:
        """Postpones an event that did not arrive; True if it was the last attempt."""


class CompletionSender(Protocol):
    """Sends completion events to one kind of sink."""

    async def send(self, completion: Completion) -> None:
        """Returns when the event has arrived; a `KodusAstError` if it has not, or if that is unknown."""

    async def close(self) -> None:
        """Disconnects."""


class Delivery(Protocol):
    """A received message that is not acknowledged yet.

    When its connection is lost, the three methods do nothing and the message is delivered again.
    """

    @property
    def message(self) -> Message | None:
        """The message; None when it cannot be decoded."""

    async def acknowledge(self) -> None:
        """Removes the message from the queue."""

    async def requeue(self) -> None:
        """Puts the message back into the queue. Use it sparingly: the broker counts it."""

    async def reject(self) -> None:
        """Moves the message to the dead letters."""


Receiver = Callable[[Delivery], Coroutine[Any, Any, None]]
LetterReceiver = Callable[["DeadLetter"], Coroutine[Any, Any, None]]


class Queue(Protocol):
    """Delivers messages that name a task, at least once each, about in the order of publishing."""

    @property
    def is_in_table(self) -> bool:
        """Whether a message is the row of its task, so that it cannot be lost."""

    async def publish(self, messages: Sequence[Message]) -> list[UUID]:
        """Publishes; the tasks whose message was confirmed. `QueueAwayError` if none was."""

    async def consume(self, lane: str, kinds: Sequence[str], prefetch: int, receive: Receiver) -> None:
        """Starts deliveries of these kinds, with at most `prefetch` unacknowledged of each queue.

        The lane names them for `pause`. Does nothing when they are already started.
        """

    async def pause(self, lane: str | None = None) -> None:
        """Stops new deliveries of a lane, or of all, until `consume`; connections are kept.

        What was already received is still to be acknowledged.
        """

    async def consume_dead_letters(self, receive: LetterReceiver) -> None:
        """Starts to call `receive` for every dead letter, so that its task can be failed."""

    async def depth(self, kinds: Sequence[str]) -> int:
        """The number of messages of these kinds, and of those in the same queue, that wait for a receiver."""

    async def dead_letter(self, message: Message, reason: str) -> None:
        """Adds a copy of the message to the dead letters, for operators."""

    async def list_dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The dead letters, oldest first; they stay in place."""

    async def remove_dead_letter(self, letter_id: str) -> bool:
        """Removes one; False when it is not there."""

    async def purge_dead_letters(self) -> int:
        """Removes all; how many there were."""

    async def check(self) -> None:
        """Raises `QueueAwayError` or `BadTopologyError` when it cannot be used."""

    async def close(self) -> None:
        """Stops deliveries and disconnects; unacknowledged messages go to other receivers."""


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """The connected ports: all that the API, workers and task handlers may use."""

    settings: Settings
    repos: Repos
    graphs: Graphs
    tasks: Tasks
    keys: Keys
    queue: Queue
    artifacts: Artifacts
    secrets: Secrets
    webhooks: Webhooks
    completions: Completions
    webhook_requests: CompletionSender
    broker_events: CompletionSender | None
    """None without an exchange for them."""
    metrics: Metrics
    traces: Traces


@dataclass(frozen=True, slots=True)
class Operations:
    """What operators do to the database and the broker."""

    migrate: Callable[[], Awaitable[Sequence[str]]]
    """Applies missing migrations; their names."""
    apply_topology: Callable[[], Awaitable[Sequence[str]]]
    """Declares exchanges, queues and bindings; the names of the exchanges and queues."""
    check_topology: Callable[[], Awaitable[Sequence[str]]]
    """A sentence for everything that is missing or differs."""


@dataclass(frozen=True, slots=True)
class Services:
    """All that a command may use. Nothing is connected before the block of `connect_service()` is entered."""

    settings: Settings
    repos: Repos
    graphs: Graphs
    connect_service: Callable[[], AbstractAsyncContextManager[ServiceContext]]
    operations: Operations
