"""A repository that is deleted while its tasks run leaves nothing behind."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from faults.test_worker import NOTHING, ended, submitted, working
from kodus_ast.models.task_requests import Remote, RepoRef, Sealed
from kodus_ast.models.tasks import NewTask, Task, TaskKind, TaskStatus
from kodus_ast.outbox import Outbox
from kodus_ast.ports import ServiceContext
from kodus_ast.repositories.deletion import Deleted, delete_repository, delete_task
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.worker.maintenance import Maintenance
from sample_repositories import Lab, Repo

pytestmark = pytest.mark.usefixtures("store")
SEALED = Sealed(diff="canary")
COMMIT = "a" * 40


def about(repo: Repo) -> dict[str, Any]:
    ref = {"url": f"file://{repo.path}", "commitSha": COMMIT}
    return {"headRepo": ref, "baseRepo": ref}


async def kept_of(service: ServiceContext, repo: Repo, organization: str = "org") -> list[str]:
    """What is kept: in the store, sealed, and of the repository on this machine."""
    remote = Remote(url=f"file://{repo.path}", organization=organization)
    path = service.repos.store_path(remote)
    prefixes = ("tasks", "graphs", "sealed")
    names = [name for prefix in prefixes for name in await service.artifacts.list_names(prefix)]
    local = [str(one) for one in (path, service.graphs.find("key", path.stem)) if one and one.exists()]
    return names + local


async def cache(context: TaskContext, repo: Repo) -> None:
    """What a task keeps while it runs."""
    service, organization = context.service, context.task.organization_id
    remote = Remote(url=f"file://{repo.path}", organization=organization)
    commit = repo.git("rev-parse", "HEAD")
    async with service.repos.checkout(remote, commit) as path:
        service.graphs.put("key", repo.path / "shop" / "price.py", path.stem)
        await service.artifacts.put_bytes(f"graphs/{path.stem}/{commit}.0/graph", b"code")
    await service.artifacts.put_bytes(context.artifact_name("head.graph"), b"code")


async def nothing_kept(service: ServiceContext, repo: Repo) -> None:
    """Waits until nothing is kept."""
    async with asyncio.timeout(10):
        while await kept_of(service, repo):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("ends", ["late", "in time"])
async def test_a_running_task_leaves_nothing_of_a_deleted_repository(
    service: ServiceContext, shop: Repo, ends: str
) -> None:
    started, deleted = asyncio.Event(), asyncio.Event()

    async def run(context: TaskContext) -> Outcome:
        await context.sealed()
        await cache(context, shop)
        started.set()
        await deleted.wait()
        await cache(context, shop)
        if ends == "late":
            await asyncio.Event().wait()
        return NOTHING

    async with working(service, {TaskKind.IMPACT: run}):
        task = await submitted(service, request=about(shop), sealed=SEALED)
        async with asyncio.timeout(10):
            await started.wait()
        ref = RepoRef(url=f"file://{shop.path}", commit_sha=COMMIT)
        found = await delete_repository(service, "org", [ref], actor="user")
        assert (found.cancelled, found.repositories, found.graphs) == (1, 1, 1)
        deleted.set()
        assert (await ended(service, task)).status is TaskStatus.CANCELLED
        await nothing_kept(service, shop)


async def test_a_lost_task_leaves_nothing_of_a_deleted_repository(
    service: ServiceContext, shop: Repo, lab: Lab
) -> None:
    task = await submitted(service, request=about(shop), sealed=SEALED)
    running = await service.tasks.claim(task.id, "lost", timedelta(seconds=0.5))
    assert isinstance(running, Task)
    assert await delete_task(service, running, actor="user") == Deleted(cancelled=1)
    await cache(TaskContext(running, service, lab.path / "work", lambda *_: None), shop)
    reaping = asyncio.create_task(Maintenance(service, Outbox(service)).reap())
    try:
        assert (await ended(service, task)).status is TaskStatus.CANCELLED
        await nothing_kept(service, shop)
    finally:
        reaping.cancel()


async def test_only_what_is_of_the_organization_and_the_repository_is_deleted(
    service: ServiceContext, shop: Repo, lab: Lab
) -> None:
    another = lab.repo("another", {"shop/price.py": "x = 1\n"})
    repos: dict[object, Repo] = {}

    async def run(context: TaskContext) -> Outcome:
        await cache(context, repos[context.task.id])
        return NOTHING

    tasks = []
    for organization, repo in (("org", shop), ("other", shop), ("org", another)):
        new = NewTask(organization_id=organization, kind=TaskKind.IMPACT, request=about(repo))
        repos[new.id] = repo
        tasks.append((await Outbox(service).submit(new, SEALED)).task)
    sealed = await service.artifacts.list_names("sealed")
    ref = RepoRef(url=f"file://{shop.path}")
    found = await delete_repository(service, "org", [ref], actor="user")
    assert found == Deleted(tasks=1, sealed=1, cancelled=1)
    left = await service.artifacts.list_names("sealed")
    assert sorted(left) == sorted(name for name in sealed if str(tasks[0].id) not in name)
    async with working(service, {TaskKind.IMPACT: run}):
        for task in tasks[1:]:
            assert (await ended(service, task)).status is TaskStatus.COMPLETED
    assert await delete_repository(service, "org", [ref], actor="user") == Deleted()
    assert await kept_of(service, another)
    assert await kept_of(service, shop, "other")
