"""A deleted repository cannot be read any more: not through any process, and not on any disk."""

import os
import re
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

import external_services
import running_service
from kodus_ast.models.tasks import Scope
from running_service import CANCELLED, COMPLETED, Served, ended

DIFF = (
    "--- a/shop/price.py\n+++ b/shop/price.py\n@@ -1 +1 @@\n"
    "-def total(items, tax):\n+def total(items, tax, discount=0):\n"
)


def code_left(directory: Path) -> list[str]:
    """The files below a directory that hold code of repositories, or what was sealed."""
    kept = re.compile(r".*\.graph|.*/repositories/.*/objects/.*|.*/artifacts/(?:tasks|graphs|sealed)/.*")
    # Not a glob: directories go while this looks.
    files = [f"{parent}/{name}" for parent, _, names in os.walk(directory) for name in names]
    return sorted(file for file in files if kept.fullmatch(file))


class Machines:
    """Two APIs and a worker on machines of their own, which share a database and a store."""

    def __init__(self, stack: ExitStack, directory: Path, database_url: str) -> None:
        self.stack = stack
        self.directory = directory
        self.environment = running_service.settings(directory, database_url)

    def environment_of(self, name: str) -> dict[str, str]:
        return self.environment | {"KODUS_AST_CACHE": str(self.directory / name / "cache")}

    def serve(self, name: str) -> Served:
        return self.stack.enter_context(
            running_service.serving(self.directory / name, self.environment_of(name))
        )

    def work(self, name: str) -> running_service.Process:
        (self.directory / name).mkdir(exist_ok=True)
        return self.stack.enter_context(
            running_service.working(self.directory / name, self.environment_of(name))
        )

    def code_left(self) -> list[str]:
        return code_left(self.directory)


def wait_until(is_so: Any, timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def reads(client: httpx.Client, task_id: str, repo: dict[str, Any]) -> list[httpx.Response]:
    """Every route that shows the code of a task's repository."""
    body = {"taskId": task_id, **repo, "diff": DIFF, "filePath": "shop/price.py"}
    graph = f"/api/v2/graphs/{task_id}"
    return [
        client.post("/api/ast/diff/content", json=body),
        client.get(f"{graph}/search?q=total"),
        client.get(f"{graph}/symbols/total"),
        client.get(f"{graph}/symbols/total/callers"),
        client.get(f"{graph}/symbols/checkout/path?to=total"),
        client.get(f"/api/tasks/{task_id}/artifact"),
    ]


@pytest.mark.timeout(240)
def test_a_deleted_repository_is_read_nowhere(tmp_path: Path, service_repo: dict[str, Any]) -> None:
    repo = {"baseRepo": service_repo["base"], "headRepo": service_repo["head"]}
    with (
        external_services.database(external_services.DATABASE_URL) as url,
        ExitStack() as stack,
    ):
        machines = Machines(stack, tmp_path, url)
        here, there, worker = machines.serve("here"), machines.serve("there"), machines.work("worker")
        scopes = (Scope.SUBMIT, Scope.READ)
        with here.client("own", *scopes) as client, here.client("other", *scopes) as other:
            elsewhere = httpx.Client(base_url=there.url, headers=client.headers, timeout=20)
            tasks: list[str] = []
            for path in ("/api/ast/repositories/initialize", "/api/v2/impact"):
                tasks.append(client.post(path, json=repo).raise_for_status().json()["taskId"])
                assert ended(client, tasks[-1])["status"] == COMPLETED
            theirs = other.post("/api/v2/impact", json=repo).json()["taskId"]
            assert ended(other, theirs)["status"] == COMPLETED
            for one in (client, elsewhere):
                for task_id in tasks:
                    assert [answer.status_code for answer in reads(one, task_id, repo)] == [200] * 6
            assert "discount" in reads(client, tasks[0], repo)[0].text
            assert len(machines.code_left()) > 20
            # Not of the worker, which is away, and about another state: it waits, and goes on afterwards.
            worker.stop()
            auth = {"auth": {"token": "canary"}}
            other_state = {name: ref | {"commitSha": "f" * 40} | auth for name, ref in repo.items()}
            waiting = client.post("/api/v2/impact", json=other_state).json()["taskId"]
            options = {"options": {"depth": 1}}
            same = client.post("/api/v2/impact", json=repo | options | {"headRepo": repo["headRepo"] | auth})

            spelled = {name: ref | {"url": f"{ref['url']}/"} for name, ref in repo.items()}
            removed = client.post("/api/ast/repositories/delete", json=spelled).raise_for_status().json()
            assert (removed["cancelled"], removed["unfinished"]) == (1, 1)
            assert removed["removed"]["tasks"] == 3
            assert removed["removed"]["sealed"] == 1
            assert removed["removed"]["artifacts"] >= 7
            assert removed["removed"]["graphs"] >= 2
            assert ended(client, same.json()["taskId"])["status"] == CANCELLED

            for one in (client, elsewhere):
                for task_id in tasks:
                    for answer in reads(one, task_id, repo):
                        assert (answer.status_code, answer.json()["code"]) == (410, "artifact_gone")
            assert [answer.status_code for answer in reads(other, theirs, repo)] == [200] * 6

            # A request that names no state is about all of them.
            whole = {"headRepo": {"url": repo["headRepo"]["url"]}}
            everything = client.post("/api/ast/repositories/delete", json=whole).raise_for_status().json()
            assert (everything["cancelled"], everything["unfinished"]) == (1, 0)
            assert everything["removed"]["sealed"] == 1
            assert ended(client, waiting)["status"] == CANCELLED
            gone = other.post("/api/ast/repositories/delete", json=repo).raise_for_status().json()
            assert gone["removed"]["tasks"] == 1
            elsewhere.close()
        there.process.stop()
        # Each looks for what others have deleted when it starts, and once a minute.
        machines.serve("there")
        machines.work("worker")
        wait_until(lambda: machines.code_left() == [])
