"""The `Tasks` port over PostgreSQL: each method is one named statement, and a look at what it returned."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from kodus_ast.adapters.database import CHANNEL, Database, Row
from kodus_ast.adapters.group_commit import Together
from kodus_ast.errors import TaskConflictError, TooManyTasksError
from kodus_ast.models.task_requests import RepoRef
from kodus_ast.models.tasks import (
    Created,
    Event,
    Heartbeat,
    Lease,
    Message,
    NewTask,
    NotClaimed,
    Task,
    TaskError,
    TaskResult,
    TaskStatus,
    Unpublished,
    new_id,
)

RESERVED = timedelta(seconds=30)
"""For so long a message is its relay's alone."""
BUSY = timedelta(seconds=2)
"""When a task is looked at again whose organization runs as many as it may."""
TRIES = 3

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PostgresTasks:
    """The truth about tasks. What many do at once - accept, claim, finish - they commit together."""

    database: Database
    together: Together = field(init=False)

    def __post_init__(self) -> None:
        """Calls of one port wait for each other only."""
        object.__setattr__(self, "together", Together(self.database))

    async def create(self, new: NewTask, *, queued_limit: int = 0) -> Created:
        """A PENDING task, or the one that is there for the same key or the same input."""
        for turn in range(TRIES):
            # At first with others; a row of another id, for the same key or input, is asked for alone.
            run = self.database.row if turn else self.together.row
            row = await run(
                "create_task", new.id, new.organization_id, new.kind.value, new.priority.value, new.request,
                new.metadata, new.input_hash, new.idempotency_key, new.is_pinned, new.trace_id, queued_limit,
            )  # fmt: skip
            if row:
                return self._created(row, new)
            if turn and queued_limit:
                room = await self.database.row("has_room", new.organization_id, queued_limit)
                if room and not room["is_left"]:
                    raise TooManyTasksError
            # Another process has inserted the same at the same time: now it can be seen, or its id is taken.
        raise TaskConflictError(f"there is a task with the id {new.id}")

    def _created(self, row: Row, new: NewTask) -> Created:
        task = _task(row)
        is_new = row["outcome"] == "new"
        same_key = new.idempotency_key is not None and task.idempotency_key == new.idempotency_key
        if not is_new and same_key and (task.kind, task.input_hash) != (new.kind, new.input_hash):
            raise TaskConflictError("this idempotency key was used with another request")
        return Created(task, is_new)

    async def copy(self, task_id: UUID, organization_id: str | None, *, actor: str) -> Task | None:
        """A new task for the same request as one that has FAILED or was CANCELLED."""
        return await self._changed("copy_task", task_id, new_id(), organization_id, actor)

    async def find(self, task_id: UUID, organization_id: str | None = None) -> Task | None:
        """The task, if it is of that organization (None: of any)."""
        row = await self.database.row("find_task", task_id, organization_id)
        return _task(row) if row else None

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
        rows = await self.database.rows("list_tasks", organization_id, status, kind, before, limit)
        return [_task(row) for row in rows]

    async def of_repository(self, organization_id: str, refs: Sequence[RepoRef]) -> list[UUID]:
        """Completed tasks about one of these: about its commit if it names one, else about its branch."""
        urls, branches = [ref.url for ref in refs], [ref.branch for ref in refs]
        commits = [ref.commit_sha.lower() for ref in refs]
        rows = await self.database.rows("tasks_of_repository", organization_id, urls, branches, commits)
        return [row["id"] for row in rows]

    async def timeline(self, task_id: UUID, *, after: int = 0, limit: int = 1000) -> Sequence[Event]:
        """Events of a task with a larger id than `after`, in order."""
        rows = await self.database.rows("timeline_of_task", task_id, after, limit)
        return [_plain(row, Event) for row in rows]

    async def result(self, task_id: UUID) -> TaskResult | None:
        """What a COMPLETED task has found."""
        row = await self.database.row("result_of_task", task_id)
        return _plain(row, TaskResult) if row else None

    async def claim(
        self, task_id: UUID, worker: str, lease: timedelta, *, running_limit: int = 0
    ) -> Task | NotClaimed:
        """The task with a fresh lease, if it is due and nobody holds it."""
        row = await self.together.row("claim_tasks", task_id, worker, lease, running_limit)
        if row is None:
            # Due and held by nobody, yet not claimed: only its organization's limit can be in the way.
            return NotClaimed.BUSY if await self.put_off(task_id, BUSY) else NotClaimed.GONE
        return self._told(_task(row))

    async def put_off(self, task_id: UUID, delay: timedelta) -> bool:
        """Lets a waiting task be published again later; nothing is counted."""
        return await self.database.row("put_off_task", task_id, delay) is not None

    async def heartbeat(self, lease: Lease, duration: timedelta) -> Heartbeat:
        """Renews the lease; tells when the task is to stop."""
        row = await self.database.row("heartbeat_of_task", lease.task_id, lease.attempt, duration)
        if row is None:
            return Heartbeat.LOST
        return Heartbeat.CANCEL if row["is_cancelled"] else Heartbeat.HELD

    async def progress(
        self, lease: Lease, state: str, progress: int, detail: dict[str, Any] | None = None
    ) -> bool:
        """Says how far the work is; False when the lease is lost."""
        row = await self.database.row(
            "report_progress", lease.task_id, lease.attempt, state[:500], progress, detail or {}
        )
        self.database.changed(lease.task_id)
        return row is not None

    async def finish(
        self, lease: Lease, result: TaskResult, metadata: dict[str, Any], *, actor: str
    ) -> Task | None:
        """COMPLETED, with its result."""
        row = await self.together.row(
            "finish_tasks", lease.task_id, lease.attempt, metadata, result.summary, result.artifact,
            result.size_bytes, result.sha256, result.format, actor,
        )  # fmt: skip
        return self._told(_task(row)) if row else None

    async def fail(self, lease: Lease, error: TaskError, *, actor: str) -> Task | None:
        """FAILED, for good."""
        return await self._changed("fail_task", lease.task_id, lease.attempt, error, actor)

    async def fail_waiting(self, lease: Lease, error: TaskError, *, actor: str) -> Task | None:
        """FAILED without having been claimed: the message of this attempt is dead."""
        return await self._changed("fail_waiting_task", lease.task_id, lease.attempt, error, actor)

    async def retry(self, lease: Lease, error: TaskError, *, crashed: bool, actor: str) -> Task | None:
        """PENDING again after a back-off; CANCELLED when that is wanted."""
        settings = self.database.settings
        return await self._changed(
            "retry_task", lease.task_id, lease.attempt, error, settings.backoff_s, settings.longest_backoff_s,
            int(crashed), actor,
        )  # fmt: skip

    async def hand_back(self, lease: Lease, *, actor: str) -> Task | None:
        """PENDING again at once, nothing counted; CANCELLED when that is wanted."""
        return await self._changed("hand_back_task", lease.task_id, lease.attempt, actor)

    async def end_cancelled(self, lease: Lease, *, actor: str) -> Task | None:
        """CANCELLED, by the worker that was told to stop."""
        return await self._changed("end_cancelled_task", lease.task_id, lease.attempt, actor)

    async def cancel(self, task_id: UUID, organization_id: str | None, *, actor: str) -> Task | None:
        """CANCELLED when it waits; when it runs, its worker will hear of it."""
        return await self._changed("cancel_task", task_id, organization_id, actor)

    async def take_unpublished(self, limit: int) -> Sequence[Unpublished]:
        """What the relay has to publish, reserved for it for a while."""
        rows = await self.database.rows("take_unpublished", RESERVED, limit)
        return [Unpublished(message(row), row["publish_at"]) for row in rows]

    async def mark_published(self, published: Sequence[Unpublished]) -> None:
        """The broker has confirmed these. Those that have moved on meanwhile are left alone."""
        ids = [one.message.task_id for one in published]
        reserved = [one.reserved_until for one in published]
        await self.database.rows("mark_published", ids, reserved, self.database.settings.republish)

    async def requeue_stale(self, limit: int = 100) -> list[Task]:
        """Tasks whose lease ran out, PENDING again (or CANCELLED)."""
        return [self._told(_task(row)) for row in await self.database.rows("requeue_stale", limit)]

    async def expired(self, age: timedelta, limit: int = 500) -> list[UUID]:
        """Tasks that ended so long ago."""
        return [row["id"] for row in await self.database.rows("expired_tasks", age, limit)]

    async def surplus(self, most: int, limit: int = 500) -> list[UUID]:
        """Ended tasks of organizations that have more of them, the oldest."""
        return [row["id"] for row in await self.database.rows("surplus_tasks", most, limit)]

    async def remove(self, task_ids: Sequence[UUID]) -> None:
        """Removes ended tasks with their events and results."""
        await self.database.rows("remove_tasks", list(task_ids))

    async def forget_artifacts(self, task_ids: Sequence[UUID]) -> None:
        """Their artefacts are gone, so they are no answer to equal requests."""
        await self.database.rows("forget_artifacts", list(task_ids))

    async def alive(self, task_ids: Sequence[UUID]) -> set[UUID]:
        """Those that have not ended."""
        return {row["id"] for row in await self.database.rows("tasks_alive", list(task_ids))}

    async def counts(self) -> dict[tuple[str, TaskStatus], int]:
        """How many PENDING and IN_PROGRESS tasks there are of each kind."""
        rows = await self.database.rows("count_tasks")
        return {(row["kind"], TaskStatus(row["status"])): row["number"] for row in rows}

    async def oldest_due_s(self) -> float:
        """For how many seconds the oldest task that is due has waited; 0 when there is none."""
        row = await self.database.row("oldest_due")
        return float(row["seconds"]) if row else 0.0

    @contextlib.asynccontextmanager
    async def changes(self) -> AsyncIterator[AsyncIterator[UUID]]:
        """Ids of tasks as they change, over one connection; ends when that is lost."""
        async with self.database.listen(CHANNEL) as heard:

            async def ids() -> AsyncIterator[UUID]:
                while (said := await heard.get()) is not None:
                    yield UUID(said)

            yield ids()

    async def check(self) -> None:
        """Raises `DatabaseAwayError` when it cannot be used."""
        await self.database.row("ping")

    async def _changed(self, name: str, *arguments: object) -> Task | None:
        row = await self.database.row(name, *arguments)
        return self._told(_task(row)) if row else None

    def _told(self, task: Task) -> Task:
        self.database.changed(task.id)
        return task


def message(row: Row) -> Message:
    """The message of a task, which anybody may read."""
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


def _task(row: Row) -> Task:
    return _plain(row, Task)


def _plain(row: Row, struct: type[_T]) -> _T:
    return msgspec.convert(dict(row), struct)
