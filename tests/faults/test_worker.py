"""The worker in this process: messages, the transition for each outcome, stopping."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from kodus_ast.adapters.service_context import connect_service as connected
from kodus_ast.errors import (
    ChildKilledError,
    DatabaseAwayError,
    GitError,
    RepositoryNotFoundError,
    StalledError,
    StorageError,
)
from kodus_ast.graph import default_limits
from kodus_ast.models.task_requests import (
    ChunkRequest,
    GivenFile,
    GraphRequest,
    ImpactRequest,
    RepoRef,
    Sealed,
    ValidateRequest,
    as_row,
)
from kodus_ast.models.tasks import NewTask, Task, TaskKind, TaskResult, TaskStatus
from kodus_ast.outbox import Outbox
from kodus_ast.ports import Delivery, Queue, ServiceContext, Tasks
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.tasks import HANDLERS, Handler
from kodus_ast.worker import Worker
from kodus_ast.worker.lane_slots import SLOT_WAIT_S
from sample_repositories import Lab, Repo

NOTHING = Outcome(TaskResult(summary={}))


@asynccontextmanager
async def working(
    service: ServiceContext, handlers: dict[str, Handler] | None = None
) -> AsyncIterator[Worker]:
    """A worker with these handlers for as long as the block lasts."""
    worker = Worker(service, slots=2, handlers=handlers or HANDLERS)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield worker
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)


async def submitted(service: ServiceContext, kind: TaskKind = TaskKind.IMPACT, **more: Any) -> Task:
    sealed = more.pop("sealed", None)
    new = NewTask(organization_id=more.pop("organization", "org"), kind=kind, **{"request": {}, **more})
    return (await Outbox(service).submit(new, sealed)).task


async def ended(service: ServiceContext, task: Task, timeout_s: float = 20) -> Task:
    """The task once it has ended; with exactly one terminal event."""
    async with asyncio.timeout(timeout_s):
        while True:
            now = await service.tasks.find(task.id)
            assert now is not None
            if now.status.is_terminal:
                break
            await asyncio.sleep(0.05)
    events = await service.tasks.timeline(task.id)
    assert [event.status for event in events if event.status.is_terminal] == [now.status]
    return now


async def test_the_main_job_from_submission_to_result(service: ServiceContext, shop: Repo) -> None:
    url = f"file://{shop.path}"
    request = ImpactRequest(
        base_repo=RepoRef(url=url, commit_sha=shop.git("rev-parse", "HEAD~1")),
        head_repo=RepoRef(url=url, branch="main"),
    )
    async with working(service):
        sealed = Sealed(diff=shop.git("diff", "HEAD~1", "HEAD"))
        task = await submitted(service, request=as_row(request), sealed=sealed)
        done = await ended(service, task, 50)
    assert done.status is TaskStatus.COMPLETED, done.error
    assert done.metadata["headCommit"] == shop.git("rev-parse", "HEAD")
    result = await service.tasks.result(task.id)
    assert result is not None
    assert result.artifact is not None
    assert result.summary["changes"] > 0
    assert result.summary["limits"] == service.settings.bounds(default_limits())
    assert b'"affected"' in await service.artifacts.read(result.artifact)
    assert await service.secrets.list_sealed() == []
    assert list((service.settings.cache_directory / "work").iterdir()) == []


async def test_a_chunk_is_answered_on_the_graphs_of_another_task(service: ServiceContext, shop: Repo) -> None:
    base = RepoRef(url=f"file://{shop.path}", commit_sha=shop.git("rev-parse", "HEAD~1"))
    head = RepoRef(url=f"file://{shop.path}", branch="main")
    async with working(service):
        request = as_row(GraphRequest(base_repo=base, head_repo=head))
        graphs = await ended(service, await submitted(service, TaskKind.REPOSITORY_GRAPH, request=request))
        assert graphs.status is TaskStatus.COMPLETED, graphs.error
        service.graphs.clear()
        chunk = ChunkRequest(
            base_repo=base, head_repo=head, file_name="shop/price.py", graphs_task_id=graphs.id
        )
        task = await submitted(service, TaskKind.CHUNK_IMPACT, request=as_row(chunk))
        done = await ended(service, task)
    assert done.status is TaskStatus.COMPLETED, done.error
    result = await service.tasks.result(task.id)
    assert result is not None
    assert result.artifact is not None
    functions = msgspec.json.decode(await service.artifacts.read(result.artifact))["functionsAffect"]
    total = next(one for one in functions if "def total" in one["newFunction"])
    assert total["oldFunction"].startswith("1: def total(items, tax):")
    affected = {one["functionName"]: one for one in total["functionsAffect"]}
    assert affected["pay"]["filePath"] == "shop/cart.py"
    assert "return total(self.items, 2)" in affected["pay"]["functionBody"]
    deleted = next(one for one in functions if one["change"] == "deleted")
    assert deleted["newFunction"] == ""
    assert "legacy" in [one["functionName"] for one in deleted["functionsAffect"]]
    assert list(service.settings.cache_directory.glob("graphs/*.graph")) == []


async def test_given_files_are_validated(service: ServiceContext) -> None:
    request = ValidateRequest([GivenFile("1", "a.py"), GivenFile("2", "b.py"), GivenFile("3", "c.zzz")])
    sealed = Sealed(files={"1": b"def f(): ...\n", "2": b"def f(:\n", "3": b"?"})
    async with working(service):
        task = await submitted(service, TaskKind.VALIDATE_CODE, request=as_row(request), sealed=sealed)
        done = await ended(service, task)
    assert done.status is TaskStatus.COMPLETED, done.error
    result = await service.tasks.result(task.id)
    assert result is not None
    assert result.summary["statuses"] == {"VALID": 1, "INVALID_SYNTAX": 1, "UNSUPPORTED_LANGUAGE": 1}


async def test_a_repository_that_is_not_there_fails_at_once(service: ServiceContext, lab: Lab) -> None:
    ref = RepoRef(url=f"file://{lab.path}/missing")
    async with working(service):
        task = await submitted(service, request=as_row(ImpactRequest(base_repo=ref, head_repo=ref)))
        done = await ended(service, task)
    assert done.error is not None
    assert (done.status, done.error.code, done.retry_count) == (
        TaskStatus.FAILED, RepositoryNotFoundError.code, 0
    )  # fmt: skip
    assert await service.queue.list_dead_letters() == []


async def test_a_request_of_another_shape_fails_at_once(service: ServiceContext) -> None:
    async with working(service):
        done = await ended(service, await submitted(service, request={"headRepo": 1}))
    assert done.error is not None
    assert done.error.code == "bad_request"


async def test_transient_failures_are_tried_again_and_then_left_to_operators(service: ServiceContext) -> None:
    tries = 0

    async def fail(_: TaskContext) -> Outcome:
        nonlocal tries
        tries += 1
        raise GitError

    async with working(service, {TaskKind.IMPACT: fail}):
        task = await submitted(service)
        done = await ended(service, task)
    assert done.error is not None
    assert (done.status, done.error.code, tries) == (TaskStatus.FAILED, "git", 3)
    (letter,) = await service.queue.list_dead_letters()
    assert (letter.task_id, letter.reason) == (task.id, "git")


async def test_a_defect_fails_the_task_without_its_words(service: ServiceContext) -> None:
    async def fail(_: TaskContext) -> Outcome:
        raise ValueError("canary")

    async with working(service, {TaskKind.IMPACT: fail}):
        done = await ended(service, await submitted(service))
    assert done.error is not None
    assert done.error.code == "internal"
    assert "canary" not in done.error.message


async def test_two_deaths_of_its_own_child_are_poison(service: ServiceContext) -> None:
    async def die(_: TaskContext) -> Outcome:
        raise ChildKilledError

    async with working(service, {TaskKind.IMPACT: die}):
        done = await ended(service, await submitted(service))
    assert done.error is not None
    assert (done.error.code, done.crash_count) == ("poison", 2)
    assert [letter.reason for letter in await service.queue.list_dead_letters()] == ["poison"]


async def test_a_running_task_is_cancelled_within_a_heartbeat(service: ServiceContext) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def wait(_: TaskContext) -> Outcome:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return NOTHING

    async with working(service, {TaskKind.IMPACT: wait}):
        task = await submitted(service, sealed=Sealed(diff="x"))
        async with asyncio.timeout(10):
            await started.wait()
        await service.tasks.cancel(task.id, "org", actor="user")
        async with asyncio.timeout(1):
            await stopped.wait()
        done = await ended(service, task)
    assert done.status is TaskStatus.CANCELLED
    assert await service.secrets.list_sealed() == []


async def test_a_long_task_keeps_its_lease(service: ServiceContext) -> None:
    async def take_long(_: TaskContext) -> Outcome:
        await asyncio.sleep(2.5)
        return NOTHING

    async with working(service, {TaskKind.IMPACT: take_long}):
        done = await ended(service, await submitted(service))
    assert (done.status, done.attempt) == (TaskStatus.COMPLETED, 1)


async def test_a_stopped_worker_hands_its_task_to_another(service: ServiceContext) -> None:
    started = asyncio.Event()

    async def wait(_: TaskContext) -> Outcome:
        started.set()
        await asyncio.Event().wait()
        return NOTHING

    async def do(_: TaskContext) -> Outcome:
        return NOTHING

    async with working(service, {TaskKind.IMPACT: wait}):
        task = await submitted(service)
        async with asyncio.timeout(10):
            await started.wait()
    handed = await service.tasks.find(task.id)
    assert handed is not None
    assert (handed.status, handed.retry_count, handed.crash_count) == (TaskStatus.PENDING, 0, 0)
    async with working(service, {TaskKind.IMPACT: do}):
        assert (await ended(service, task)).status is TaskStatus.COMPLETED


async def test_what_runs_may_end_while_the_worker_stops(service: ServiceContext) -> None:
    started = asyncio.Event()

    async def take_a_while(_: TaskContext) -> Outcome:
        started.set()
        await asyncio.sleep(0.5)
        return NOTHING

    async with working(service, {TaskKind.IMPACT: take_a_while}):
        task = await submitted(service)
        async with asyncio.timeout(10):
            await started.wait()
    done = await service.tasks.find(task.id)
    assert done is not None
    assert done.status is TaskStatus.COMPLETED


async def test_more_tasks_than_slots_all_end(service: ServiceContext) -> None:
    running, most = 0, 0

    async def count(_: TaskContext) -> Outcome:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        return NOTHING

    async with working(service, {TaskKind.IMPACT: count}):
        tasks = [await submitted(service, organization=f"org{number}") for number in range(12)]
        for task in tasks:
            assert (await ended(service, task)).status is TaskStatus.COMPLETED
    assert most == 2


async def test_a_child_that_is_killed_is_a_transient_failure(
    service: ServiceContext, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, killed = asyncio.create_subprocess_exec, 0

    async def killing(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        nonlocal killed
        process = await real(*arguments, **options)
        if "kodus_ast.sandbox.child" in arguments and killed == 0:
            killed += 1
            os.kill(process.pid, signal.SIGKILL)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", killing)
    ref = RepoRef(url=f"file://{shop.path}", branch="main")
    # A lease that runs out while the machine stalls would count the death as a lost worker.
    lasting = replace(service.settings.service, lease=timedelta(seconds=20))
    service = replace(service, settings=replace(service.settings, service=lasting))
    async with working(service):
        task = await submitted(service, request=as_row(ImpactRequest(base_repo=ref, head_repo=ref)))
        done = await ended(service, task, 50)
    assert (done.status, done.crash_count, killed) == (TaskStatus.COMPLETED, 1, 1)


class SilentQueue:
    """A queue whose consumer is broken: messages wait, none is delivered."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    async def consume(self, *_: object) -> None:
        return

    async def depth(self, _: Sequence[str]) -> int:
        return 1


async def test_a_worker_that_hears_nothing_of_waiting_messages_gives_up(service: ServiceContext) -> None:
    impatient = replace(service.settings.service, stall=timedelta(seconds=0.4))
    settings = replace(service.settings, service=impatient)
    worker = Worker(replace(service, settings=settings, queue=SilentQueue(service.queue)))
    with pytest.raises(StalledError):
        await asyncio.wait_for(worker.run(asyncio.Event()), 10)


class FailingTasks:
    """A table of tasks whose reaper's statement fails once, and whose sweeper's statement always fails."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self.reaper_rounds = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tasks, name)

    async def requeue_stale(self, limit: int = 100) -> list[Task]:
        self.reaper_rounds += 1
        if self.reaper_rounds == 1:
            raise DatabaseAwayError
        return await self._tasks.requeue_stale(limit)

    async def expired(self, age: timedelta, limit: int = 500) -> list[UUID]:  # noqa: ARG002 - as the port has it
        raise StorageError


async def test_failures_of_maintenance_are_counted_and_it_goes_on(service: ServiceContext) -> None:
    tasks = FailingTasks(service.tasks)
    stale = await submitted(service)
    assert isinstance(await service.tasks.claim(stale.id, "lost", timedelta(seconds=-1)), Task)

    async def do(_: TaskContext) -> Outcome:
        return NOTHING

    async with working(replace(service, tasks=tasks), {TaskKind.IMPACT: do}):
        assert (await ended(service, stale)).status is TaskStatus.COMPLETED
    assert tasks.reaper_rounds > 1
    for work, code in (("reaper", "database_away"), ("sweeper", "io")):
        labels = {"work": work, "code": code}
        counted = service.metrics.registry.get_sample_value("kodus_ast_maintenance_failures_total", labels)
        assert counted == 1, work


async def test_the_task_of_a_message_that_dies_in_the_queue_fails(service: ServiceContext) -> None:
    task = await submitted(service)
    await Outbox(service).publish_due()

    async def discard(delivery: Delivery) -> None:
        await delivery.reject()

    await service.queue.consume_dead_letters(Worker(service)._fail_dead_letter)
    await service.queue.consume("jobs", [TaskKind.IMPACT.value], 1, discard)
    done = await ended(service, task)
    assert done.error is not None
    assert (done.status, done.error.code) == (TaskStatus.FAILED, "dead_letter")
    assert "rejected" in done.error.message


async def test_full_workers_leave_messages_to_others(service: ServiceContext) -> None:
    release = asyncio.Event()
    running = 0

    async def wait(_: TaskContext) -> Outcome:
        nonlocal running
        running += 1
        await release.wait()
        return NOTHING

    async def do(_: TaskContext) -> Outcome:
        return NOTHING

    async with working(service, {TaskKind.IMPACT: wait}):
        held = [await submitted(service, organization=f"held{number}") for number in range(2)]
        async with asyncio.timeout(10):
            while running < 2:
                await asyncio.sleep(0.02)
        more = [await submitted(service, organization=f"more{number}") for number in range(3)]
        # The full one holds these for a while, then lets go of them.
        await asyncio.sleep(SLOT_WAIT_S + 0.5)
        settings = replace(service.settings.service)
        async with (
            connected(replace(service.settings, service=settings), service.repos, service.graphs) as other,
            working(other, {TaskKind.IMPACT: do}),
        ):
            for task in more:
                assert (await ended(other, task)).status is TaskStatus.COMPLETED
        release.set()
        for task in held:
            assert (await ended(service, task)).status is TaskStatus.COMPLETED
