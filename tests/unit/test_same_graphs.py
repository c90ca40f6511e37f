"""The comparison of two exports finds what differs and accepts what is listed."""

import copy
from pathlib import Path
from typing import Any

import pytest

import same_graphs
from same_graphs import Accepted

GRAPH: dict[str, Any] = {
    "meta": {"repo": "/somewhere", "tool_version": "1", "languages": {"python": 1}},
    "nodes": [
        {"id": "a.py::f", "kind": "function", "start_line": 1},
        {"id": "a.py::g", "kind": "function", "start_line": 4},
    ],
    "edges": [
        {"kind": "CALLS", "from": "a.py::g", "to": "a.py::f", "path": "a.py", "line": 5, "via": "scope"},
        {"kind": "CALLS", "from": "a.py::g", "to": "a.py::f", "path": "a.py", "line": 5, "via": "scope"},
    ],
    "external": [{"from": "a.py::g", "package": "re", "name": "match", "line": 6}],
    "unresolved": [{"from": "a.py::g", "name": "h", "line": 7, "candidates": ["b", "a"]}],
    "skipped": [{"path": "b.py", "reason": "binary"}],
}


@pytest.fixture
def graph() -> dict[str, Any]:
    return copy.deepcopy(GRAPH)


def written(folder: Path, graph: dict[str, Any]) -> Path:
    folder.mkdir()
    lines = sorted(same_graphs.rows_of(copy.deepcopy(graph)))
    (folder / "p.txt").write_text("".join(f"{line}\n" for line in lines))
    return folder


def test_order_paths_and_versions_are_no_difference(tmp_path: Path, graph: dict[str, Any]) -> None:
    before = written(tmp_path / "before", graph)
    graph["meta"] |= {"repo": "/elsewhere", "tool_version": "2"}
    graph["nodes"].reverse()
    graph["unresolved"][0]["candidates"].reverse()
    assert same_graphs.same(before, written(tmp_path / "after", graph), [], [], 9)


def test_every_kind_of_difference_is_found(tmp_path: Path, graph: dict[str, Any]) -> None:
    before = written(tmp_path / "before", graph)
    graph["nodes"][0]["start_line"] = 2
    del graph["edges"][1]
    graph["external"].append({"from": "a.py::f", "package": "re", "name": "sub", "line": 2})
    del graph["unresolved"][0]
    graph["skipped"][0]["reason"] = "large"
    graph["meta"]["languages"]["go"] = 1
    after = written(tmp_path / "after", graph)
    found = same_graphs.differences("p", before / "p.txt", after / "p.txt")
    assert {(one.change, one.key) for one in found} == {
        ("changed", "node a.py::f"),
        ("changed", "edge CALLS a.py::g -> a.py::f :5"),
        ("added", "external a.py::f sub :2"),
        ("removed", "unresolved a.py::g h :7"),
        ("changed", "skipped b.py"),
        ("added", "language go"),
    }
    assert not same_graphs.same(before, after, [], [], 9)


@pytest.mark.parametrize(
    ("change", "row", "count", "good"),
    [
        ("removed", "edge CALLS a.py::g -> a.py::f :5", 1, True),
        ("removed", "edge CALLS * -> a.py::f :*", 1, True),
        ("removed", "edge CALLS * -> a.py::f :*", 2, False),
        ("added", "edge CALLS a.py::g -> a.py::f :5", 1, False),
        ("removed", "edge CALLS a.py::g -> a.py::f", 1, False),
    ],
)
def test_accepted_differences_are_met_exactly(
    tmp_path: Path, graph: dict[str, Any], change: str, row: str, count: int, good: bool
) -> None:
    before = written(tmp_path / "before", graph)
    graph["edges"].clear()
    after = written(tmp_path / "after", graph)
    assert same_graphs.same(before, after, [], [Accepted("p", change, row, count, "wanted")], 9) is good


def test_a_missing_export_is_a_difference(tmp_path: Path, graph: dict[str, Any]) -> None:
    before = written(tmp_path / "before", graph)
    (tmp_path / "after").mkdir()
    assert not same_graphs.same(before, tmp_path / "after", [], [], 9)
