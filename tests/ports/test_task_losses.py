"""The `Tasks` port: which lost worker counts against a task, and how long what is sealed is kept."""

from datetime import timedelta

import pytest

from kodus_ast.adapters.postgres_tasks import PostgresTasks
from kodus_ast.models.tasks import SEALED, Lease, Task
from ports.test_tasks import ERROR, GONE, LEASE, claimed, created, due


async def claimed_alone(tasks: PostgresTasks, task: Task, lease: timedelta = LEASE) -> Task:
    got = await tasks.claim(task.id, "worker", lease, alone=True)
    assert isinstance(got, Task)
    return got


async def again(tasks: PostgresTasks, task: Task, how: str) -> Task:
    """The task after its worker was lost: claimed by the next one, or requeued by the reaper."""
    if how == "claim":
        return await claimed(tasks, task)
    (requeued,) = await tasks.requeue_stale()
    return requeued


@pytest.mark.parametrize("how", ["claim", "reaper"])
async def test_a_worker_that_is_lost_with_a_task_alone_counts_against_it(
    tasks: PostgresTasks, how: str
) -> None:
    task = await again(tasks, await claimed_alone(tasks, await created(tasks), GONE), how)
    assert (task.crash_count, task.losses) == (1, 0)


@pytest.mark.parametrize("how", ["claim", "reaper"])
async def test_a_worker_that_is_lost_with_several_counts_against_none(tasks: PostgresTasks, how: str) -> None:
    task = await again(tasks, await claimed(tasks, await created(tasks), GONE), how)
    assert (task.crash_count, task.losses) == (0, 1)
    # Alone in an earlier attempt is not alone in this one.
    other = await claimed_alone(tasks, await created(tasks))
    await tasks.release(other.lease, actor="worker")
    task = await again(tasks, await claimed(tasks, other, GONE), how)
    assert (task.crash_count, task.losses) == (0, 1)


async def test_from_when_on_a_task_is_alone_is_recorded_by_its_holder_only(tasks: PostgresTasks) -> None:
    running = await claimed(tasks, await created(tasks))
    assert not await tasks.mark_alone(Lease(running.id, running.attempt - 1))
    assert await tasks.mark_alone(running.lease)
    now = await tasks.find(running.id)
    assert now is not None
    assert now.is_alone
    await tasks.heartbeat(running.lease, GONE)
    (requeued,) = await tasks.requeue_stale()
    assert (requeued.crash_count, requeued.losses) == (1, 0)


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("how", ["claim", "reaper"])
async def test_a_loss_is_taken_back_once_it_is_known_to_be_none(
    tasks: PostgresTasks, how: str, alone: bool
) -> None:
    take = claimed_alone if alone else claimed
    lost = await take(tasks, await created(tasks), GONE)
    await again(tasks, lost, how)
    await tasks.excuse_loss(lost.lease, was_alone=alone)
    now = await tasks.find(lost.id)
    assert now is not None
    assert (now.crash_count, now.losses) == (0, 0)
    # Nothing is below zero, and nobody is excused who holds the lease.
    await tasks.excuse_loss(Lease(now.id, now.attempt), was_alone=alone)
    assert await tasks.find(lost.id) == now or now.losses == 0


@pytest.mark.parametrize(("beside", "counts"), [(False, (1, 0)), (True, (0, 1))])
async def test_a_child_that_died_beside_others_counts_as_a_loss(
    tasks: PostgresTasks, beside: bool, counts: tuple[int, int]
) -> None:
    running = await claimed(tasks, await created(tasks))
    waiting = await tasks.retry(running.lease, ERROR, crashed=True, actor="worker", beside_others=beside)
    assert waiting is not None
    assert (waiting.crash_count, waiting.losses) == counts
    await due(waiting)


async def test_a_copy_begins_anew(tasks: PostgresTasks) -> None:
    task = await created(tasks, metadata={SEALED: "of the first"})
    for _ in range(2):
        task = await again(tasks, await claimed(tasks, task, GONE), "reaper")
    running = await claimed_alone(tasks, task)
    failed = await tasks.fail(running.lease, ERROR, actor="worker", keep_sealed=timedelta(days=1))
    assert failed is not None
    copy = await tasks.copy(failed.id, "org", actor="user", sealed="its own")
    assert copy is not None
    assert copy.metadata == {"retryOf": str(failed.id), SEALED: "its own"}


@pytest.mark.parametrize("how", ["fail", "fail_waiting"])
async def test_what_is_sealed_of_a_task_that_was_given_up_is_needed_for_a_time(
    tasks: PostgresTasks, how: str
) -> None:
    async def failed(keep: timedelta | None, **metadata: str) -> Task:
        task = await created(tasks, metadata=metadata)
        lease = task.lease if how == "fail_waiting" else (await claimed(tasks, task)).lease
        ended: Task | None = await getattr(tasks, how)(lease, ERROR, actor="worker", keep_sealed=keep)
        assert ended is not None
        return ended

    kept = await failed(timedelta(days=1), sealed="name")
    over = await failed(timedelta(seconds=-1), sealed="name")
    at_once = await failed(None, sealed="name")
    nothing = await failed(timedelta(days=1))
    waiting = await created(tasks)
    ids = [task.id for task in (kept, over, at_once, nothing, waiting)]
    assert await tasks.needing_sealed(ids) == {kept.id, waiting.id}
