"""The worker in this process: what comes in, what each outcome means, how it stops."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from kodus_ast.adapters.service_context import durable as connected
from kodus_ast.errors import ChildKilledError, GitError, RepositoryNotFoundError, StalledError
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
from kodus_ast.ports import Delivery, Durable, Queue
from kodus_ast.task_context import Outcome, Work
from kodus_ast.tasks import HANDLERS, Handler
from kodus_ast.worker import HOLD_S, Worker
from sample_repositories import Lab, Repo

NOTHING = Outcome(TaskResult(summary={}))


@asynccontextmanager
async def working(durable: Durable, handlers: dict[str, Handler] | None = None) -> AsyncIterator[Worker]:
    """A worker with these handlers for as long as the block lasts."""
    worker = Worker(durable, slots=2, handlers=handlers or HANDLERS)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield worker
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)


async def submitted(durable: Durable, kind: TaskKind = TaskKind.IMPACT, **more: Any) -> Task:
    new = NewTask(organization_id=more.pop("organization", "org"), kind=kind, request=more.pop("request", {}))
    return (await Outbox(durable).submit(new, more.pop("sealed", None))).task


async def ended(durable: Durable, task: Task, timeout_s: float = 20) -> Task:
    """The task once it has ended; with exactly one terminal event."""
    async with asyncio.timeout(timeout_s):
        while True:
            now = await durable.tasks.find(task.id)
            assert now is not None
            if now.status.is_terminal:
                break
            await asyncio.sleep(0.05)
    events = await durable.tasks.timeline(task.id)
    assert [event.status for event in events if event.status.is_terminal] == [now.status]
    return now


async def test_the_main_job_from_submission_to_result(durable: Durable, shop: Repo) -> None:
    url = f"file://{shop.path}"
    request = ImpactRequest(
        base_repo=RepoRef(url=url, commit_sha=shop.git("rev-parse", "HEAD~1")),
        head_repo=RepoRef(url=url, branch="main"),
    )
    async with working(durable):
        sealed = Sealed(diff=shop.git("diff", "HEAD~1", "HEAD"))
        task = await submitted(durable, request=as_row(request), sealed=sealed)
        done = await ended(durable, task, 50)
    assert done.status is TaskStatus.COMPLETED, done.error
    assert done.metadata["headCommit"] == shop.git("rev-parse", "HEAD")
    result = await durable.tasks.result(task.id)
    assert result is not None
    assert result.artifact is not None
    assert result.summary["changes"] > 0
    assert result.summary["limits"] == durable.settings.bounds(default_limits())
    assert b'"affected"' in await durable.artifacts.read(result.artifact)
    assert await durable.secrets.task_ids() == []
    assert list((durable.settings.cache_directory / "work").iterdir()) == []


async def test_a_chunk_is_answered_on_the_graphs_of_another_task(durable: Durable, shop: Repo) -> None:
    base = RepoRef(url=f"file://{shop.path}", commit_sha=shop.git("rev-parse", "HEAD~1"))
    head = RepoRef(url=f"file://{shop.path}", branch="main")
    async with working(durable):
        request = as_row(GraphRequest(base_repo=base, head_repo=head))
        graphs = await ended(durable, await submitted(durable, TaskKind.REPOSITORY_GRAPH, request=request))
        assert graphs.status is TaskStatus.COMPLETED, graphs.error
        durable.graphs.clear()
        chunk = ChunkRequest(
            base_repo=base, head_repo=head, file_name="shop/price.py", graphs_task_id=graphs.id
        )
        task = await submitted(durable, TaskKind.CHUNK_IMPACT, request=as_row(chunk))
        done = await ended(durable, task)
    assert done.status is TaskStatus.COMPLETED, done.error
    result = await durable.tasks.result(task.id)
    assert result is not None
    assert result.artifact is not None
    functions = msgspec.json.decode(await durable.artifacts.read(result.artifact))["functionsAffect"]
    total = next(one for one in functions if "def total" in one["newFunction"])
    assert total["oldFunction"].startswith("1: def total(items, tax):")
    affected = {one["functionName"]: one for one in total["functionsAffect"]}
    assert affected["pay"]["filePath"] == "shop/cart.py"
    assert "return total(self.items, 2)" in affected["pay"]["functionBody"]
    deleted = next(one for one in functions if one["change"] == "deleted")
    assert deleted["newFunction"] == ""
    assert "legacy" in [one["functionName"] for one in deleted["functionsAffect"]]
    assert list(durable.settings.cache_directory.glob("graphs/*.graph")) == []


async def test_given_files_are_validated(durable: Durable) -> None:
    request = ValidateRequest([GivenFile("1", "a.py"), GivenFile("2", "b.py"), GivenFile("3", "c.zzz")])
    sealed = Sealed(files={"1": b"def f(): ...\n", "2": b"def f(:\n", "3": b"?"})
    async with working(durable):
        task = await submitted(durable, TaskKind.VALIDATE_CODE, request=as_row(request), sealed=sealed)
        done = await ended(durable, task)
    assert done.status is TaskStatus.COMPLETED, done.error
    result = await durable.tasks.result(task.id)
    assert result is not None
    assert result.summary["statuses"] == {"VALID": 1, "INVALID_SYNTAX": 1, "UNSUPPORTED_LANGUAGE": 1}


async def test_a_repository_that_is_not_there_fails_at_once(durable: Durable, lab: Lab) -> None:
    ref = RepoRef(url=f"file://{lab.path}/missing")
    async with working(durable):
        task = await submitted(durable, request=as_row(ImpactRequest(base_repo=ref, head_repo=ref)))
        done = await ended(durable, task)
    assert done.error is not None
    assert (done.status, done.error.code, done.retry_count) == (
        TaskStatus.FAILED, RepositoryNotFoundError.code, 0
    )  # fmt: skip
    assert await durable.queue.dead_letters() == []


async def test_a_request_of_another_shape_fails_at_once(durable: Durable) -> None:
    async with working(durable):
        done = await ended(durable, await submitted(durable, request={"headRepo": 1}))
    assert done.error is not None
    assert done.error.code == "bad_request"


async def test_transient_failures_are_tried_again_and_then_left_to_operators(durable: Durable) -> None:
    tries = 0

    async def fail(_: Work) -> Outcome:
        nonlocal tries
        tries += 1
        raise GitError

    async with working(durable, {TaskKind.IMPACT: fail}):
        task = await submitted(durable)
        done = await ended(durable, task)
    assert done.error is not None
    assert (done.status, done.error.code, tries) == (TaskStatus.FAILED, "git", 3)
    (letter,) = await durable.queue.dead_letters()
    assert (letter.task_id, letter.reason) == (task.id, "git")


async def test_a_defect_fails_the_task_without_its_words(durable: Durable) -> None:
    async def fail(_: Work) -> Outcome:
        raise ValueError("canary")

    async with working(durable, {TaskKind.IMPACT: fail}):
        done = await ended(durable, await submitted(durable))
    assert done.error is not None
    assert done.error.code == "internal"
    assert "canary" not in done.error.message


async def test_two_crashes_are_poison(durable: Durable) -> None:
    async def die(_: Work) -> Outcome:
        raise ChildKilledError

    async with working(durable, {TaskKind.IMPACT: die}):
        done = await ended(durable, await submitted(durable))
    assert done.error is not None
    assert (done.error.code, done.crash_count) == ("poison", 2)
    assert [letter.reason for letter in await durable.queue.dead_letters()] == ["poison"]


async def test_a_running_task_is_cancelled_within_a_heartbeat(durable: Durable) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def wait(_: Work) -> Outcome:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return NOTHING

    async with working(durable, {TaskKind.IMPACT: wait}):
        task = await submitted(durable, sealed=Sealed(diff="x"))
        async with asyncio.timeout(10):
            await started.wait()
        await durable.tasks.cancel(task.id, "org", actor="user")
        async with asyncio.timeout(1):
            await stopped.wait()
        done = await ended(durable, task)
    assert done.status is TaskStatus.CANCELLED
    assert await durable.secrets.task_ids() == []


async def test_a_long_task_keeps_its_lease(durable: Durable) -> None:
    async def take_long(_: Work) -> Outcome:
        await asyncio.sleep(2.5)
        return NOTHING

    async with working(durable, {TaskKind.IMPACT: take_long}):
        done = await ended(durable, await submitted(durable))
    assert (done.status, done.attempt) == (TaskStatus.COMPLETED, 1)


async def test_a_stopped_worker_hands_its_task_to_another(durable: Durable) -> None:
    started = asyncio.Event()

    async def wait(_: Work) -> Outcome:
        started.set()
        await asyncio.Event().wait()
        return NOTHING

    async def do(_: Work) -> Outcome:
        return NOTHING

    async with working(durable, {TaskKind.IMPACT: wait}):
        task = await submitted(durable)
        async with asyncio.timeout(10):
            await started.wait()
    handed = await durable.tasks.find(task.id)
    assert handed is not None
    assert (handed.status, handed.retry_count, handed.crash_count) == (TaskStatus.PENDING, 0, 0)
    async with working(durable, {TaskKind.IMPACT: do}):
        assert (await ended(durable, task)).status is TaskStatus.COMPLETED


async def test_what_runs_may_end_while_the_worker_stops(durable: Durable) -> None:
    started = asyncio.Event()

    async def take_a_while(_: Work) -> Outcome:
        started.set()
        await asyncio.sleep(0.5)
        return NOTHING

    async with working(durable, {TaskKind.IMPACT: take_a_while}):
        task = await submitted(durable)
        async with asyncio.timeout(10):
            await started.wait()
    done = await durable.tasks.find(task.id)
    assert done is not None
    assert done.status is TaskStatus.COMPLETED


async def test_more_tasks_than_slots_all_end(durable: Durable) -> None:
    running, most = 0, 0

    async def count(_: Work) -> Outcome:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        return NOTHING

    async with working(durable, {TaskKind.IMPACT: count}):
        tasks = [await submitted(durable, organization=f"org{number}") for number in range(12)]
        for task in tasks:
            assert (await ended(durable, task)).status is TaskStatus.COMPLETED
    assert most == 2


async def test_a_child_that_is_killed_is_a_transient_failure(
    durable: Durable, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, killed = asyncio.create_subprocess_exec, 0

    async def doomed(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        nonlocal killed
        process = await real(*arguments, **options)
        if "kodus_ast.sandbox.child" in arguments and killed == 0:
            killed += 1
            os.kill(process.pid, signal.SIGKILL)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", doomed)
    ref = RepoRef(url=f"file://{shop.path}", branch="main")
    async with working(durable):
        task = await submitted(durable, request=as_row(ImpactRequest(base_repo=ref, head_repo=ref)))
        done = await ended(durable, task, 50)
    assert (done.status, done.crash_count, killed) == (TaskStatus.COMPLETED, 1, 1)


class Deaf:
    """A queue whose consumer is broken: messages wait, none comes."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    async def consume(self, *_: object) -> None:
        return

    async def depth(self) -> int:
        return 1


async def test_a_worker_that_hears_nothing_of_waiting_messages_gives_up(durable: Durable) -> None:
    service = replace(durable.settings.service, stall=timedelta(seconds=0.4))
    settings = replace(durable.settings, service=service)
    worker = Worker(replace(durable, settings=settings, queue=Deaf(durable.queue)))
    with pytest.raises(StalledError):
        await asyncio.wait_for(worker.run(asyncio.Event()), 10)


async def test_the_task_of_a_message_that_dies_in_the_queue_fails(durable: Durable) -> None:
    task = await submitted(durable)
    await Outbox(durable).publish_due()

    async def discard(delivery: Delivery) -> None:
        await delivery.discard()

    await durable.queue.judge(Worker(durable)._judge)
    await durable.queue.consume([TaskKind.IMPACT.value], 1, discard)
    done = await ended(durable, task)
    assert done.error is not None
    assert (done.status, done.error.code) == (TaskStatus.FAILED, "dead_letter")
    assert "rejected" in done.error.message


async def test_full_workers_leave_messages_to_others(durable: Durable) -> None:
    release = asyncio.Event()
    running = 0

    async def wait(_: Work) -> Outcome:
        nonlocal running
        running += 1
        await release.wait()
        return NOTHING

    async def do(_: Work) -> Outcome:
        return NOTHING

    async with working(durable, {TaskKind.IMPACT: wait}):
        held = [await submitted(durable, organization=f"held{number}") for number in range(2)]
        async with asyncio.timeout(10):
            while running < 2:
                await asyncio.sleep(0.02)
        more = [await submitted(durable, organization=f"more{number}") for number in range(3)]
        # The full one holds these for a while, then lets go of them.
        await asyncio.sleep(HOLD_S + 0.5)
        settings = replace(durable.settings.service)
        async with (
            connected(replace(durable.settings, service=settings), durable.repos, durable.graphs) as other,
            working(other, {TaskKind.IMPACT: do}),
        ):
            for task in more:
                assert (await ended(other, task)).status is TaskStatus.COMPLETED
        release.set()
        for task in held:
            assert (await ended(durable, task)).status is TaskStatus.COMPLETED
