"""Fetched objects and built graphs are reused by later tasks, until the repository is invalidated."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import external_services
from faults.test_worker import ended, submitted, working
from git_host import GitHost, git_host
from kodus_ast.adapters.service_context import connect_service as connected
from kodus_ast.config import ServiceSettings
from kodus_ast.models.task_requests import ImpactRequest, Remote, RepoRef, as_row
from kodus_ast.models.tasks import TaskStatus
from kodus_ast.ports import ServiceContext
from kodus_ast.repositories import graph_builds
from kodus_ast.repositories.invalidation import NOTES, apply_invalidations, invalidate_repository
from kodus_ast.repositories.retention import remove_expired_graphs
from kodus_ast.sandbox import resilient_build
from sample_repositories import Lab, Repo


@pytest.fixture
def via() -> str:
    return "embedded"


@pytest.fixture
def host(lab: Lab) -> Iterator[GitHost]:
    with git_host(lab.path, None, delay_s=0.0) as found:
        lab.environment["KODUS_AST_GIT_PROTOCOLS"] = "http"
        lab.environment["KODUS_AST_HOSTS"] = str(found.hosts_file(lab.path))
        yield found


def pair(host: GitHost, base: str, head: str) -> dict[str, Any]:
    url = f"{host.url}/origin/.git"
    refs = [RepoRef(url=url, commit_sha=commit) for commit in (base, head)]
    return as_row(ImpactRequest(base_repo=refs[0], head_repo=refs[1]))


async def completed(service: ServiceContext, request: dict[str, Any]) -> None:
    done = await ended(service, await submitted(service, request=request), 50)
    assert done.status is TaskStatus.COMPLETED, done.error


async def test_later_tasks_cost_what_is_new_and_an_unchanged_pair_nothing(
    lab: Lab, host: GitHost, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(6)
    files = {f"pkg/f{n}.py": f"D = '{chance.randbytes(2000).hex()}'\n" for n in range(200)}
    origin: Repo = lab.repo("origin", files)
    base = origin.git("rev-parse", "HEAD")
    head = origin.commit({"pkg/f0.py": "def one():\n    return 1\n"})
    later = origin.commit({"pkg/f1.py": "def two():\n    return 2\n"})
    builds = []
    real = resilient_build.build_resiliently

    async def counted(*arguments: Any) -> Any:
        builds.append(arguments)
        return await real(*arguments)

    monkeypatch.setattr(graph_builds, "build_resiliently", counted)
    await external_services.emptied(settings.database_url)
    whole = replace(lab.settings, service=settings)
    async with connected(whole, lab.repos, lab.graphs) as service, working(service):
        await completed(service, pair(host, base, head))
        first, asked = host.sent, len(host.asked)
        assert (len(builds), first > 400_000) == (2, True)
        await completed(service, pair(host, base, head))
        assert (host.sent, len(host.asked), len(builds)) == (first, asked, 2)
        await completed(service, pair(host, head, later))
        assert len(builds) == 3, "the head of before is the base of now"
        assert host.sent - first < first * 0.05, (host.sent - first, first)
        print(f"\nbytes: first task {first}, second {host.sent - first}")  # noqa: T201 - a figure to read


async def test_another_worker_takes_the_graphs_of_the_first_until_they_are_too_many(
    lab: Lab, host: GitHost, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = lab.repo("origin", {"a.py": "def f(): ...\n"})
    commits = [origin.git("rev-parse", "HEAD"), origin.commit({"a.py": "def g(): ...\n"})]
    there = Lab(lab.path / "there", lab.environment | {"KODUS_AST_CACHE": str(lab.path / "there" / "cache")})
    await external_services.emptied(settings.database_url)
    here = replace(lab.settings, service=settings)
    async with connected(here, lab.repos, lab.graphs) as service, working(service):
        await completed(service, pair(host, *commits))
        stored = await service.artifacts.list_names("graphs/")
        assert sorted(name.split("/")[2].split(".")[0] for name in stored) == sorted(2 * commits)

    async def built_anew(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(graph_builds, "build_resiliently", built_anew)
    async with connected(replace(there.settings, service=settings), there.repos, there.graphs) as service:
        async with working(service):
            request = pair(host, *commits)
            request["options"] = {"depth": 7}
            await completed(service, request)
        few = replace(settings, retained_graphs=1)
        full = replace(service, settings=replace(there.settings, service=few))
        await remove_expired_graphs(full)
        left = await service.artifacts.list_names("graphs/")
        assert {name.split("/")[2].split(".")[0] for name in left} == {commits[1]}
        old = replace(
            service, settings=replace(there.settings, service=replace(few, retention=-timedelta(1)))
        )
        await remove_expired_graphs(old)
        assert await service.artifacts.list_names("graphs/") == []


async def test_what_is_forgotten_on_one_machine_is_forgotten_on_all(
    lab: Lab, host: GitHost, settings: ServiceSettings
) -> None:
    origin = lab.repo("origin", {"a.py": "def f(): ...\n"})
    commit = origin.git("rev-parse", "HEAD")
    of = Remote(url=f"{host.url}/origin/.git", organization="org")
    other = Remote(url=of.url, organization="other")
    here = replace(lab.settings, service=settings)
    there = Lab(lab.path / "there", lab.environment | {"KODUS_AST_CACHE": str(lab.path / "there" / "cache")})
    async with (
        connected(here, lab.repos, lab.graphs) as one,
        connected(replace(there.settings, service=settings), there.repos, there.graphs) as two,
    ):
        for service in (one, two):
            for remote in (of, other):
                async with service.repos.checkout(remote, commit) as place:
                    service.graphs.put("key", lab.path / "origin" / "a.py", place.stem)
        await invalidate_repository(one, of)
        assert [service.repos.store_path(of).exists() for service in (one, two)] == [False, True]
        await apply_invalidations(two)
        for service in (one, two):
            assert not service.repos.store_path(of).exists()
            assert service.graphs.find("key", service.repos.store_path(of).stem) is None
            assert service.repos.store_path(other).exists()
            assert service.graphs.find("key", service.repos.store_path(other).stem)
        # What is fetched after that stays.
        async with two.repos.checkout(of, commit):
            pass
        for service in (one, two):
            await apply_invalidations(service)
        assert two.repos.store_path(of).exists()
        assert len(await one.artifacts.list_names(NOTES)) == 1
        # Everybody has seen it long ago.
        (note,) = await one.artifacts.list_names(NOTES)
        stem, written, rest = note.removeprefix(NOTES).split(".")
        await one.artifacts.put_bytes(f"{NOTES}{stem}.{int(written) - 40 * 86400}.{rest}", b"")
        await apply_invalidations(one)
        assert await one.artifacts.list_names(NOTES) == [note]
        await invalidate_repository(one, replace_url(of, "https://nowhere.example/x"))


def replace_url(remote: Remote, url: str) -> Remote:
    return Remote(url=url, organization=remote.organization)
