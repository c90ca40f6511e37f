"""What a handler is given and what it gives back."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kodus_ast.errors import BadRequestError
from kodus_ast.models.task_requests import Sealed
from kodus_ast.models.tasks import SEALED, Task, TaskResult
from kodus_ast.ports import Durable

GRAPHS = "graphs"
"""In the metadata of tasks that keep graphs: their names in `Artifacts`, by side (base, head)."""

TEXTS = "texts"
"""Beside these: the packed files of head."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Work:
    """A task at work: the services, a directory of its own that goes with it, and somebody to report to."""

    task: Task
    durable: Durable
    place: Path
    """Where `directory` is once somebody asks for it: making and removing one is dear for what needs none."""
    report: Callable[[str, int], None]
    """What is being done, and how many percent of the whole are."""

    @property
    def directory(self) -> Path:
        """A directory for the files of this attempt."""
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.place

    def request(self, kind: type[_T]) -> _T:
        """What was asked; `BadRequestError` if it is of another shape."""
        try:
            return msgspec.convert(self.task.request, kind)
        except msgspec.ValidationError as error:
            raise BadRequestError(str(error)) from None

    async def sealed(self) -> Sealed:
        """What only a worker may see of the request; empty when there was nothing to seal."""
        if not self.task.metadata.get(SEALED):
            return Sealed()
        return await self.durable.secrets.open(self.task.id)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A part of the attempt that takes time: measured, and a span."""
        begun = time.monotonic()
        try:
            with self.durable.traces.span(name):
                yield
        finally:
            self.durable.meters.stage_seconds.labels(name).observe(time.monotonic() - begun)

    def name(self, file: str) -> str:
        """The name of a file of this attempt in `Artifacts`: one whose lease is lost overwrites nothing."""
        return f"tasks/{self.task.id}/{self.task.attempt}/{file}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a task has found, and what is worth knowing of it beside its status."""

    result: TaskResult
    metadata: dict[str, Any] = field(default_factory=dict)
