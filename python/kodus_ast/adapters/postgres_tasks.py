"""The `Tasks` port over PostgreSQL: each method runs one named statement and converts its rows."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from kodus_ast.adapters.database import CHANNEL, Database, Row
from kodus_ast.adapters.group_commit import GroupCommit
from kodus_ast.errors import TaskConflictError, TooManyTasksError
from kodus_ast.models.task_requests import RepoRef
from kodus_ast.models.tasks import (
    CLIENT_ID,
    SEALED,
    Created,
    Event,
    Heartbeat,
    Lease,
    Message,
    NewTask,
    NotClaimed,
    RepositoryTask,
    Task,
    TaskError,
    TaskResult,
    TaskStatus,
    Unpublished,
    new_id,
)

RESERVATION = timedelta(seconds=30)
"""How long a message is reserved for the relay that took it."""
BUSY_DELAY = timedelta(seconds=2)
"""How long a task is deferred when its organization runs as many tasks as it may.

The relay holds such tasks back, so this happens only beside one of the
release before, or when leases ran out.
"""
MAX_TRIES = 3
MAX_TURNS = 50
TURN_S = 0.02
"""How soon a relay tries again that found another one taking tasks."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PostgresTasks:
    """The table of tasks. Frequent transitions (create, claim, finish) are written by group commit."""

    database: Database
    group_commit: GroupCommit = field(init=False)

    def __post_init__(self) -> None:
        """Each instance groups its own calls."""
        object.__setattr__(self, "group_commit", GroupCommit(self.database))

    async def create(self, new: NewTask, *, queued_limit: int = 0) -> Created:
        """A PENDING task, or the existing one with the same idempotency key or the same input."""
        for turn in range(MAX_TRIES):
            # Only the first try is grouped: an existing task for the same key or input has another id.
            run = self.database.row if turn else self.group_commit.row
            row = await run(
                "create_task", new.id, new.organization_id, new.kind.value, new.priority.value, new.request,
                new.metadata, new.input_hash, new.idempotency_key, new.is_pinned, new.trace_id, queued_limit,
            )  # fmt: skip
            if row:
                return self._created(row, new)
            if turn and queued_limit:
                room = await self.database.row("check_queue_limit", new.organization_id, queued_limit)
                if room and not room["is_left"]:
                    raise TooManyTasksError
            # Another process inserted the same at the same time. Now it is visible, or the id is taken.
        raise TaskConflictError(f"there is a task with the id {new.metadata.get(CLIENT_ID, new.id)}")

    def _created(self, row: Row, new: NewTask) -> Created:
        task = _task(row)
        is_new = row["outcome"] == "new"
        same_key = new.idempotency_key is not None and task.idempotency_key == new.idempotency_key
        if not is_new and same_key and (task.kind, task.input_hash) != (new.kind, new.input_hash):
            raise TaskConflictError("this idempotency key was used with another request")
        return Created(task, is_new)

    async def copy(
        self,
        task_id: UUID,
        organization_id: str | None,
        *,
        actor: str,
        copy_id: UUID | None = None,
        sealed: str | None = None,
    ) -> Task | None:
        """A new task for the request of one that FAILED or was CANCELLED."""
        own = {SEALED: sealed} if sealed else {}
        return await self._transition("copy_task", task_id, copy_id or new_id(), organization_id, actor, own)

    async def find(self, task_id: UUID, organization_id: str | None = None) -> Task | None:
        """The task with this id; within an organization also by the id that a client gave (None: in any)."""
        row = await self.database.row("find_task", task_id, organization_id)
        return _task(row) if row else None

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
        rows = await self.database.rows("list_tasks", organization_id, status, kind, before, limit)
        return [_task(row) for row in rows]

    async def repository_urls(self, organization_id: str) -> list[str]:
        """The URLs of all repositories that tasks of the organization are about."""
        return [row["url"] for row in await self.database.rows("list_repository_urls", organization_id)]

    async def find_by_repository(
        self, organization_id: str, urls: Sequence[str], head: RepoRef
    ) -> list[RepositoryTask]:
        """Tasks about one of these URLs that have not ended or keep something."""
        rows = await self.database.rows(
            "find_tasks_of_repository", organization_id, list(urls), head.branch, head.commit_sha.lower()
        )
        return [_convert(row, RepositoryTask) for row in rows]

    async def timeline(self, task_id: UUID, *, after: int = 0, limit: int = 1000) -> Sequence[Event]:
        """Events of a task with a larger id than `after`, oldest first."""
        rows = await self.database.rows("list_events", task_id, after, limit)
        return [_convert(row, Event) for row in rows]

    async def result(self, task_id: UUID) -> TaskResult | None:
        """The result of a COMPLETED task."""
        row = await self.database.row("find_result", task_id)
        return _convert(row, TaskResult) if row else None

    async def claim(
        self, task_id: UUID, worker: str, lease: timedelta, *, running_limit: int = 0, alone: bool = False
    ) -> Task | NotClaimed:
        """Takes a lease on the task, if it is due and no worker holds it."""
        row = await self.group_commit.row("claim_tasks", task_id, worker, lease, running_limit, alone)
        if row is None:
            # If it is due and not held, only the limit of its organization can have prevented the claim.
            return NotClaimed.BUSY if await self.defer(task_id, BUSY_DELAY) else NotClaimed.GONE
        return self._notify(_task(row))

    async def mark_alone(self, lease: Lease) -> bool:
        """Records that nothing else runs in the worker from now on; False when the lease is lost."""
        return await self.database.row("mark_alone", lease.task_id, lease.attempt) is not None

    async def excuse_loss(self, lease: Lease, *, was_alone: bool) -> None:
        """Takes back that a lost lease counts as a lost worker: its worker lives."""
        await self.database.row("excuse_loss", lease.task_id, lease.attempt, was_alone)

    async def defer(self, task_id: UUID, delay: timedelta) -> bool:
        """Publishes a waiting task again after the delay, without counting an attempt."""
        return await self.database.row("defer_task", task_id, delay) is not None

    async def heartbeat(self, lease: Lease, duration: timedelta) -> Heartbeat:
        """Renews the lease; tells whether it was lost and whether the task is to be cancelled."""
        row = await self.database.row("renew_lease", lease.task_id, lease.attempt, duration)
        if row is None:
            return Heartbeat.LOST
        return Heartbeat.CANCEL if row["is_cancelled"] else Heartbeat.HELD

    async def progress(
        self, lease: Lease, state: str, progress: int, detail: dict[str, Any] | None = None
    ) -> bool:
        """Writes the current step and the percentage done; False when the lease is lost."""
        row = await self.database.row(
            "report_progress", lease.task_id, lease.attempt, state[:500], progress, detail or {}
        )
        self.database.changed(lease.task_id)
        return row is not None

    async def finish(
        self, lease: Lease, result: TaskResult, metadata: dict[str, Any], *, actor: str
    ) -> Task | None:
        """Makes the task COMPLETED, with its result."""
        row = await self.group_commit.row(
            "finish_tasks", lease.task_id, lease.attempt, metadata, result.summary, result.artifact,
            result.size_bytes, result.sha256, result.format, actor,
        )  # fmt: skip
        return self._notify(_task(row)) if row else None

    async def fail(
        self, lease: Lease, error: TaskError, *, actor: str, keep_sealed: timedelta | None = None
    ) -> Task | None:
        """Makes the task FAILED."""
        return await self._transition(
            "fail_task", lease.task_id, lease.attempt, error, actor, keep_sealed or None
        )

    async def fail_waiting(
        self, lease: Lease, error: TaskError, *, actor: str, keep_sealed: timedelta | None = None
    ) -> Task | None:
        """Makes an unclaimed task FAILED, because the message of this attempt is a dead letter."""
        return await self._transition(
            "fail_waiting_task", lease.task_id, lease.attempt, error, actor, keep_sealed or None
        )

    async def retry(
        self, lease: Lease, error: TaskError, *, crashed: bool, actor: str, beside_others: bool = False
    ) -> Task | None:
        """Makes the task PENDING after a back-off, or CANCELLED if that was requested."""
        settings = self.database.settings
        return await self._transition(
            "retry_task", lease.task_id, lease.attempt, error, settings.backoff_s, settings.longest_backoff_s,
            crashed, actor, beside_others,
        )  # fmt: skip

    async def release(self, lease: Lease, *, actor: str) -> Task | None:
        """Makes the task PENDING at once without counting the attempt, or CANCELLED if that was requested."""
        return await self._transition("release_task", lease.task_id, lease.attempt, actor)

    async def end_cancelled(self, lease: Lease, *, actor: str) -> Task | None:
        """Makes the task CANCELLED, after its worker has stopped."""
        return await self._transition("end_cancelled_task", lease.task_id, lease.attempt, actor)

    async def cancel(
        self, task_id: UUID, organization_id: str | None, *, actor: str, reason: dict[str, Any] | None = None
    ) -> Task | None:
        """Cancels a waiting task at once, a running one at its worker's next heartbeat."""
        return await self._transition("cancel_task", task_id, organization_id, actor, reason or {})

    async def take_unpublished(
        self, limit: int, *, running_limit: int = 0, window: int = 100
    ) -> Sequence[Unpublished]:
        """Tasks whose message is to be published, reserved for this relay for a while, in order."""
        for _ in range(MAX_TURNS):
            rows = await self.database.locked_rows(
                "try_lock_relay", "take_unpublished", RESERVATION, limit, running_limit, window
            )
            if rows is not None:
                return [Unpublished(message(row), row["publish_at"], row["unclaimed"]) for row in rows]
            await asyncio.sleep(TURN_S)
        # Other relays take tasks all the time, and will take these.
        return []

    async def mark_published(self, published: Sequence[Unpublished]) -> None:
        """Records that the broker has confirmed these; skips tasks that have changed since."""
        await self.database.rows("mark_published", *_columns(published), self.database.settings.republish)

    async def return_unpublished(self, unpublished: Sequence[Unpublished]) -> None:
        """Makes tasks that were taken due again, because their messages were not confirmed."""
        await self.database.rows("return_unpublished", *_columns(unpublished))

    async def requeue_stale(self, limit: int = 100) -> list[Task]:
        """Makes tasks whose lease ran out PENDING or CANCELLED."""
        return [self._notify(_task(row)) for row in await self.database.rows("requeue_stale", limit)]

    async def expired(self, age: timedelta, limit: int = 500) -> list[UUID]:
        """Tasks that ended at least so long ago."""
        return [row["id"] for row in await self.database.rows("find_expired_tasks", age, limit)]

    async def surplus(self, most: int, limit: int = 500) -> list[UUID]:
        """The oldest ended tasks of organizations that have more than `most`."""
        return [row["id"] for row in await self.database.rows("find_surplus_tasks", most, limit)]

    async def remove(self, task_ids: Sequence[UUID]) -> None:
        """Removes ended tasks with their events and results."""
        await self.database.rows("remove_tasks", list(task_ids))

    async def clear_artifacts(self, task_ids: Sequence[UUID]) -> None:
        """Records that the artefacts of these tasks are gone, so that equal requests are done anew."""
        await self.database.rows("clear_artifacts", list(task_ids))

    async def needing_sealed(self, task_ids: Sequence[UUID]) -> set[UUID]:
        """Those of these tasks that may still need what was sealed for them."""
        return {row["id"] for row in await self.database.rows("find_tasks_needing_sealed", list(task_ids))}

    async def counts(self) -> dict[tuple[str, TaskStatus], int]:
        """The number of PENDING and IN_PROGRESS tasks by kind and status."""
        rows = await self.database.rows("count_tasks")
        return {(row["kind"], TaskStatus(row["status"])): row["number"] for row in rows}

    async def held(self) -> dict[str, int]:
        """The number of due tasks by organization that are held back by its limit of running tasks."""
        rows = await self.database.rows("count_held_tasks")
        return {row["organization_id"]: row["number"] for row in rows}

    async def oldest_due_s(self) -> float:
        """Seconds that the oldest due task has waited; 0 when none is due."""
        row = await self.database.row("measure_oldest_due")
        return float(row["seconds"]) if row else 0.0

    @contextlib.asynccontextmanager
    async def changes(self) -> AsyncIterator[AsyncIterator[UUID]]:
        """Ids of tasks as they change, over one connection; ends when the connection is lost."""
        async with self.database.listen(CHANNEL) as notifications:

            async def ids() -> AsyncIterator[UUID]:
                while (task_id := await notifications.get()) is not None:
                    yield UUID(task_id)

            yield ids()

    async def check(self) -> None:
        """Raises `DatabaseAwayError` when it cannot be used."""
        await self.database.row("ping")

    async def _transition(self, name: str, *arguments: object) -> Task | None:
        row = await self.database.row(name, *arguments)
        return self._notify(_task(row)) if row else None

    def _notify(self, task: Task) -> Task:
        self.database.changed(task.id)
        return task


def message(row: Row) -> Message:
    """The message of a row; it holds nothing secret."""
    return Message(
        task_id=row["id"],
        type=row["kind"],
        payload=row["request"],
        trace_id=row["trace_id"],
        retry_count=row["retry_count"],
        attempt=row["attempt"],
        priority=row["priority"],
        traceparent=row["traceparent"],
    )


def _columns(unpublished: Sequence[Unpublished]) -> tuple[list[UUID], list[datetime]]:
    return [one.message.task_id for one in unpublished], [one.reserved_until for one in unpublished]


def _task(row: Row) -> Task:
    return _convert(row, Task)


def _convert(row: Row, struct: type[_T]) -> _T:
    return msgspec.convert(dict(row), struct)
