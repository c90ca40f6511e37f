"""Only a task whose process died while it ran alone is poison; what was given up can be submitted again."""

import asyncio
import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from faults.test_kills import start
from faults.test_worker import NOTHING, ended, submitted, working
from kodus_ast.errors import ChildKilledError, GitError, RepositoryNotFoundError, SealedGoneError
from kodus_ast.models.task_requests import RepoAuth, Sealed
from kodus_ast.models.tasks import Lease, Task, TaskError, TaskKind, TaskStatus
from kodus_ast.outbox import Outbox
from kodus_ast.ports import ServiceContext
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.worker import Worker
from kodus_ast.worker.attempt import MAX_CRASHES, MAX_LOSSES
from kodus_ast.worker.maintenance import Maintenance
from sample_repositories import Lab

SEALED = Sealed(head_auth=RepoAuth(token="canary-token"), diff="canary diff")


async def found(service: ServiceContext, task: Task) -> Task:
    now = await service.tasks.find(task.id)
    assert now is not None
    return now


async def lost(service: ServiceContext, *tasks: Task, times: int = 1) -> None:
    """Their worker is lost, that many times, with all of them running beside each other."""
    for _ in range(times):
        for task in tasks:
            assert isinstance(await service.tasks.claim(task.id, "lost", timedelta(seconds=-1)), Task)
        await service.tasks.requeue_stale()


async def kill_worker(service: ServiceContext, lab: Lab) -> None:
    """Runs a worker with two slots, whose tasks kill it if they are made to."""
    process = await start(lab, service, "by_request")
    try:
        async with asyncio.timeout(30):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.timeout(300)
async def test_bystanders_of_a_task_that_kills_its_worker_end_and_it_alone_is_poison(
    service: ServiceContext, lab: Lab
) -> None:
    innocents = [await submitted(service, organization=f"o{number}") for number in range(3)]
    poison = await submitted(service, organization="p", request={"kills": True})
    await Outbox(service).publish_due()
    kills = 0
    while (await found(service, poison)).crash_count < MAX_CRASHES:
        await kill_worker(service, lab)
        kills += 1
        assert kills <= 6
        await asyncio.sleep(service.settings.service.lease.total_seconds() + 0.1)
        await service.tasks.requeue_stale()
    # Beside others until it is a suspect, then alone.
    assert kills == MAX_LOSSES + MAX_CRASHES

    async def do(_: TaskContext) -> Outcome:
        return NOTHING

    async with working(service, {TaskKind.IMPACT: do}):
        for task in innocents:
            done = await ended(service, task, 40)
            assert (done.status, done.crash_count) == (TaskStatus.COMPLETED, 0), done.error
        done = await ended(service, poison)
    assert done.error is not None
    assert (done.status, done.error.code) == (TaskStatus.FAILED, "poison")


async def test_any_number_of_lost_workers_makes_no_bystander_poison(service: ServiceContext) -> None:
    tasks = [await submitted(service, organization=f"o{number}") for number in range(3)]
    await lost(service, *tasks, times=5)
    assert [(await found(service, task)).losses for task in tasks] == [5] * 3
    running: set[UUID] = set()
    beside: list[int] = []

    async def do(context: TaskContext) -> Outcome:
        running.add(context.task.id)
        for _ in range(10):
            beside.append(len(running))
            await asyncio.sleep(0.02)
        running.discard(context.task.id)
        return NOTHING

    async with working(service, {TaskKind.IMPACT: do}):
        others = [await submitted(service, organization=f"n{number}") for number in range(2)]
        for task in [*tasks, *others]:
            assert (await ended(service, task)).status is TaskStatus.COMPLETED
    assert {(await found(service, task)).crash_count for task in tasks} == {0}
    assert beside.count(1) >= 30


async def test_a_suspect_runs_alone(service: ServiceContext) -> None:
    suspect = await submitted(service)
    await lost(service, suspect, times=MAX_LOSSES)
    running, most = set[UUID](), list[tuple[bool, int]]()

    async def do(context: TaskContext) -> Outcome:
        running.add(context.task.id)
        await asyncio.sleep(0.2)
        most.append((context.task.id == suspect.id, len(running)))
        running.discard(context.task.id)
        return NOTHING

    others = [await submitted(service, organization=f"o{number}") for number in range(6)]
    async with working(service, {TaskKind.IMPACT: do}):
        for task in [suspect, *others]:
            assert (await ended(service, task)).status is TaskStatus.COMPLETED
    assert [number for is_suspect, number in most if is_suspect] == [1]
    assert max(number for _, number in most) == 2


async def test_a_suspect_that_waits_to_be_alone_can_be_stopped(service: ServiceContext) -> None:
    started, release = asyncio.Event(), asyncio.Event()

    async def wait(_: TaskContext) -> Outcome:
        started.set()
        await release.wait()
        return NOTHING

    suspects = [await submitted(service, organization=f"o{number}") for number in range(2)]
    await lost(service, *suspects, times=MAX_LOSSES)
    for suspect in suspects:
        # They come when the other one runs.
        assert await service.tasks.defer(suspect.id, timedelta(seconds=3))
    async with working(service, {TaskKind.IMPACT: wait}) as worker:
        holder = await submitted(service, organization="holder")
        async with asyncio.timeout(10):
            await started.wait()
        async with asyncio.timeout(20):
            while not all([(await found(service, one)).worker_id == worker.name for one in suspects]):
                await asyncio.sleep(0.05)
        await service.tasks.cancel(suspects[0].id, None, actor="user")
        assert (await ended(service, suspects[0])).status is TaskStatus.CANCELLED
        release.set()
        for task in (holder, suspects[1]):
            assert (await ended(service, task)).status is TaskStatus.COMPLETED


@pytest.mark.parametrize(
    ("cause", "company", "counted"),
    [("crash", True, (1, 0)), ("memory", True, (1, 0)), ("killed", True, (0, 1)), ("killed", False, (1, 0))],
)
async def test_a_child_that_is_killed_from_outside_beside_others_is_no_suspect(
    service: ServiceContext, cause: str, company: bool, counted: tuple[int, int]
) -> None:
    both, waiting = asyncio.Barrier(2), asyncio.Event()

    async def die(context: TaskContext) -> Outcome:
        if context.task.attempt > 1:
            return NOTHING
        if company:
            await both.wait()
        if context.task.organization_id == "beside":
            await waiting.wait()
            return NOTHING
        raise ChildKilledError(None, cause)

    async with working(service, {TaskKind.IMPACT: die}):
        task = await submitted(service)
        if company:
            beside = await submitted(service, organization="beside")
        done = await ended(service, task)
        waiting.set()
        if company:
            await ended(service, beside)
    assert done.status is TaskStatus.COMPLETED
    assert (done.crash_count, done.losses) == counted


async def test_a_worker_that_lives_though_it_lost_its_lease_is_no_lost_worker(
    service: ServiceContext,
) -> None:
    started = asyncio.Event()

    async def wait(_: TaskContext) -> Outcome:
        started.set()
        await asyncio.Event().wait()
        return NOTHING

    for slots in (1, 2):
        started.clear()
        worker = Worker(service, slots=slots, handlers={TaskKind.IMPACT: wait})
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(stop))
        task = await submitted(service, organization=f"o{slots}")
        async with asyncio.timeout(10):
            await started.wait()
        # As after a stall: the lease ran out, and the reaper of another worker has taken it.
        lease = Lease(task.id, (await found(service, task)).attempt)
        await service.tasks.heartbeat(lease, timedelta(seconds=-1))
        await service.tasks.requeue_stale()
        stop.set()
        async with asyncio.timeout(20):
            while (now := await found(service, task)).attempt == 1 and now.losses + now.crash_count:
                await asyncio.sleep(0.05)
            await running
        now = await found(service, task)
        assert (now.losses, now.crash_count) == (0, 0), slots


async def given_up(service: ServiceContext, **more: Any) -> Task:
    """A task that was tried until it was a dead letter."""

    async def fail(context: TaskContext) -> Outcome:
        assert await context.sealed() == SEALED
        raise GitError

    eager = replace(service.settings, service=replace(service.settings.service, retries=0, **more))
    async with working(replace(service, settings=eager), {TaskKind.IMPACT: fail}):
        task = await submitted(service, sealed=SEALED)
        done = await ended(service, task)
    assert done.status is TaskStatus.FAILED
    return done


@pytest.mark.usefixtures("store")
async def test_what_was_given_up_is_submitted_again_with_what_was_sealed(service: ServiceContext) -> None:
    done = await given_up(service)
    maintenance = Maintenance(service, Outbox(service))
    for _ in range(2):
        await maintenance.remove_unowned_secrets()
    read: list[Sealed] = []

    async def do(context: TaskContext) -> Outcome:
        read.append(await context.sealed())
        return NOTHING

    outbox = Outbox(service)
    copies = [await outbox.copy(done, "org", actor="client"), await outbox.copy(done, None, actor="operator")]
    async with working(service, {TaskKind.IMPACT: do}):
        for copy in copies:
            assert copy is not None
            assert copy.sealed_name != done.sealed_name
            assert (await ended(service, copy)).status is TaskStatus.COMPLETED
    assert read == [SEALED, SEALED]
    # Each had its own; that of the first is kept until its time is over.
    assert await service.secrets.list_sealed() == [(done.id, done.sealed_name)]


@pytest.mark.usefixtures("store")
async def test_what_was_sealed_is_removed_when_its_time_is_over(service: ServiceContext) -> None:
    done = await given_up(service, dead_letter_retention=timedelta(seconds=1))
    maintenance = Maintenance(service, Outbox(service))
    assert await service.secrets.list_sealed() == [(done.id, done.sealed_name)]
    await asyncio.sleep(1.1)
    for _ in range(2):
        await maintenance.remove_unowned_secrets()
    assert await service.secrets.list_sealed() == []
    with pytest.raises(SealedGoneError):
        await Outbox(service).copy(done, "org", actor="client")
    assert len(await service.tasks.list_tasks("org")) == 1


async def test_nothing_sealed_is_kept_where_that_is_configured(service: ServiceContext) -> None:
    await given_up(service, dead_letter_retention=timedelta(0))
    assert await service.secrets.list_sealed() == []


async def test_what_failed_for_good_keeps_nothing_sealed(service: ServiceContext) -> None:
    async def fail(_: TaskContext) -> Outcome:
        raise RepositoryNotFoundError

    async with working(service, {TaskKind.IMPACT: fail}):
        await ended(service, await submitted(service, sealed=SEALED))
    async with asyncio.timeout(5):
        while await service.secrets.list_sealed():
            await asyncio.sleep(0.05)


async def test_the_task_of_a_message_that_died_in_the_queue_keeps_what_was_sealed(
    service: ServiceContext,
) -> None:
    task = await submitted(service, sealed=SEALED)
    keep = service.settings.service.dead_letter_retention
    error = TaskError("dead_letter", "rejected", retryable=True)
    failed = await service.tasks.fail_waiting(task.lease, error, actor="w", keep_sealed=keep)
    assert failed is not None
    copy = await Outbox(service).copy(failed, "org", actor="client")
    assert copy is not None
    assert copy.sealed_name
    assert await service.secrets.open(copy.id, copy.sealed_name) == SEALED
