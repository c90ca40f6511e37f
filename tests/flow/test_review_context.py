"""Context for reviewers over HTTP: twins, excerpts and the page for language models."""

from typing import Any

import pytest

from running_service import COMPLETED, Served, ended
from sample_repositories import Lab, Repo

BODY = "".join(f"    part{n} = source.read(width + {n})\n    out.append(part{n})\n" for n in range(6))
OLD = f"def load(source, out, width):\n{BODY}    return out\n"
APP = "def first(x):\n    return x + 1\n\n\ndef second(x):\n    return x + 2\n"
CALLS = (
    "from app import first, second\n\n\ndef one(x):\n    return first(x)\n\n\n"
    "def two(x):\n    return second(x)\n"
)
NEW_APP = APP.replace("x + 1", "x + 10").replace("x + 2", "x + 20")


@pytest.fixture
def repo(lab: Lab) -> Repo:
    """Two functions of one file changed, and a third that is the copy of one elsewhere."""
    return lab.repo(
        "reading",
        {"old.py": OLD, "app.py": APP, "calls.py": CALLS},
        {"app.py": NEW_APP + "\n\n" + OLD.replace("load", "fetch")},
    )


@pytest.fixture
def states(repo: Repo) -> dict[str, dict[str, str]]:
    url = f"file://{repo.path}"
    return {
        "baseRepo": {"url": url, "branch": "main", "commitSha": repo.git("rev-parse", "HEAD~1")},
        "headRepo": {"url": url, "branch": "main", "commitSha": repo.git("rev-parse", "HEAD")},
    }


def analysed(api: Served, states: dict[str, Any], chunk: str) -> dict[str, Any]:
    """What the kept routes say of a chunk of `app.py`."""
    with api.client("reading") as client:
        body = states | {"codeChunk": chunk, "fileName": "app.py"}
        task_id = client.post("/api/ast/impact-analysis/initialize", json=body).json()["taskId"]
        assert ended(client, task_id)["status"] == COMPLETED
        found: dict[str, Any] = client.post(
            "/api/ast/impact-analysis/retrieve", json={"taskId": task_id} | states
        ).json()
        return found


def changed(found: dict[str, Any]) -> list[str]:
    return [one["newFunction"].splitlines()[0].split(": ", 1)[1] for one in found["functionsAffect"]]


@pytest.mark.usefixtures("api_worker")
def test_a_new_function_that_does_the_same_as_another(api: Served, states: dict[str, Any]) -> None:
    found = analysed(api, states, "")
    (function,) = found["functionSimilarity"]
    assert (function["functionName"], function["filePath"]) == ("fetch", "app.py")
    (twin,) = function["similarFunctions"]
    assert (twin["functionName"], twin["filePath"], twin["isSimilar"]) == ("load", "old.py", True)
    assert (twin["type"], twin["score"]) == (1, 1.0)
    assert twin["explanation"] == "The same code, comments and layout aside."
    assert twin["functionBody"].startswith("1: def load(source, out, width):")
    assert found["notLookedFor"] == []
    assert found["tooShortForSimilarity"] == ["app.py::first", "app.py::second"]


@pytest.mark.usefixtures("api_worker")
@pytest.mark.parametrize(
    ("chunk", "by", "wanted"),
    [
        ("", "nothing", ["def first(x):", "def second(x):", "def fetch(source, out, width):"]),
        (
            "@@ -5,2 +5,2 @@\n def second(x):\n-    return x + 2\n+    return x + 20\n",
            "lines",
            ["def second(x):"],
        ),
        (
            "@@ -1,2 +1,2 @@\n__new hunk__\n1  def first(x):\n2 +    return x + 10\n",
            "lines",
            ["def first(x):"],
        ),
        ("def second(x):\n    return x + 20\n", "text", ["def second(x):"]),
    ],
)
def test_a_chunk_means_the_lines_that_it_is_about(
    api: Served, states: dict[str, Any], chunk: str, by: str, wanted: list[str]
) -> None:
    found = analysed(api, states, chunk)
    assert (found["matchedBy"], changed(found)) == (by, wanted)


@pytest.mark.usefixtures("api_worker")
def test_the_whole_job_brings_twins_excerpts_and_a_page(api: Served, states: dict[str, Any]) -> None:
    with api.client("reading") as client:
        body = states | {"options": {"budget": 4000}}
        task_id = client.post("/api/v2/impact", json=body).json()["taskId"]
        assert ended(client, task_id)["status"] == COMPLETED
        summary = client.get(f"/api/tasks/{task_id}/result").json()["summary"]
        answer = client.get(f"/api/tasks/{task_id}/artifact").json()
    assert summary["twins"] == 1
    assert answer["similarity"]["functions"][-1]["twins"][0]["symbol"]["id"] == "old.py::load"
    paths = [file["path"] for file in answer["excerpts"]["files"]]
    assert paths[:2] == ["app.py", "calls.py"]
    assert len(answer["prompt"]) <= 4000
    assert "## What the graph cannot see" in answer["prompt"]
    assert "`app.py::fetch` ↔ `old.py::load`" in answer["prompt"]


@pytest.mark.usefixtures("api_worker")
def test_an_excerpt_keeps_its_budget_and_says_what_it_cut(api: Served, states: dict[str, Any]) -> None:
    with api.client("reading") as client:
        task_id = client.post("/api/ast/repositories/initialize", json=states).json()["taskId"]
        assert ended(client, task_id)["status"] == COMPLETED
        diff = "@@ -1,2 +1,2 @@\n def first(x):\n-    return x + 1\n+    return x + 10\n"
        body = {"taskId": task_id, "headRepo": states["headRepo"], "diff": diff, "filePath": "app.py"}
        whole = client.post("/api/ast/diff/content", json=body).json()
        assert "5:     return first(x)" in whole["content"]
        # The other change of the file is none of this diff.
        assert "second(x)" not in whole["content"].partition("<-- calls.py -->")[0]
        assert "return second(x)" not in whole["content"]
        tight = client.post("/api/ast/diff/content", json=body | {"budget": 150}).json()
    assert (whole["flag"], whole["cutLines"], whole["notLookedFor"]) == ("simple", 0, [])
    assert len(tight["content"]) <= 150
    assert tight["cutLines"] > 0
