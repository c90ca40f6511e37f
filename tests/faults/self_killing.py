"""A worker, an API or a submitter that sends itself SIGKILL at a given point: `self_killing.py POINT`."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from typing import Any

from kodus_ast.adapters.disk_cache import CacheDirectory
from kodus_ast.adapters.git import GitRepos
from kodus_ast.adapters.service_context import connect_service
from kodus_ast.cli.api import serve
from kodus_ast.config import settings_from
from kodus_ast.models.tasks import NewTask, NotClaimed, TaskKind, TaskResult
from kodus_ast.outbox import Outbox
from kodus_ast.sandbox import parent, resilient_build
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.tasks import HANDLERS
from kodus_ast.worker import Worker


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class KillingPort:
    """A port of which one method kills the process, before or after it has done its work."""

    def __init__(self, port: object, method: str, when: str) -> None:
        self._port = port
        self._method = method
        self._when = when

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._port, name)
        if name != self._method:
            return real

        async def killing(*arguments: Any, **named: Any) -> Any:
            if self._when == "before":
                die()
            answer = await real(*arguments, **named)
            if not isinstance(answer, NotClaimed):
                die()
            return answer

        return killing


POINTS = {
    "before_claim": ("tasks", "claim", "before"),
    "after_claim": ("tasks", "claim", "after"),
    "after_artefact": ("artifacts", "put_bytes", "after"),
    "before_finish": ("tasks", "finish", "before"),
    "after_finish": ("tasks", "finish", "after"),
    "before_publish": ("queue", "publish", "before"),
    "after_publish": ("queue", "publish", "after"),
    "api_before_publish": ("queue", "publish", "before"),
    "api_after_publish": ("queue", "publish", "after"),
}


async def do_as_requested(context: TaskContext) -> Outcome:
    """A task that kills its process if its request says so; else one that takes a little longer."""
    await asyncio.sleep(0.5)
    if context.task.request.get("kills"):
        die()
    await asyncio.sleep(0.5)
    return Outcome(TaskResult(summary={}))


async def main(point: str) -> None:
    settings = settings_from()
    graphs = CacheDirectory(settings.cache_directory / "graphs", 1 << 30)
    if point == "during_build":
        real = parent.run_job

        async def run_job(*arguments: Any) -> Any:
            build = asyncio.ensure_future(real(*arguments))
            await asyncio.sleep(0.3)
            die()
            return await build

        vars(resilient_build)["run_job"] = run_job
    async with connect_service(settings, GitRepos(settings), graphs) as healthy:
        connected = healthy
        if port := POINTS.get(point):
            name, method, when = port
            killing = KillingPort(getattr(healthy, name), method, when)
            connected = replace(healthy, **{name: killing})  # type: ignore[arg-type]
        if point.startswith("api"):
            await serve(connected, settings.api, asyncio.Event())
        elif point.endswith("publish"):
            outbox = Outbox(connected)
            task = await outbox.submit(NewTask(organization_id="org", kind=TaskKind.IMPACT, request={}))
            sys.stdout.write(f"{task.task.id}\n")
            sys.stdout.flush()
            await outbox.run()
        elif point == "by_request":
            await Worker(connected, slots=2, handlers={TaskKind.IMPACT: do_as_requested}).run(asyncio.Event())
        else:
            # One lane of one slot: whatever this worker runs is alone in it.
            handlers = {TaskKind.IMPACT.value: HANDLERS[TaskKind.IMPACT]}
            await Worker(connected, slots=1, handlers=handlers).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
