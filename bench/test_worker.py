"""Trivial tasks through the queue of one worker process, beside the same job on Celery and taskiq.

All take tasks that were queued beforehand, in one worker process that acknowledges late and writes results to
the same PostgreSQL, one after the other in the same run. Ours keeps a row, its timeline, a lease and fencing
besides, and logs each task. All have as many tasks at once: ours has to be ahead with 48, for it commits
together what ends together; what it is with 16 is told beside that. Celery has threads: its other pools do
one task at a time in a process.
"""

import asyncio
import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import external_services
from kodus_ast.adapters.disk_cache import CacheDirectory
from kodus_ast.adapters.git import GitRepos
from kodus_ast.adapters.service_context import connect_service
from kodus_ast.config import settings_from
from kodus_ast.models.tasks import NewTask, TaskKind
from kodus_ast.outbox import Outbox

TASKS = 1500
FEW = 400
"""Of Celery, which is that much slower."""
AT_ONCE = (16, 48)
ASSERTED = 48
PER_S = 300
ROUNDS = 3
OURS = "SELECT count(*) FROM tasks WHERE status = 'COMPLETED'"
CELERY = "SELECT count(*) FROM celery_taskmeta WHERE status = 'SUCCESS'"
TASKIQ = "SELECT count(*) FROM taskiq_results"
HERE = Path(__file__).parent

pytestmark = [pytest.mark.benchmark(group="worker"), pytest.mark.timeout(600)]


@contextmanager
def working(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    """A worker process, and those it starts, for as long as the block lasts."""
    with subprocess.Popen(
        command, env=os.environ | environment, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


async def done(url: str, query: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(query))
    except asyncpg.UndefinedTableError:
        return 0
    finally:
        await connection.close()


async def rate(url: str, query: str, tasks: int = TASKS) -> float:
    """Results per second from the first that is seen to the last."""
    deadline = time.monotonic() + 120
    first, started, now = 0, 0.0, 0
    while now < tasks:
        assert time.monotonic() < deadline, f"{now} of {tasks}"
        now = await done(url, query)
        if now and not first:
            first, started = now, time.monotonic()
        await asyncio.sleep(0.05)
    return (tasks - first) / (time.monotonic() - started)


async def submit_ours(environment: dict[str, str]) -> None:
    settings = settings_from(os.environ | environment)
    settings = replace(settings, service=replace(settings.service, queued_limit=0))
    graphs = CacheDirectory(settings.cache_directory / "graphs", 1)
    async with connect_service(settings, GitRepos(settings), graphs) as connected:
        outbox = Outbox(connected)
        news = [
            NewTask(organization_id="org", kind=TaskKind.VALIDATE_CODE, request={"a": number})
            for number in range(TASKS)
        ]
        for first in range(0, TASKS, 10):
            await asyncio.gather(*(outbox.submit(new) for new in news[first : first + 10]))
        while await outbox.publish_due():
            pass


def spent_s(pid: int) -> float:
    """Processor time of a process so far."""
    status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(status[11]) + int(status[12])) / os.sysconf("SC_CLK_TCK")


def ours(place: Path, spent: list[float], *, on_rabbitmq: bool) -> float:
    with (
        external_services.database(external_services.DATABASE_URL) as url,
        external_services.broker() as broker,
    ):
        environment = {
            "KODUS_AST_DATABASE_URL": f"{url}?sslmode=disable",
            "KODUS_AST_BROKER_URL": broker.url if on_rabbitmq else "",
            "KODUS_AST_DATA": str(place / "data"),
            "KODUS_AST_CACHE": str(place / "cache"),
        }
        external_services.run(submit_ours(environment))
        with working([sys.executable, "trivial.py"], environment) as pid:
            found = asyncio.run(rate(url, OURS))
            spent.append(spent_s(pid) / TASKS)
            return found


SUBMIT_CELERY = f"import trivial\nfor a in range({FEW}): trivial.celery_trivial.delay(a)"
SUBMIT_TASKIQ = f"""
import asyncio, trivial
async def main():
    await trivial.broker.startup()
    for a in range({TASKS}):
        await trivial.taskiq_trivial.kiq(a)
    await trivial.broker.shutdown()
asyncio.run(main())
"""


def theirs(system: str, scheme: str, submit: str, worker: list[str], query: str, tasks: int) -> float:
    with (
        external_services.database(external_services.DATABASE_URL, is_migrated=False) as url,
        external_services.broker(has_topology=False) as broker,
    ):
        own = url.replace("postgresql://", scheme)
        environment = {"BENCH_SYSTEM": system, "BENCH_DATABASE": own, "BENCH_BROKER": broker.url}
        subprocess.run(
            [sys.executable, "-c", submit], env=os.environ | environment, cwd=HERE, check=True, timeout=120
        )
        with working([sys.executable, "-m", *worker], environment):
            return asyncio.run(rate(url, query, tasks))


def celery() -> float:
    worker = ["celery", "-A", "trivial", "worker", "--pool", "threads", "--loglevel", "ERROR"]
    worker += ["--concurrency", os.environ["BENCH_AT_ONCE"]]
    extra = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return theirs("celery", "postgresql+psycopg2://", SUBMIT_CELERY, [*worker, *extra], CELERY, FEW)


def taskiq() -> float:
    worker = [
        "taskiq",
        "worker",
        "trivial:broker",
        "--workers",
        "1",
        "--max-async-tasks",
        os.environ["BENCH_AT_ONCE"],
    ]
    extra = ["--log-level", "ERROR", "--ack-type", "when_saved"]
    return theirs("taskiq", "postgresql://", SUBMIT_TASKIQ, [*worker, *extra], TASKIQ, TASKS)


@pytest.mark.parametrize("at_once", AT_ONCE)
def test_a_worker_does_300_a_second_and_is_ahead_of_celery_and_taskiq(
    benchmark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setenv("BENCH_AT_ONCE", str(at_once))
    for name in ("celery", "taskiq", "taskiq_aio_pika"):
        if importlib.util.find_spec(name) is None:
            external_services.missing(f"{name} (make bench installs it)")
    spent: dict[str, list[float]] = {"rabbitmq": [], "embedded": []}
    measured: dict[str, Callable[[], float]] = {
        "rabbitmq": lambda: ours(tmp_path, spent["rabbitmq"], on_rabbitmq=True),
        "embedded": lambda: ours(tmp_path, spent["embedded"], on_rabbitmq=False),
        "celery": celery,
        "taskiq": taskiq,
    }
    found: dict[str, list[float]] = {name: [] for name in measured}

    def one_round() -> None:
        # One after the other, because the machine's speed drifts.
        for name, measure in measured.items():
            found[name].append(measure())

    benchmark.pedantic(one_round, rounds=ROUNDS)
    per_s = {name: statistics.median(rates) for name, rates in found.items()}
    figures: dict[str, float] = {name: round(value) for name, value in per_s.items()}
    figures |= {f"{name}_ms_spent": round(1000 * min(each), 2) for name, each in spent.items()}
    figures |= {"load": round(os.getloadavg()[0], 1)}
    benchmark.extra_info.update(figures)
    print(figures)
    for name in spent:
        assert per_s[name] >= PER_S, figures
        if at_once == ASSERTED:
            assert per_s[name] > max(per_s["celery"], per_s["taskiq"]), figures
