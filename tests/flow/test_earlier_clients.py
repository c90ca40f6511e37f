"""Requests of clients of the earlier service, replayed, their answers checked field by field."""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import httpx
import pytest

from running_service import COMPLETED, Served, ended

RECORDED = Path(__file__).parent / "compat"
JSON_TYPES = {"string": str, "number": int | float, "boolean": bool, "null": type(None)}
NUMBERED = re.compile(r"\d+: ?.*")
LONG = "".join(f"line {number}\n" for number in range(1, 401))


class Replay:
    """Sends recorded requests; what one answers, the next may name."""

    def __init__(self, client: httpx.Client, **names: str) -> None:
        self.client = client
        self.names = names
        self.sent: set[str] = set()

    def __call__(self, name: str) -> Any:
        text = (RECORDED / f"{name}.json").read_text()
        recorded = json.loads(Template(text).substitute(self.names))
        self.sent.add(name)
        answer = self.client.request(
            recorded["method"],
            recorded["path"],
            headers=recorded.get("headers"),
            json=recorded.get("body"),
        )
        assert answer.status_code == recorded["status"], answer.text
        said = answer.json()
        in_shape(said, recorded["fields"], name)
        return said

    def task(self, name: str) -> str:
        """Submits, and waits as those clients do: `status` alone counts."""
        task_id: str = self(name)["taskId"]
        task = ended(self.client, task_id)
        assert task["status"] == COMPLETED, task
        return task_id


def in_shape(value: Any, shape: Any, where: str) -> None:
    """Every agreed field is there and of the agreed type; more may stand beside."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        for name, inner in shape.items():
            assert name in value, f"{where}.{name}"
            in_shape(value[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for number, one in enumerate(value):
            in_shape(one, shape[0] if shape else {}, f"{where}[{number}]")
    else:
        assert isinstance(value, JSON_TYPES[shape]), f"{where} is {value!r}"
        assert shape == "boolean" or not isinstance(value, bool), where


@pytest.fixture
def replay(api: Served, service_repo: dict[str, Any]) -> Iterator[Replay]:
    with api.client("compat") as client:
        yield Replay(
            client,
            URL=service_repo["head"]["url"],
            BASE=service_repo["base"]["commitSha"],
            HEAD=service_repo["head"]["commitSha"],
            GZIPPED=base64.b64encode(gzip.compress(LONG.encode())).decode(),
        )


@pytest.mark.usefixtures("api_worker")
@pytest.mark.timeout(120)
def test_a_pull_request_from_its_graphs_to_its_end(replay: Replay) -> None:
    replay.names["GRAPHS"] = replay.task("graphs")
    replay.names["IMPACT"] = replay.task("impact")
    found = replay("impact_result")
    (total,) = [one for one in found["functionsAffect"] if "def total" in one["newFunction"]]
    assert total["oldFunction"].startswith("1: def total(items, tax):")
    assert total["newFunction"].startswith("1: def total(items, tax, discount=0):")
    names = {one["functionName"] for one in total["functionsAffect"]}
    assert {"pay", "checkout"} <= names
    for changed in found["functionsAffect"]:
        for one in changed["functionsAffect"]:
            assert one["filePath"]
            assert not one["filePath"].startswith("/")
            assert one["functionBody"]
            assert all(NUMBERED.fullmatch(line) for line in one["functionBody"].splitlines())
    assert found["notLookedFor"] == []
    assert found["matchedBy"] == "lines"
    assert (found["baseCommit"], found["headCommit"]) == (replay.names["BASE"], replay.names["HEAD"])

    content = replay("content")
    lines = content["content"].splitlines()
    assert lines[:3] == [
        "<-- shop/price.py -->",
        "1: def total(items, tax, discount=0):",
        "2:     return sum(items) * tax - discount",
    ]
    assert "<-- shop/cart.py -->" in lines
    assert "9:         return total(self.items, 2)" in lines
    assert "<-- tests/test_cart.py -->" in lines
    assert (content["flag"], content["notLookedFor"], content["cutLines"]) == ("simple", [], 0)

    task = replay("task")["task"]
    assert (task["status"], task["metadata"]["progress"], task["metadata"]["priority"]) == (3, 100, 2)
    assert task["createdAt"]["seconds"] > 1_700_000_000
    assert 0 <= task["createdAt"]["nanos"] < 1_000_000_000
    replay("no_task")
    assert replay("delete")["removed"]["tasks"] == 2
    assert replay.client.get(f"/api/tasks/{replay.names['GRAPHS']}/result").json()["artifact"] is None


@pytest.mark.usefixtures("api_worker")
def test_a_fork_with_the_same_branch_name(replay: Replay) -> None:
    task_id = replay.task("graphs_of_a_fork")
    summary = replay.client.get(f"/api/tasks/{task_id}/result").json()["summary"]
    # Which commits a branch stood for, the answer says.
    assert summary["baseCommit"] == summary["headCommit"] == replay.names["HEAD"]


@pytest.mark.usefixtures("api_worker")
def test_files_that_the_client_sends(replay: Replay) -> None:
    replay.names["VALIDATE"] = replay.task("validate")
    results = replay("validate_result")["result"]["results"]
    assert [(one["id"], one["isValid"], one["status"]) for one in results] == [
        ("a", True, "VALID"),
        ("b", False, "INVALID_SYNTAX"),
        ("c", False, "UNSUPPORTED_LANGUAGE"),
    ]
    assert results[1]["error"]
    replay.names["EXCERPTS"] = replay.task("excerpts")
    first, second = replay("excerpts_result")["result"]["files"]
    assert (first["flag"], first["content"]) == ("full", "<-- a.py -->\n1: x = 1\n2: y = 2")
    lines = second["content"].splitlines()
    assert (second["flag"], lines[0], lines[1]) == ("simple", "<-- b.py -->", "188: line 188")
    assert lines[-1] == "213: line 213"


def test_every_recorded_request_is_replayed() -> None:
    text = Path(__file__).read_text()
    assert [file.stem for file in RECORDED.iterdir() if f'("{file.stem}")' not in text] == []


def test_a_result_that_is_not_there_yet_is_no_404(quiet_api: Served) -> None:
    """A 404 would tell those clients that there is no such task."""
    with quiet_api.client("early") as client:
        body = {
            "baseRepo": {"url": "file:///x"},
            "headRepo": {"url": "file:///x"},
            "codeChunk": "",
            "fileName": "a",
        }
        task_id = client.post("/api/ast/impact-analysis/initialize", json=body).json()["taskId"]
        answer = client.post("/api/ast/impact-analysis/retrieve", json={"taskId": task_id})
        assert (answer.status_code, answer.json()["code"]) == (409, "task_not_ended")
        assert answer.headers["retry-after"]
        client.post(f"/api/tasks/{task_id}/cancel")
