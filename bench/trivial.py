"""The same trivial job on kodus-ast, Celery and taskiq: what their worker processes import and run."""

import asyncio
import os
import signal
import sys
from dataclasses import replace

DATABASE = os.environ.get("BENCH_DATABASE", "")
BROKER = os.environ.get("BENCH_BROKER", "")
AT_ONCE = int(os.environ.get("BENCH_AT_ONCE", "48"))
"""Tasks at once, or messages ahead, in one worker process."""


async def ours() -> None:
    """A worker of ours, until SIGTERM."""
    from kodus_ast import logs  # noqa: PLC0415 - only what is measured is imported
    from kodus_ast.adapters.disk_cache import CacheDirectory  # noqa: PLC0415
    from kodus_ast.adapters.git import GitRepos  # noqa: PLC0415
    from kodus_ast.adapters.service_context import connect_service  # noqa: PLC0415
    from kodus_ast.config import settings_from  # noqa: PLC0415
    from kodus_ast.models.tasks import TaskKind, TaskResult  # noqa: PLC0415
    from kodus_ast.task_context import Outcome, TaskContext  # noqa: PLC0415
    from kodus_ast.worker import Worker  # noqa: PLC0415

    async def trivial(work: TaskContext) -> Outcome:
        return Outcome(TaskResult(summary={"sum": work.task.request["a"] + 1}))

    logs.configure()
    settings = settings_from()
    settings = replace(settings, service=replace(settings.service, running_limit=0))
    repos, graphs = GitRepos(settings), CacheDirectory(settings.cache_directory / "graphs", 1)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with connect_service(settings, repos, graphs) as connected:
        await Worker(connected, small_slots=AT_ONCE, handlers={TaskKind.VALIDATE_CODE: trivial}).run(stop)


if __name__ == "__main__":
    import uvloop

    uvloop.run(ours())
    sys.exit()

if os.environ.get("BENCH_SYSTEM") == "celery":
    from celery import Celery

    app = Celery("trivial", broker=BROKER, backend=f"db+{DATABASE}")
    # As many ahead as the others: for its threads, one each.
    app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1, task_ignore_result=False)

    def _trivial(a: int) -> dict[str, int]:
        return {"sum": a + 1}

    celery_trivial = app.task(name="trivial")(_trivial)


if os.environ.get("BENCH_SYSTEM") == "taskiq":
    from taskiq_aio_pika import AioPikaBroker
    from taskiq_pg.asyncpg import AsyncpgResultBackend

    broker = AioPikaBroker(BROKER, qos=AT_ONCE).with_result_backend(AsyncpgResultBackend(dsn=DATABASE))

    async def _trivial_later(a: int) -> dict[str, int]:
        return {"sum": a + 1}

    taskiq_trivial = broker.task(task_name="trivial")(_trivial_later)
