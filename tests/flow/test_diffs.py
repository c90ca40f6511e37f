"""Requests with a diff, and with empty or missing fields as real clients send them."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from running_service import COMPLETED, FAILED, Served, ended
from sample_repositories import Repo

pytestmark = pytest.mark.usefixtures("api_worker")


@pytest.fixture
def client(api: Served) -> Iterator[httpx.Client]:
    with api.client("diffs") as client:
        yield client


def test_a_diff_says_what_was_before(client: httpx.Client, shop: Repo, service_repo: dict[str, Any]) -> None:
    head = service_repo["head"]

    def answer(body: dict[str, Any]) -> Any:
        task_id = client.post("/api/v2/impact", json=body).json()["taskId"]
        task = ended(client, task_id)
        assert task["status"] == COMPLETED, task
        found = client.get(f"/api/tasks/{task_id}/result").json()
        assert found["summary"]["leftOut"] == {"base": 0, "head": 0}
        whole = client.get(found["artifact"]["url"]).json()
        return whole, task["metadata"]["baseCommit"], whole["meta"]["base"].pop("commit")

    by_commits, *bases = answer({"baseRepo": service_repo["base"], "headRepo": head})
    assert bases == 2 * [service_repo["base"]["commitSha"]]
    # The base that is named may have moved on since: what the diff says is what was before.
    diff = shop.git("diff", "HEAD~1", "HEAD") + "\n"
    by_diff, *bases = answer({"baseRepo": head, "headRepo": head, "diff": diff})
    assert bases == [None, None]
    assert by_diff == by_commits


def test_a_diff_that_is_not_in_head_fails_the_task(
    client: httpx.Client, service_repo: dict[str, Any]
) -> None:
    diff = "--- a/web/app.ts\n+++ b/web/app.ts\n@@ -1 +1 @@\n-x\n+never there\n"
    body = {"baseRepo": service_repo["base"], "headRepo": service_repo["head"], "diff": diff}
    task = ended(client, client.post("/api/v2/impact", json=body).json()["taskId"])
    assert (task["status"], task["metadata"]["error"]["code"]) == (FAILED, "bad_diff")
    assert "never there" not in task["metadata"]["error"]["message"]


def test_of_a_diff_of_all_files_the_named_one_is_read(
    client: httpx.Client, shop: Repo, service_repo: dict[str, Any]
) -> None:
    refs = {"baseRepo": service_repo["base"], "headRepo": service_repo["head"]}
    diff = shop.git("diff", "HEAD~1", "HEAD") + "\n"
    graphs = client.post("/api/ast/repositories/initialize", json=refs).json()["taskId"]
    assert ended(client, graphs)["status"] == COMPLETED
    body = {**refs, "taskId": graphs, "diff": diff, "filePath": "web/format.ts"}
    content = client.post("/api/ast/diff/content", json=body).json()
    assert "<-- web/format.ts -->" in content["content"]
    assert "render" in content["content"], "its caller"
    assert "shop/price.py" not in content["content"]
    assert (content["flag"], content["leftOut"], content["headCommit"]) == (
        "simple", {"files": 0}, refs["headRepo"]["commitSha"],
    )  # fmt: skip
    body = {**refs, "graphsTaskId": graphs, "taskId": "", "codeChunk": diff, "fileName": "web/format.ts"}
    task_id = client.post("/api/ast/impact-analysis/initialize", json=body).json()["taskId"]
    assert ended(client, task_id)["status"] == COMPLETED
    found = client.post("/api/ast/impact-analysis/retrieve", json={"taskId": task_id}).json()
    (changed,) = found["functionsAffect"]
    assert "toFixed" in changed["newFunction"]
    assert [one["functionName"] for one in changed["functionsAffect"]] == ["render"]
    assert found["leftOut"]["files"] == 0
    assert found["format"] >= 1


def test_an_id_that_can_be_none_is_no_such_task(client: httpx.Client) -> None:
    for task_id in ("", "undefined", str(uuid4())):
        answer = client.post("/api/ast/impact-analysis/retrieve", json={"taskId": task_id})
        assert (answer.status_code, answer.json()["code"]) == (404, "task_not_found")


def test_empty_is_absent_and_numbers_may_be_texts(client: httpx.Client) -> None:
    repo = {
        "url": "file:///nowhere", "branch": "main", "commitSha": "", "provider": "", "organizationId": 7,
        "auth": {"type": 1, "token": "", "org": None, "username": None},
    }  # fmt: skip
    body = {"baseRepo": repo, "headRepo": repo, "codeChunk": "", "fileName": "a.py", "graphsTaskId": "",
            "taskId": "", "priority": 0}  # fmt: skip
    answer = client.post("/api/ast/impact-analysis/initialize", json=body)
    assert answer.status_code == 202, answer.text


def test_what_reads_beside_a_diff_waits_for_the_graphs(quiet_api: Served) -> None:
    with quiet_api.client("early") as client:
        repo = {"url": "file:///x"}
        task_id = client.post("/api/ast/repositories/initialize", json={"headRepo": repo}).json()["taskId"]
        body = {"taskId": task_id, "headRepo": repo, "diff": "@@ -1 +1 @@\n-a\n+b\n", "filePath": "a.py"}
        answer = client.post("/api/ast/diff/content", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "task_not_ended")
        client.post(f"/api/tasks/{task_id}/cancel")
