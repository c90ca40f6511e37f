"""The `Tasks` port as an outbox: what is published, in which order, and what is held back."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from kodus_ast.adapters.database import Database
from kodus_ast.adapters.postgres_tasks import PostgresTasks
from kodus_ast.models.tasks import (
    Heartbeat,
    Message,
    NewTask,
    Priority,
    Task,
    TaskKind,
    Unpublished,
    lane_of,
    new_id,
)
from kodus_ast.outbox import IDLE_S, MIN_WINDOW, Window
from ports.test_tasks import ERROR, LEASE, claimed, created


async def test_the_outbox_gives_each_task_once_and_again_when_it_was_not_confirmed(
    tasks: PostgresTasks, database: Database
) -> None:
    task = await created(tasks)
    first, second = await asyncio.gather(tasks.take_unpublished(10), tasks.take_unpublished(10))
    assert [one.message.task_id for one in (*first, *second)] == [task.id]
    # The relay that took it has died: its reservation ends.
    await database.pool.execute("UPDATE tasks SET publish_at = now()")
    taken = await tasks.take_unpublished(10)
    await tasks.mark_published(taken)
    assert await tasks.take_unpublished(10) == []
    await database.pool.execute("UPDATE tasks SET publish_at = now()")
    assert [late.message.task_id for late in await tasks.take_unpublished(10)] == [task.id]


async def test_a_confirm_that_comes_late_does_not_hide_the_next_attempt(tasks: PostgresTasks) -> None:
    task = await created(tasks)
    taken = await tasks.take_unpublished(10)
    # A worker was quicker than the confirm.
    running = await claimed(tasks, task)
    waiting = await tasks.release(running.lease, actor="worker")
    await tasks.mark_published(taken)
    assert waiting is not None
    assert [one.message.task_id for one in await tasks.take_unpublished(10)] == [task.id]


def ids_of(unpublished: Sequence[Unpublished]) -> list[UUID]:
    return [one.message.task_id for one in unpublished]


async def test_the_outbox_holds_back_what_an_organization_may_not_run_yet(tasks: PostgresTasks) -> None:
    made = [await created(tasks) for _ in range(5)]
    other = await created(tasks, "other")
    small = (await tasks.create(NewTask(organization_id="org", kind=TaskKind.CONTENT, request={}))).task
    taken = await tasks.take_unpublished(10, running_limit=2)
    assert set(ids_of(taken)) == {made[0].id, made[1].id, other.id, small.id}
    assert ids_of(taken).index(made[0].id) < ids_of(taken).index(made[1].id)
    assert await tasks.held() == {"org": 3}
    await tasks.mark_published(taken)
    # Published, then running: both take the place of others.
    first = await claimed(tasks, made[0])
    assert await tasks.take_unpublished(10, running_limit=2) == []
    await tasks.fail(first.lease, ERROR, actor="worker")
    assert ids_of(await tasks.take_unpublished(10, running_limit=2)) == [made[2].id]


async def test_the_schema_knows_the_lane_of_every_kind(database: Database) -> None:
    for kind in (*TaskKind, "a kind of a later release"):
        assert await database.pool.fetchval("SELECT lane_of($1)", kind) == lane_of(kind)


async def test_the_outbox_gives_high_priority_first_then_the_first(tasks: PostgresTasks) -> None:
    given = (Priority.LOW, Priority.MEDIUM, Priority.HIGH, Priority.MEDIUM, Priority.HIGH)
    made = [await created(tasks, priority=priority) for priority in given]
    order: list[UUID] = []
    for _ in given:
        (one,) = ids_of(await tasks.take_unpublished(10, running_limit=1))
        order.append(one)
        running = await tasks.claim(one, "worker", LEASE, running_limit=1)
        assert isinstance(running, Task)
        await tasks.fail(running.lease, ERROR, actor="worker")
    assert order == [made[number].id for number in (2, 4, 1, 3, 0)]


async def test_organizations_take_turns_in_the_outbox(tasks: PostgresTasks) -> None:
    made = {name: [await created(tasks, name) for _ in range(3)] for name in ("one", "other")}
    taken = ids_of(await tasks.take_unpublished(4))
    assert set(taken[:2]) == {made["one"][0].id, made["other"][0].id}
    assert set(taken[2:]) == {made["one"][1].id, made["other"][1].id}


async def test_not_much_more_is_published_than_runs(tasks: PostgresTasks) -> None:
    """Else a later task of another organization would queue behind all of it."""
    made = [await created(tasks) for _ in range(40)]
    first = await tasks.take_unpublished(100, window=4)
    assert ids_of(first) == [task.id for task in made[:4]]
    await tasks.mark_published(first)
    assert await tasks.take_unpublished(100, window=4) == []
    for task in made[:3]:
        await claimed(tasks, task)
    second = await tasks.take_unpublished(100, window=4)
    assert ids_of(second) == [task.id for task in made[4:7]]
    assert [one.unclaimed for one in second] == [1] * 3
    assert len(await tasks.take_unpublished(100, window=8)) == 4


def test_the_window_follows_how_fast_tasks_are_claimed() -> None:
    def taken(number: int, unclaimed: int) -> list[Unpublished]:
        message = Message(new_id(), TaskKind.IMPACT)
        return [Unpublished(message, datetime.now(UTC), unclaimed)] * number

    now = 0.0
    window = Window(lambda: now)
    seen = []
    for _ in range(8):
        window.adapt(taken(window.size, 0))
        seen.append(window.size)
    assert seen == [4, 8, 16, 32, 64, 128, 128, 128]
    # Few are waiting, more than half are still unclaimed, or nothing may be published now: as before.
    for rest in (taken(3, 0), taken(60, 68), []):
        window.adapt(rest)
        assert window.size == 128
    # Most are still unclaimed, or nothing has been published for a while: less.
    window.adapt(taken(28, 100))
    assert window.size == 64
    now = IDLE_S + 0.1
    window.adapt([])
    assert window.size == MIN_WINDOW
    # Long tasks have filled two free slots: no reason for more.
    for round_ in (taken(4, 0), taken(2, 2), [], taken(1, 3), [], taken(1, 3)):
        window.adapt(round_)
    assert window.size <= 2 * MIN_WINDOW


async def test_what_the_queue_did_not_take_is_due_again_in_its_place(tasks: PostgresTasks) -> None:
    made = [await created(tasks) for _ in range(3)]
    taken = await tasks.take_unpublished(10, running_limit=2)
    await tasks.return_unpublished(taken)
    assert ids_of(await tasks.take_unpublished(10, running_limit=2)) == [task.id for task in made[:2]]
    # One that was claimed meanwhile stays claimed.
    again = await claimed(tasks, made[0])
    await tasks.return_unpublished(taken)
    assert await tasks.heartbeat(again.lease, LEASE) == Heartbeat.HELD
