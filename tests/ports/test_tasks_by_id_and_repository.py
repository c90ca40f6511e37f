"""The `Tasks` port: ids that clients give, and the tasks of a repository."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from kodus_ast.adapters.postgres_tasks import PostgresTasks
from kodus_ast.errors import TaskConflictError
from kodus_ast.models.task_requests import RepoRef
from kodus_ast.models.tasks import CLIENT_ID, SEALED, Created, NewTask, TaskKind
from ports.test_tasks import ERROR, RESULT, claimed, created, new


async def test_an_id_is_taken_once(tasks: PostgresTasks) -> None:
    given = str(uuid4())
    task = await created(tasks, metadata={CLIENT_ID: given})
    assert str(task.public_id) == given != str(task.id)
    with pytest.raises(TaskConflictError, match=given):
        await tasks.create(new(metadata={CLIENT_ID: given}))
    with pytest.raises(TaskConflictError):
        await tasks.create(new(metadata={CLIENT_ID: str(task.id)}))
    made = await asyncio.gather(
        *(tasks.create(new(metadata={CLIENT_ID: str(uuid4())}, idempotency_key="k")) for _ in range(6)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Created) and one.is_new for one in made) == 1


async def test_the_ids_of_one_organization_are_free_in_another(tasks: PostgresTasks) -> None:
    """Otherwise a conflict would tell that another one has the id."""
    given = uuid4()
    first = await created(tasks, metadata={CLIENT_ID: str(given)})
    unnamed = await created(tasks)
    for taken in (given, first.id, unnamed.id):
        other = await tasks.create(new("other", metadata={CLIENT_ID: str(taken)}))
        assert (other.is_new, other.task.public_id) == (True, taken)
        assert await tasks.find(taken, "other") == other.task
        assert await tasks.cancel(other.task.id, "org", actor="user") is None
    assert await tasks.find(given, "org") == first
    assert await tasks.find(given) is None
    assert await tasks.find(first.id, "org") == await tasks.find(first.id) == first
    assert await tasks.find(given, "a third") is None


async def test_a_copy_of_a_task_with_an_id_of_its_client_has_another(tasks: PostgresTasks) -> None:
    given = str(uuid4())
    running = await claimed(tasks, await created(tasks, metadata={CLIENT_ID: given}))
    await tasks.fail(running.lease, ERROR, actor="worker")
    copies = [await tasks.copy(running.id, "org", actor="user") for _ in range(2)]
    for copy in copies:
        assert copy is not None
        assert (copy.public_id, copy.metadata) == (copy.id, {"retryOf": given})


async def test_the_tasks_of_a_repository_are_found(tasks: PostgresTasks) -> None:
    def about(branch: str, sha: str, url: str = "u", organization: str = "org", **more: Any) -> NewTask:
        ref = {"url": url, "branch": branch, "commitSha": sha}
        request = {"headRepo": ref, "baseRepo": {"url": "base"}}
        return NewTask(organization_id=organization, kind=TaskKind.IMPACT, request=request, **more)

    async def done(task: NewTask, resolved: str) -> UUID:
        running = await claimed(tasks, (await tasks.create(task)).task)
        await tasks.finish(running.lease, RESULT, {"headCommit": resolved}, actor="worker")
        return running.id

    by_branch, by_commit = await done(about("main", ""), "aa"), await done(about("main", "AA"), "aa")
    other_url = await done(about("main", "", "other"), "aa")
    await done(about("main", "", organization="another"), "aa")
    later = await done(about("main", ""), "bb")
    waiting = (await tasks.create(about("topic", "cc"))).task.id
    failed = await claimed(tasks, (await tasks.create(about("main", "", metadata={SEALED: "n"}))).task)
    await tasks.fail(failed.lease, ERROR, actor="worker")
    keeps_nothing = await claimed(tasks, (await tasks.create(about("main", ""))).task)
    await tasks.fail(keeps_nothing.lease, ERROR, actor="worker")
    assert sorted(await tasks.repository_urls("org")) == ["base", "other", "u"]

    async def named(branch: str, sha: str) -> set[UUID]:
        found = await tasks.find_by_repository("org", ["u"], RepoRef(url="u", branch=branch, commit_sha=sha))
        assert {task.id for task in found} == {by_branch, by_commit, later, waiting, failed.id}
        kept = {task.id for task in found if task.has_artifacts}
        assert kept == {by_branch, by_commit, later}
        return {task.id for task in found if task.is_named}

    assert await named("main", "") == {by_branch, by_commit, later, failed.id}
    assert await named("main", "aa") == await named("renamed", "aa") == {by_branch, by_commit}
    assert await named("", "bb") == {later}
    assert await named("topic", "CC") == {waiting}
    assert await named("other", "") == set()
    assert len(await named("", "")) == 5
    of_base = await tasks.find_by_repository("org", ["base", "other"], RepoRef(url="base"))
    assert {task.id for task in of_base} == {by_branch, by_commit, later, waiting, failed.id, other_url}
