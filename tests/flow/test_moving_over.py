"""Clients of the earlier service move over by changing the base URL: their keys, ids, commits, routes."""

import base64
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from running_service import COMPLETED, FAILED, Served, ended

NOBODY = {"url": "https://github.com/nobody/nothing", "branch": "main"}


@pytest.fixture
def client(api: Served) -> Iterator[httpx.Client]:
    with api.client("moving") as one:
        yield one


@pytest.fixture
def repos(service_repo: dict[str, Any]) -> dict[str, Any]:
    return {"baseRepo": service_repo["base"], "headRepo": service_repo["head"]}


def basic(password: str, user: str = "x") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def status(api: Served, headers: dict[str, str]) -> int:
    return httpx.get(f"{api.url}/api/tasks", headers=headers).status_code


def test_a_key_in_the_base_url_is_the_password_of_basic_authentication(api: Served) -> None:
    key = api.key("moving")
    with httpx.Client(base_url=api.url.replace("://", f"://x:{key}@")) as client:
        answer = client.post("/api/v2/impact", json={"baseRepo": NOBODY, "headRepo": NOBODY})
        assert answer.status_code == 202
        assert client.get(f"/api/tasks/{answer.json()['taskId']}").status_code == 200
    with api.client("other") as other:
        assert other.get(f"/api/tasks/{answer.json()['taskId']}").status_code == 404
    assert status(api, basic(key, user="")) == 200
    for headers in (
        basic("kast_nothing"),
        basic("", user=key),
        basic(f"{key}x"),
        {"Authorization": "Basic ?"},
    ):
        assert status(api, headers) == 401
    refused = httpx.get(f"{api.url}/api/tasks")
    assert "Basic realm=" in refused.headers["www-authenticate"]
    assert "Bearer realm=" in refused.headers["www-authenticate"]
    assert key not in api.process.log.read_text()


def test_a_task_key_counts_if_it_is_a_key_and_is_ignored_otherwise(api: Served) -> None:
    key = api.key("moving")
    assert status(api, {"x-task-key": key}) == 200
    for other in ("0193a0de-0000-7000-8000-000000000001", "kast_nothing", "left over", ""):
        assert status(api, {"x-task-key": other}) == 401
        assert status(api, {"x-task-key": other, "Authorization": f"Bearer {key}"}) == 200
    # What the request is authenticated with wins over it.
    assert status(api, {"x-task-key": key, "Authorization": "Bearer kast_nothing"}) == 401


@pytest.mark.parametrize("given", ["7", 7, "pr-12", "", None, "{0193a0de-0000-7000-8000-000000000001}"])
def test_ids_that_are_no_uuids_are_ignored(client: httpx.Client, given: object) -> None:
    bodies = {
        "/api/ast/repositories/initialize": {"baseRepo": NOBODY, "headRepo": NOBODY, "taskId": given},
        "/api/ast/impact-analysis/initialize": {
            "baseRepo": NOBODY, "headRepo": NOBODY, "codeChunk": "x", "fileName": "a.py", "taskId": given,
            "graphsTaskId": given,
        },
        "/api/v2/impact": {"baseRepo": NOBODY, "headRepo": NOBODY, "taskId": given},
        "/api/ast/validate-code/initialize": {
            "files": [{"id": "1", "encodedData": "eA==", "filePath": "a.py"}], "taskId": given,
        },
        "/api/ast/diff/content/initialize": {
            "files": [{"id": "1", "content": "eA==", "filePath": "a.py"}], "taskId": given,
        },
    }  # fmt: skip
    for path, body in bodies.items():
        answer = client.post(path, json=body)
        assert answer.status_code == 202, answer.text
        assert str(uuid.UUID(answer.json()["taskId"])) != given
    answer = client.post("/api/ast/repositories/delete", json=bodies["/api/ast/repositories/initialize"])
    assert answer.status_code == 200


@pytest.mark.usefixtures("api_worker")
@pytest.mark.timeout(120)
def test_a_task_id_that_names_finished_graphs_is_where_they_are(
    client: httpx.Client, repos: dict[str, Any]
) -> None:
    graphs = client.post("/api/ast/repositories/initialize", json=repos).json()["taskId"]
    assert ended(client, graphs)["status"] == COMPLETED
    body = repos | {"codeChunk": "@@ -1,2 +1,2 @@\n-a\n+b\n", "fileName": "shop/price.py"}
    path = "/api/ast/impact-analysis/initialize"
    answer = client.post(path, json=body | {"taskId": graphs})
    assert answer.status_code == 202, answer.text
    task_id = answer.json()["taskId"]
    assert task_id != graphs
    assert ended(client, task_id)["status"] == COMPLETED
    # The same request in the other field is the same task.
    assert client.post(path, json=body | {"graphsTaskId": graphs}).json()["taskId"] == task_id
    # Any other id is that of the new task, as before.
    own = str(uuid.uuid4())
    assert client.post(path, json=body | {"taskId": own, "graphsTaskId": graphs}).json()["taskId"] == own


@pytest.mark.usefixtures("api_worker")
@pytest.mark.timeout(120)
def test_the_beginning_of_a_commit_id_is_enough(client: httpx.Client, repos: dict[str, Any]) -> None:
    short = {name: repo | {"commitSha": repo["commitSha"][:8].upper()} for name, repo in repos.items()}
    task_id = client.post("/api/ast/repositories/initialize", json=short).json()["taskId"]
    task = ended(client, task_id)
    assert task["status"] == COMPLETED, task
    summary = client.get(f"/api/tasks/{task_id}/result").json()["summary"]
    assert summary["baseCommit"] == repos["baseRepo"]["commitSha"]
    assert summary["headCommit"] == repos["headRepo"]["commitSha"]
    unknown = short | {"headRepo": repos["headRepo"] | {"commitSha": "0123456789"}}
    failed = ended(client, client.post("/api/ast/repositories/initialize", json=unknown).json()["taskId"])
    assert (failed["status"], failed["metadata"]["error"]["code"]) == (FAILED, "commit_missing")


@pytest.mark.usefixtures("api_worker")
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("list_name", "path_name", "data_name"), [
    ("files", "filePath", "encodedPatch"),
    ("suggestions", "relevantFile", "encodedData"),
])  # fmt: skip
def test_suggestions_are_diagnosed_as_far_as_syntax_goes(
    client: httpx.Client, list_name: str, path_name: str, data_name: str
) -> None:
    texts = {"src/a.py": "x = 1\n", "src/b.py": "x = 1\ndef f(:\n", "c.zzz": "?"}
    files = [
        {path_name: path, data_name: base64.b64encode(text.encode()).decode()} for path, text in texts.items()
    ]
    body = {"repoData": NOBODY, list_name: [*files, {path_name: "later.py", "suggestion": "rename it"}]}
    answer = client.post("/api/lsp/suggestion/diagnostic", json=body)
    assert answer.status_code == 202, answer.text
    task_id = answer.json()["taskId"]
    assert ended(client, task_id)["status"] == COMPLETED
    found = client.get(f"/api/lsp/suggestion/diagnostic/{task_id}").raise_for_status().json()
    assert [(one["filePath"], one["status"]) for one in found["result"]] == [
        ("src/a.py", "clean"), ("src/b.py", "error"), ("c.zzz", "unchecked"), ("later.py", "unchecked"),
    ]  # fmt: skip
    (problem,) = found["result"][1]["diagnostics"]
    assert problem["range"]["start"]["line"] == 1
    assert problem["severity"] == 1
    assert problem["message"]
    assert [one["diagnostics"] for one in found["result"] if one["status"] != "error"] == [[], [], []]
    assert "types" in found["notLookedFor"]
