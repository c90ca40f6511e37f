"""The `Tasks` port: guarded transitions, one event each, exactly one terminal state."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from kodus_ast.adapters.database import Database, raising_when_away
from kodus_ast.adapters.postgres_tasks import PostgresTasks
from kodus_ast.errors import DatabaseAwayError, TaskConflictError, TooManyTasksError
from kodus_ast.models.tasks import (
    DELETED,
    Heartbeat,
    Lease,
    NewTask,
    NotClaimed,
    Task,
    TaskError,
    TaskKind,
    TaskResult,
    TaskStatus,
)

LEASE = timedelta(seconds=30)
GONE = timedelta(seconds=-1)
"""A lease that has run out when it is given."""
ERROR = TaskError("git", "the network is down", retryable=True)
RESULT = TaskResult(summary={"n": 1}, artifact="tasks/x/y", size_bytes=3, sha256="0" * 64)


def new(organization: str = "org", **more: object) -> NewTask:
    return NewTask(organization_id=organization, kind=TaskKind.IMPACT, request={"a": 1}, **more)  # type: ignore[arg-type]


async def created(tasks: PostgresTasks, organization: str = "org", **more: object) -> Task:
    return (await tasks.create(new(organization, **more))).task


async def claimed(tasks: PostgresTasks, task: Task, lease: timedelta = LEASE) -> Task:
    got = await tasks.claim(task.id, "worker", lease)
    assert isinstance(got, Task)
    return got


async def due(task: Task) -> None:
    """Waits until the back-off is over."""
    await asyncio.sleep(max(0.0, (task.run_at - task.updated_at).total_seconds()) + 0.01)


async def ends(tasks: PostgresTasks, task: Task) -> list[TaskStatus]:
    return [event.status for event in await tasks.timeline(task.id) if event.status.is_terminal]


async def test_a_task_goes_its_way_and_leaves_a_timeline(tasks: PostgresTasks) -> None:
    task = await created(tasks)
    assert (task.status, task.progress, task.attempt, task.version) == (TaskStatus.PENDING, 0, 0, 1)
    running = await claimed(tasks, task)
    assert (running.status, running.attempt) == (TaskStatus.IN_PROGRESS, 1)
    assert await tasks.progress(running.lease, "building", 150)
    done = await tasks.finish(running.lease, RESULT, {"headCommit": "c"}, actor="worker")
    assert done is not None
    assert (done.status, done.progress, done.metadata) == (TaskStatus.COMPLETED, 100, {"headCommit": "c"})
    said = [(event.status.value, event.progress) for event in await tasks.timeline(task.id)]
    assert said == [("PENDING", 0), ("IN_PROGRESS", 0), ("IN_PROGRESS", 99), ("COMPLETED", 100)]
    assert await tasks.result(task.id) == RESULT


async def test_a_timeline_goes_on_after_a_cursor(tasks: PostgresTasks) -> None:
    task = await created(tasks)
    first = (await tasks.timeline(task.id))[-1].id
    await claimed(tasks, task)
    assert [event.state for event in await tasks.timeline(task.id, after=first)] == ["claimed"]


async def test_a_claimed_task_is_nobody_elses(tasks: PostgresTasks) -> None:
    task = await created(tasks)
    await claimed(tasks, task)
    assert await tasks.claim(task.id, "other", LEASE) == NotClaimed.GONE


async def test_of_many_claims_at_once_one_wins(tasks: PostgresTasks) -> None:
    task = await created(tasks)
    got = await asyncio.gather(*(tasks.claim(task.id, f"w{n}", LEASE, running_limit=5) for n in range(8)))
    assert sum(isinstance(one, Task) for one in got) == 1


async def test_what_does_not_exist_cannot_be_claimed(tasks: PostgresTasks) -> None:
    assert await tasks.claim(uuid4(), "worker", LEASE, running_limit=1) == NotClaimed.GONE


async def test_an_organization_runs_no_more_than_it_may(tasks: PostgresTasks) -> None:
    waiting = [await created(tasks) for _ in range(6)]
    other = await created(tasks, "other")
    got = await asyncio.gather(*(tasks.claim(task.id, "w", LEASE, running_limit=2) for task in waiting))
    assert sorted(str(one) for one in got if not isinstance(one, Task)) == ["busy"] * 4
    assert isinstance(await tasks.claim(other.id, "w", LEASE, running_limit=2), Task)
    deferred = [task for task, one in zip(waiting, got, strict=True) if one is NotClaimed.BUSY]
    looked = await tasks.find(deferred[0].id)
    assert looked is not None
    assert (looked.attempt, looked.retry_count, looked.status) == (0, 0, TaskStatus.PENDING)
    # It is due all the time, so its wait is counted from its acceptance; it is published later.
    assert looked.run_at == looked.created_at
    assert await tasks.take_unpublished(10) == []


async def test_two_workers_at_once_keep_to_the_limit(tasks: PostgresTasks) -> None:
    """Each claims its own in one statement, and counts what the other has claimed meanwhile."""
    waiting = [await created(tasks) for _ in range(40)]
    other = PostgresTasks(tasks.database)
    got = await asyncio.gather(
        *((tasks, other)[n % 2].claim(task.id, "w", LEASE, running_limit=7) for n, task in enumerate(waiting))
    )
    assert sum(isinstance(one, Task) for one in got) == 7


async def test_a_lost_task_counts_once_beside_those_claimed_with_it(tasks: PostgresTasks) -> None:
    lost = await claimed(tasks, await created(tasks), GONE)
    waiting = [await created(tasks) for _ in range(3)]
    ids = [*(task.id for task in waiting), lost.id]
    got = await asyncio.gather(*(tasks.claim(task_id, "w", LEASE, running_limit=3) for task_id in ids))
    assert isinstance(got.pop(), Task)
    assert sorted(str(one) for one in got if not isinstance(one, Task)) == ["busy"]


async def test_what_is_finished_together_has_each_its_own_result(tasks: PostgresTasks) -> None:
    running = [await claimed(tasks, await created(tasks)) for _ in range(12)]
    results = [TaskResult(summary={"n": [n, {"deep": [n]}]}) for n in range(12)]
    done = await asyncio.gather(
        *(
            tasks.finish(task.lease, result, {"headCommit": str(n)} if n % 2 else {}, actor=f"w{n}")
            for n, (task, result) in enumerate(zip(running, results, strict=True))
        )
    )
    assert [one.metadata if one else None for one in done] == [
        {"headCommit": str(n)} if n % 2 else {} for n in range(12)
    ]
    assert [await tasks.result(task.id) for task in running] == results
    assert [(await tasks.timeline(task.id))[-1].actor for task in running] == [f"w{n}" for n in range(12)]


async def test_a_heartbeat_renews_the_lease_and_tells_of_a_cancel(tasks: PostgresTasks) -> None:
    running = await claimed(tasks, await created(tasks), timedelta(milliseconds=1))
    assert await tasks.heartbeat(running.lease, LEASE) == Heartbeat.HELD
    assert await tasks.requeue_stale() == []
    marked = await tasks.cancel(running.id, "org", actor="user")
    assert marked is not None
    assert marked.status is TaskStatus.IN_PROGRESS
    assert await tasks.heartbeat(running.lease, LEASE) == Heartbeat.CANCEL
    assert await tasks.cancel(running.id, "org", actor="user") is None
    ended = await tasks.end_cancelled(running.lease, actor="worker")
    assert ended is not None
    assert ended.status is TaskStatus.CANCELLED


async def test_a_worker_that_lost_its_lease_writes_nothing(tasks: PostgresTasks) -> None:
    old = await claimed(tasks, await created(tasks), GONE)
    fresh = await claimed(tasks, old)
    assert (fresh.attempt, fresh.losses, fresh.crash_count) == (2, 1, 0)
    assert await tasks.heartbeat(old.lease, LEASE) == Heartbeat.LOST
    assert not await tasks.progress(old.lease, "late", 50)
    assert await tasks.finish(old.lease, RESULT, {}, actor="old") is None
    assert await tasks.fail(old.lease, ERROR, actor="old") is None
    assert await tasks.retry(old.lease, ERROR, crashed=False, actor="old") is None
    assert await tasks.release(old.lease, actor="old") is None
    assert await tasks.result(old.id) is None
    assert await tasks.finish(fresh.lease, RESULT, {}, actor="fresh") is not None
    assert await ends(tasks, old) == [TaskStatus.COMPLETED]


async def test_what_has_ended_never_changes(tasks: PostgresTasks, database: Database) -> None:
    running = await claimed(tasks, await created(tasks))
    done = await tasks.fail(running.lease, ERROR, actor="worker")
    assert done is not None
    assert await tasks.finish(running.lease, RESULT, {}, actor="worker") is None
    assert await tasks.cancel(done.id, None, actor="user") is None
    assert await tasks.claim(done.id, "worker", LEASE) == NotClaimed.GONE
    assert await tasks.find(done.id) == done
    async with database.pool.acquire() as connection:
        with pytest.raises(asyncpg.CheckViolationError, match="has ended"):
            await connection.execute("UPDATE tasks SET state = 'x' WHERE id = $1", done.id)


async def test_a_transient_failure_waits_and_is_tried_again(tasks: PostgresTasks) -> None:
    running = await claimed(tasks, await created(tasks))
    waiting = await tasks.retry(running.lease, ERROR, crashed=False, actor="worker")
    assert waiting is not None
    assert (waiting.status, waiting.retry_count, waiting.crash_count) == (TaskStatus.PENDING, 1, 0)
    assert waiting.error == ERROR
    await due(waiting)
    assert (await claimed(tasks, waiting)).attempt == 2


async def test_back_off_is_spread_and_bounded(tasks: PostgresTasks) -> None:
    waits = set()
    for _ in range(20):
        running = await claimed(tasks, await created(tasks))
        waiting = await tasks.retry(running.lease, ERROR, crashed=False, actor="worker")
        assert waiting is not None
        waits.add((waiting.run_at - waiting.updated_at).total_seconds())
    assert max(waits) <= 0.05
    assert len(waits) > 10


async def test_what_is_handed_back_is_due_at_once_and_not_counted(tasks: PostgresTasks) -> None:
    running = await claimed(tasks, await created(tasks))
    back = await tasks.release(running.lease, actor="worker")
    assert back is not None
    assert (back.retry_count, back.crash_count) == (0, 0)
    assert (await claimed(tasks, back)).attempt == 2


async def test_a_lease_that_ran_out_is_queued_again(tasks: PostgresTasks) -> None:
    lost = await claimed(tasks, await created(tasks), GONE)
    held = await claimed(tasks, await created(tasks))
    (again,) = await tasks.requeue_stale()
    assert (again.id, again.status, again.losses) == (lost.id, TaskStatus.PENDING, 1)
    looked = await tasks.find(held.id)
    assert looked is not None
    assert looked.status is TaskStatus.IN_PROGRESS
    assert [one.message.task_id for one in await tasks.take_unpublished(10)] == [lost.id]


async def test_a_lost_task_that_somebody_cancelled_is_cancelled(tasks: PostgresTasks) -> None:
    lost = await claimed(tasks, await created(tasks), GONE)
    await tasks.cancel(lost.id, None, actor="user")
    (ended,) = await tasks.requeue_stale()
    assert ended.status is TaskStatus.CANCELLED


@pytest.mark.parametrize("how", ["retry", "release"])
async def test_what_is_cancelled_is_not_queued_again(tasks: PostgresTasks, how: str) -> None:
    running = await claimed(tasks, await created(tasks))
    await tasks.cancel(running.id, None, actor="user")
    if how == "retry":
        ended = await tasks.retry(running.lease, ERROR, crashed=False, actor="worker")
    else:
        ended = await tasks.release(running.lease, actor="worker")
    assert ended is not None
    assert ended.status is TaskStatus.CANCELLED
    assert await ends(tasks, running) == [TaskStatus.CANCELLED]


async def test_an_idempotency_key_gives_the_same_task(tasks: PostgresTasks) -> None:
    first = await tasks.create(new(idempotency_key="k", input_hash="h"))
    second = await tasks.create(new(idempotency_key="k", input_hash="h"))
    assert (first.is_new, second.is_new, second.task.id) == (True, False, first.task.id)
    assert (await tasks.create(new("other", idempotency_key="k", input_hash="h"))).is_new
    with pytest.raises(TaskConflictError):
        await tasks.create(new(idempotency_key="k", input_hash="another"))


async def test_equal_work_is_not_queued_twice(tasks: PostgresTasks) -> None:
    made = await asyncio.gather(*(tasks.create(new(input_hash="h")) for _ in range(8)))
    assert len({one.task.id for one in made}) == 1
    assert sum(one.is_new for one in made) == 1


async def test_a_completed_answer_is_given_again_while_it_is_kept(tasks: PostgresTasks) -> None:
    running = await claimed(tasks, await created(tasks, input_hash="h"))
    await tasks.finish(running.lease, RESULT, {}, actor="worker")
    pinned = await tasks.create(new(input_hash="h", is_pinned=True))
    assert (pinned.is_new, pinned.task.id) == (False, running.id)
    await tasks.clear_artifacts([running.id])
    assert (await tasks.create(new(input_hash="h", is_pinned=True))).is_new


async def test_a_completed_answer_about_a_branch_is_not_given_again(tasks: PostgresTasks) -> None:
    running = await claimed(tasks, await created(tasks, input_hash="h"))
    await tasks.finish(running.lease, RESULT, {}, actor="worker")
    assert (await tasks.create(new(input_hash="h"))).is_new


async def test_too_many_waiting_tasks_are_refused(tasks: PostgresTasks) -> None:
    for _ in range(2):
        await tasks.create(new(), queued_limit=2)
    with pytest.raises(TooManyTasksError):
        await tasks.create(new(), queued_limit=2)
    assert (await tasks.create(new("other"), queued_limit=2)).is_new


async def test_another_organizations_task_is_not_seen(tasks: PostgresTasks) -> None:
    task = await created(tasks)
    assert await tasks.find(task.id, "other") is None
    assert await tasks.cancel(task.id, "other", actor="user") is None
    assert await tasks.list_tasks("other") == []
    assert await tasks.find(task.id, "org") == task


async def test_lists_are_paged_latest_first(tasks: PostgresTasks) -> None:
    made = [await created(tasks) for _ in range(5)]
    page = await tasks.list_tasks("org", limit=3)
    rest = await tasks.list_tasks("org", before=page[-1].id, limit=3)
    assert [task.id for task in page + rest] == [task.id for task in reversed(made)]
    await claimed(tasks, made[0])
    running = await tasks.list_tasks("org", status=TaskStatus.IN_PROGRESS, kind=TaskKind.IMPACT)
    assert [task.id for task in running] == [made[0].id]


async def test_a_copy_is_a_new_task_and_the_old_one_stays(tasks: PostgresTasks) -> None:
    running = await claimed(tasks, await created(tasks, idempotency_key="k"))
    assert await tasks.copy(running.id, "org", actor="user") is None
    failed = await tasks.fail(running.lease, ERROR, actor="worker")
    copy = await tasks.copy(running.id, "org", actor="user")
    assert copy is not None
    assert (copy.status, copy.request, copy.metadata) == (
        TaskStatus.PENDING, running.request, {"retryOf": str(running.id)}
    )  # fmt: skip
    assert await tasks.find(running.id) == failed


async def test_the_task_of_a_dead_message_fails_unless_it_has_moved_on(tasks: PostgresTasks) -> None:
    waiting, running = await created(tasks), await claimed(tasks, await created(tasks))
    failed = await tasks.fail_waiting(waiting.lease, ERROR, actor="worker")
    assert failed is not None
    assert failed.status is TaskStatus.FAILED
    assert await tasks.fail_waiting(Lease(running.id, 0), ERROR, actor="worker") is None


async def test_retention_removes_what_has_ended_only(tasks: PostgresTasks) -> None:
    waiting = await created(tasks)
    running = await claimed(tasks, await created(tasks))
    await tasks.fail(running.lease, ERROR, actor="worker")
    assert await tasks.expired(timedelta(days=1)) == []
    assert await tasks.expired(timedelta(0)) == [running.id]
    await tasks.remove([running.id, waiting.id])
    assert await tasks.find(running.id) is None
    assert await tasks.timeline(running.id) == []
    assert await tasks.needing_sealed([running.id, waiting.id]) == {waiting.id}


async def test_of_too_many_ended_tasks_the_oldest_are_surplus(tasks: PostgresTasks) -> None:
    ended = []
    for organization in ("one", "one", "one", "other"):
        task = await claimed(tasks, await created(tasks, organization))
        await tasks.fail(task.lease, ERROR, actor="worker")
        ended.append(task.id)
    await created(tasks, "one")
    assert await tasks.surplus(3) == []
    assert set(await tasks.surplus(1)) == set(ended[:2])
    assert await tasks.surplus(1, limit=1) == [ended[1]]


async def test_a_task_that_is_to_be_cancelled_does_not_complete(tasks: PostgresTasks) -> None:
    running = await claimed(tasks, await created(tasks))
    assert await tasks.cancel(running.id, "org", actor="user")
    # A second cancellation only adds its reason, once.
    for expected in (True, False):
        changed = await tasks.cancel(running.id, "org", actor="user", reason={DELETED: True})
        assert (changed is not None) is expected
    assert await tasks.finish(running.lease, RESULT, {}, actor="worker") is None
    ended = await tasks.end_cancelled(running.lease, actor="worker")
    assert ended is not None
    assert (ended.status, ended.metadata) == (TaskStatus.CANCELLED, {DELETED: True})
    assert await ends(tasks, running) == [TaskStatus.CANCELLED]


async def test_the_oldest_task_that_is_due_is_known(tasks: PostgresTasks) -> None:
    assert await tasks.oldest_due_s() == 0
    await created(tasks)
    await asyncio.sleep(0.1)
    assert 0.1 <= await tasks.oldest_due_s() < 30


async def test_listeners_hear_of_changes(tasks: PostgresTasks) -> None:
    task = await created(tasks)
    async with tasks.changes() as ids:
        await claimed(tasks, task)
        async with asyncio.timeout(5):
            assert await anext(aiter(ids)) == task.id


async def test_a_broken_connection_is_said_and_the_next_call_works(
    tasks: PostgresTasks, database: Database
) -> None:
    task = await created(tasks)
    own = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with pytest.raises(DatabaseAwayError):
        await killed(database, own)
    for _ in range(20):
        try:
            assert await tasks.find(task.id) == task
            return
        except DatabaseAwayError:
            continue
    pytest.fail("the database did not come back")


async def killed(database: Database, statement: str) -> None:
    with raising_when_away():
        await database.pool.execute(statement)


async def test_what_is_done_together_is_done_one_by_one(tasks: PostgresTasks) -> None:
    """Calls at once go as one transaction: each has its own answer, and twice the same has one winner."""
    news = [new(input_hash=f"hash {n % 10}") for n in range(40)]
    made = await asyncio.gather(*(tasks.create(one) for one in news))
    assert sum(one.is_new for one in made) == 10
    assert all(one.task.input_hash == wanted.input_hash for one, wanted in zip(made, news, strict=True))
    ids = {one.task.id for one in made}
    got = await asyncio.gather(*(tasks.claim(task_id, "w", LEASE) for task_id in [*ids, *ids, uuid4()]))
    held = [one for one in got if isinstance(one, Task)]
    assert {one.id for one in held} == ids
    assert len(held) == 10
    finishing = [tasks.finish(one.lease, RESULT, {}, actor="w") for one in held for _ in range(2)]
    ended = await asyncio.gather(*finishing)
    assert sum(one is not None for one in ended) == 10
    assert {len(await tasks.timeline(task_id)) for task_id in ids} == {3}


async def test_of_what_is_done_together_only_the_faulty_fails(tasks: PostgresTasks) -> None:
    fine = [tasks.create(new()) for _ in range(8)]
    made = await asyncio.gather(*fine, tasks.create(new(trace_id="x" * 201)), return_exceptions=True)
    assert isinstance(made.pop(), asyncpg.CheckViolationError)
    found = [await tasks.find(one.task.id) for one in made if not isinstance(one, BaseException)]
    assert len([one for one in found if one]) == 8
