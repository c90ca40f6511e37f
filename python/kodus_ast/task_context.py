"""What the handler of a task is given (`TaskContext`) and what it returns (`Outcome`)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kodus_ast.errors import BadRequestError
from kodus_ast.models.artifacts import StoredArtifact
from kodus_ast.models.task_requests import Sealed
from kodus_ast.models.tasks import Task, TaskResult
from kodus_ast.ports import ServiceContext
from kodus_ast.sandbox.jobs import AnyJob
from kodus_ast.sandbox.parent import run_job

GRAPHS = "graphs"
"""Key in `Task.metadata`: the names in `Artifacts` of the task's graphs, by side (base, head)."""

TEXTS = "texts"
"""Key beside these sides: the packed files of head."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class TaskContext:
    """A running task: its row, the service, a directory for its files, and a way to report progress."""

    task: Task
    service: ServiceContext
    directory_path: Path
    """Made by `directory` when it is first used: many tasks need none."""
    report: Callable[[str, int], None]
    """Takes the current step in words and the percentage of the whole task that is done."""

    @property
    def directory(self) -> Path:
        """A directory for the files of this attempt, removed after it."""
        self.directory_path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.directory_path

    def request(self, kind: type[_T]) -> _T:
        """The request as a struct of this type; raises `BadRequestError` if it has another shape."""
        try:
            return msgspec.convert(self.task.request, kind)
        except msgspec.ValidationError as error:
            raise BadRequestError(str(error)) from None

    async def sealed(self) -> Sealed:
        """The sealed part of the request, which only workers may read; empty when nothing was sealed."""
        name = self.task.sealed_name
        return await self.service.secrets.open(self.task.id, name) if name else Sealed()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures a part of the attempt, and opens a span for it."""
        started = time.monotonic()
        try:
            with self.service.traces.span(name):
                yield
        finally:
            self.service.metrics.stage_seconds.labels(name).observe(time.monotonic() - started)

    async def run_job(self, stage: str, job: AnyJob, answer: type[_T]) -> _T:
        """The answer of a job that reads code, from a child process; measured as a stage of the attempt."""
        with self.stage(stage):
            return await run_job(job, answer, self.service.settings.service)

    def artifact_name(self, file: str) -> str:
        """The name in `Artifacts` for a file of this attempt.

        It holds the attempt, so that a worker that has lost its lease overwrites nothing.
        """
        return f"tasks/{self.task.id}/{self.task.attempt}/{file}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a task, and what is added to its metadata."""

    result: TaskResult
    metadata: dict[str, Any] = field(default_factory=dict)


def result_of(stored: StoredArtifact, summary: dict[str, Any], *, artifact_format: int = 1) -> TaskResult:
    """The result of a task whose whole answer is a stored artefact."""
    return TaskResult(
        summary=summary,
        artifact=stored.name,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        format=artifact_format,
    )
