"""Every task ends exactly once, wherever a process is killed with SIGKILL."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from uuid import UUID

import httpx
import pytest

import external_services
import running_service
from faults.self_killing import POINTS
from faults.test_worker import NOTHING, ended, submitted, working
from kodus_ast.models.task_requests import ImpactRequest, RepoAuth, RepoRef, Sealed, as_row
from kodus_ast.models.tasks import TaskKind, TaskStatus
from kodus_ast.outbox import Outbox
from kodus_ast.ports import ServiceContext
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.worker.maintenance import Maintenance
from sample_repositories import Lab, Repo

SELF_KILLING = Path(__file__).with_name("self_killing.py")
WORKER_POINTS = [*(point for point in POINTS if not point.endswith("publish")), "during_build"]


async def start(lab: Lab, service: ServiceContext, point: str, **more: str) -> asyncio.subprocess.Process:
    """Starts the process that will kill itself."""
    settings = service.settings.service
    environment = {
        **os.environ,
        **lab.environment,
        "KODUS_AST_DATABASE_URL": settings.database_url,
        "KODUS_AST_BROKER_URL": settings.broker_url,
        "KODUS_AST_DATA": str(settings.data_directory),
        "KODUS_AST_SEALING_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        "KODUS_AST_LEASE_S": "1",
        **more,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, str(SELF_KILLING), point, env=environment, stdout=asyncio.subprocess.PIPE
    )


async def killed(lab: Lab, service: ServiceContext, point: str) -> str:
    """Runs the process until it has killed itself; what it has said before."""
    process = await start(lab, service, point)
    async with asyncio.timeout(30):
        said, _ = await process.communicate()
    assert process.returncode == -signal.SIGKILL
    return said.decode().strip()


@pytest.mark.parametrize("point", WORKER_POINTS)
async def test_a_killed_workers_task_ends_once(
    service: ServiceContext, lab: Lab, shop: Repo, point: str
) -> None:
    ref = RepoRef(url=f"file://{shop.path}", branch="main")
    request = as_row(ImpactRequest(base_repo=ref, head_repo=ref))
    task = await submitted(service, request=request, sealed=Sealed(head_auth=RepoAuth(token="x")))
    await Outbox(service).publish_due()
    await killed(lab, service, point)
    left = await service.tasks.find(task.id)
    assert left is not None
    by_point = {"before_claim": TaskStatus.PENDING, "after_finish": TaskStatus.COMPLETED}
    assert left.status is by_point.get(point, TaskStatus.IN_PROGRESS)
    async with working(service):
        done = await ended(service, task)
    assert done.status is TaskStatus.COMPLETED
    result = await service.tasks.result(task.id)
    assert result is not None
    assert result.artifact is not None
    assert await service.artifacts.read(result.artifact)
    # What the killed one could not remove, the next one does.
    maintenance = Maintenance(service, Outbox(service))
    for _ in range(2):
        await maintenance.remove_unowned_secrets()
    assert await service.secrets.list_sealed() == []
    assert list((service.settings.cache_directory / "work").iterdir()) == []


@pytest.mark.parametrize("point", ["before_publish", "after_publish"])
async def test_what_was_accepted_is_done_though_its_submitter_was_killed(
    service: ServiceContext, lab: Lab, point: str
) -> None:
    async def do(_: TaskContext) -> Outcome:
        return NOTHING

    said = await killed(lab, service, point)
    task = await service.tasks.find(UUID(said))
    assert task is not None
    await unreserved(service)
    async with working(service, {TaskKind.IMPACT: do}):
        assert (await ended(service, task)).status is TaskStatus.COMPLETED


@pytest.mark.parametrize("point", ["api_before_publish", "api_after_publish"])
async def test_what_an_api_accepted_is_done_though_it_was_killed(
    service: ServiceContext, lab: Lab, point: str
) -> None:
    async def do(_: TaskContext) -> Outcome:
        return NOTHING

    port = str(running_service.free_port())
    process = await start(lab, service, point, KODUS_AST_PORT=port, KODUS_AST_ANONYMOUS="org")
    repo = {"url": "https://github.com/o/r"}
    async with asyncio.timeout(30), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        while True:
            try:
                await client.get("/health")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
        # It is accepted; whether it has said so before it died is another question.
        with contextlib.suppress(httpx.TransportError):
            answer = await client.post("/api/v2/impact", json={"baseRepo": repo, "headRepo": repo})
            assert answer.status_code == 202
        await process.wait()
    assert process.returncode == -signal.SIGKILL
    (task,) = await service.tasks.list_tasks("org")
    assert task.status is TaskStatus.PENDING
    await unreserved(service)
    async with working(service, {TaskKind.IMPACT: do}):
        assert (await ended(service, task)).status is TaskStatus.COMPLETED


async def unreserved(service: ServiceContext) -> None:
    """What a killed relay had reserved in the outbox is its own for a while; nobody waits for that here."""
    connection = await external_services.connected(service.settings.service.database_url)
    await connection.execute("UPDATE tasks SET publish_at = now() WHERE status = 'PENDING'")
    await connection.close()


async def test_a_task_that_kills_every_worker_is_poison(service: ServiceContext, lab: Lab) -> None:
    task = await submitted(service)
    await Outbox(service).publish_due()
    for _ in range(2):
        await killed(lab, service, "after_claim")
    async with working(service):
        done = await ended(service, task)
    assert done.error is not None
    assert (done.status, done.error.code, done.crash_count) == (TaskStatus.FAILED, "poison", 2)
