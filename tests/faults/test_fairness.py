"""Organizations and kinds share the workers: limits hold tasks back before publishing, nobody starves."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from faults.test_worker import NOTHING, ended, submitted
from kodus_ast.models.tasks import Priority, Task, TaskKind, TaskStatus
from kodus_ast.ports import ServiceContext
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.tasks import Handler
from kodus_ast.worker import Worker

LOG = logging.getLogger(__name__)


def limited(service: ServiceContext, running_limit: int) -> ServiceContext:
    """The same service, with another limit of running tasks."""
    own = replace(service.settings.service, running_limit=running_limit)
    return replace(service, settings=replace(service.settings, service=own))


@asynccontextmanager
async def working(
    service: ServiceContext, handlers: Mapping[str, Handler], slots: int = 2
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(Worker(service, slots=slots, handlers=handlers).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)


class Record:
    """A handler that takes its time, and remembers in which order it was called."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.started: list[Task] = []
        self.running = 0
        self.most = 0

    async def __call__(self, context: TaskContext) -> Outcome:
        self.started.append(context.task)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.running -= 1
        return NOTHING


def sample(service: ServiceContext, name: str, **labels: str) -> float:
    return service.metrics.registry.get_sample_value(name, labels) or 0.0


def messages(service: ServiceContext) -> float:
    """How many messages the worker has received, with any outcome."""
    outcomes = ("claimed", "busy", "gone", "deferred", "requeued", "unreadable")
    return sum(sample(service, "kodus_ast_messages_total", outcome=one) for one in outcomes)


async def test_an_organization_at_its_limit_keeps_its_order_and_costs_no_messages(
    service: ServiceContext,
) -> None:
    limit, number = 2, 16
    service = limited(service, limit)
    record = Record(0.25)
    async with working(service, {TaskKind.IMPACT: record}, slots=6):
        accepted = [await submitted(service) for _ in range(number)]
        for task in accepted:
            assert (await ended(service, task)).status is TaskStatus.COMPLETED
    assert [task.id for task in record.started] == [task.id for task in accepted]
    assert record.most == limit
    assert messages(service) == number
    assert sample(service, "kodus_ast_messages_total", outcome="busy") == 0


async def test_what_is_held_back_waits_from_its_acceptance_on(service: ServiceContext) -> None:
    service = limited(service, 1)
    record = Record(1.5)
    async with working(service, {TaskKind.IMPACT: record}):
        accepted = [await submitted(service) for _ in range(3)]
        await asyncio.sleep(2.5)
        # One has ended, one runs, one has waited for all of that.
        assert await service.tasks.oldest_due_s() >= 2.4
        assert await service.tasks.held() == {"org": 1}
        for task in accepted:
            await ended(service, task)
    waited = sample(service, "kodus_ast_queue_wait_seconds_sum", kind=TaskKind.IMPACT)
    # Of the second and the third task; the rest is what a busy machine adds.
    assert 1.5 + 3.0 <= waited < 12
    assert await service.tasks.held() == {}


async def test_high_priority_goes_first_and_the_rest_in_order(service: ServiceContext) -> None:
    service = limited(service, 1)
    record = Record(0.05)
    priorities = [Priority.LOW, Priority.MEDIUM, Priority.HIGH, Priority.MEDIUM, Priority.HIGH]
    accepted = [await submitted(service, priority=one) for one in priorities]
    async with working(service, {TaskKind.IMPACT: record}):
        for task in accepted:
            await ended(service, task)
    expected = [accepted[number].id for number in (2, 4, 1, 3, 0)]
    assert [task.id for task in record.started] == expected


async def test_a_validation_behind_twenty_impacts_waits_at_most_two_seconds(service: ServiceContext) -> None:
    """Also one of the same organization, whose impacts fill all slots and its limit."""
    impacts, validations = Record(1.0), Record(0.05)
    handlers: dict[str, Handler] = {TaskKind.IMPACT: impacts, TaskKind.VALIDATE_CODE: validations}
    async with working(limited(service, 4), handlers):
        large = [await submitted(service) for _ in range(20)]
        async with asyncio.timeout(10):
            while impacts.running < 2:
                await asyncio.sleep(0.02)
        for organization in ("org", "other"):
            began = time.monotonic()
            small = await submitted(service, TaskKind.VALIDATE_CODE, organization=organization)
            assert (await ended(service, small)).status is TaskStatus.COMPLETED
            waited = time.monotonic() - began - validations.seconds
            LOG.info("a validation of %s waited %.2f s", organization, waited)
            assert waited <= 2.0
        assert len(impacts.started) < len(large)
        for task in large:
            await service.tasks.cancel(task.id, None, actor="test")


async def test_organizations_take_turns(service: ServiceContext) -> None:
    """Without a limit of running tasks, too: who comes later does not wait for all that others submitted."""
    record = Record(0.2)
    async with working(limited(service, 0), {TaskKind.IMPACT: record}):
        flood = [await submitted(service, organization="flood") for _ in range(40)]
        async with asyncio.timeout(10):
            while record.running < 2:
                await asyncio.sleep(0.02)
        before = len(record.started)
        few = [await submitted(service, organization="few") for _ in range(2)]
        for task in few:
            assert (await ended(service, task)).status is TaskStatus.COMPLETED
        ahead = len(record.started) - before - len(few)
        LOG.info("%d tasks of others went ahead", ahead)
        assert ahead <= 8
        assert len(record.started) < len(flood)
        for task in flood:
            await service.tasks.cancel(task.id, None, actor="test")
