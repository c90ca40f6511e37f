"""No sequence of transitions breaks the invariants of tasks."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import external_services
from kodus_ast.adapters.database import Database
from kodus_ast.adapters.postgres_tasks import PostgresTasks
from kodus_ast.models.tasks import Lease, NewTask, Task, TaskError, TaskKind, TaskResult, TaskStatus

ERROR = TaskError("git", "x", retryable=True)
RESULT = TaskResult(summary={})
ALLOWED = {
    TaskStatus.PENDING: set(TaskStatus) - {TaskStatus.COMPLETED},
    TaskStatus.IN_PROGRESS: set(TaskStatus),
    TaskStatus.COMPLETED: {TaskStatus.COMPLETED},
    TaskStatus.FAILED: {TaskStatus.FAILED},
    TaskStatus.CANCELLED: {TaskStatus.CANCELLED},
}
_T = TypeVar("_T")


def machine(url: str, loop: asyncio.AbstractEventLoop) -> type[RuleBasedStateMachine]:  # noqa: C901 - rules in one class
    """A state machine over this database."""

    class Life(RuleBasedStateMachine):
        leases: list[Lease]

        def do(self, work: Coroutine[Any, Any, _T]) -> _T:
            return loop.run_until_complete(work)

        @initialize()
        def begin(self) -> None:
            settings = external_services.patient(backoff_s=0.0, longest_backoff_s=0.0)
            self.database = Database(settings, url)
            self.do(self.database.__aenter__())
            self.tasks = PostgresTasks(self.database)
            new = NewTask(organization_id="org", kind=TaskKind.IMPACT, request={})
            self.task: Task = self.do(self.tasks.create(new)).task
            self.last = self.task
            self.leases = [Lease(self.task.id, 0)]

        def teardown(self) -> None:
            if hasattr(self, "database"):
                self.do(self.database.__aexit__())

        @rule(seconds=st.sampled_from([-1, 60]))
        def claim(self, seconds: int) -> None:
            got = self.do(self.tasks.claim(self.task.id, "w", timedelta(seconds=seconds)))
            if isinstance(got, Task):
                assert all(lease.attempt < got.attempt for lease in self.leases)
                self.leases.append(got.lease)

        @rule(back=st.integers(0, 3), what=st.sampled_from(["finish", "fail", "retry", "back", "end", "say"]))
        def write(self, back: int, what: str) -> None:
            lease = self.leases[max(0, len(self.leases) - 1 - back)]
            before = self.do(self.tasks.find(self.task.id))
            assert before is not None
            work: dict[str, Coroutine[Any, Any, object]] = {
                "finish": self.tasks.finish(lease, RESULT, {}, actor="w"),
                "fail": self.tasks.fail(lease, ERROR, actor="w"),
                "retry": self.tasks.retry(lease, ERROR, crashed=False, actor="w"),
                "back": self.tasks.release(lease, actor="w"),
                "end": self.tasks.end_cancelled(lease, actor="w"),
                "say": self.tasks.progress(lease, "x", 100),
            }
            changed = self.do(work.pop(what))
            for unused in work.values():
                unused.close()
            if before.status is not TaskStatus.IN_PROGRESS or lease.attempt != before.attempt:
                assert not changed

        @rule()
        def cancel(self) -> None:
            self.do(self.tasks.cancel(self.task.id, "org", actor="u"))

        @rule()
        def reap(self) -> None:
            self.do(self.tasks.requeue_stale())

        @rule()
        def publish(self) -> None:
            self.do(self.tasks.mark_published(self.do(self.tasks.take_unpublished(10))))

        @rule(attempt=st.integers(0, 3))
        def die_in_the_queue(self, attempt: int) -> None:
            self.do(self.tasks.fail_waiting(Lease(self.task.id, attempt), ERROR, actor="w"))

        @invariant()
        def the_laws_hold(self) -> None:
            now = self.do(self.tasks.find(self.task.id))
            assert now is not None
            assert now.status in ALLOWED[self.last.status]
            assert (now.attempt, now.version) >= (self.last.attempt, self.last.version)
            if self.last.status.is_terminal:
                assert now == self.last
            events = self.do(self.tasks.timeline(self.task.id))
            assert events[-1].status is now.status
            assert sum(event.status.is_terminal for event in events) == now.status.is_terminal
            self.last = now

    return Life


@pytest.mark.timeout(120)
def test_no_sequence_of_transitions_breaks_the_laws(machine_database: str) -> None:
    with asyncio.Runner() as runner:
        run_state_machine_as_test(
            machine(machine_database, runner.get_loop()),
            settings=settings(
                max_examples=40,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
