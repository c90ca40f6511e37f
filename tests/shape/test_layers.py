"""Layers of the Rust core, checked on its own call graph, as this program builds it.

Imports do not show which module depends on which, because an `impl` block may be in any file. Calls do.
Not counted are guesses, virtual dispatch, calls in tests, and callbacks: a function that calls its parameter
does not depend on the functions that are passed to it.
"""

import asyncio
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from kodus_ast import graph

CRATE = Path(__file__).resolve().parents[2] / "rust" / "graph_core"
Calls = Mapping[str, set[str]]
"""The files that each file calls, as paths below `src`."""

LAYERS = (
    {"python"},
    {"build", "content", "overlap", "twins", "validate", "export", "confine", "allocator"},
    {"impact", "query"},
    {"changes"},
    {"resolve", "file_texts"},
    {"file_facts", "artifact"},
    {"platform"},
    {"extract"},
    {"languages", "source", "answer", "facts"},
    {"graph", "diff"},
    {"arena", "compressed"},
    {"error", "hashing", "sparse_rows"},
)
"""From top to bottom: a module calls only modules of lower layers."""

MOST_FILES = {"resolve/types": 10}
"""The most files in a cycle, by folder. Elsewhere it is 3."""

RESOLVE = ("mod", "incremental", "memory", "edges", "collect", "types", "index", "faults")
"""The layers of `resolve`, from top to bottom: folders, and the files beside them."""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    folder = tmp_path_factory.mktemp("layers")
    artifact, exported = folder / "core.graph", folder / "core.json"

    async def build() -> None:
        await graph.build(CRATE, None, artifact)
        await graph.export(artifact, exported, "json", {})

    asyncio.run(build())
    return dict(between_files(json.loads(exported.read_bytes())))


def between_files(code_graph: dict[str, list[dict[str, object]]]) -> dict[str, set[str]]:
    nodes = {str(node["id"]): node for node in code_graph["nodes"]}
    found: dict[str, set[str]] = defaultdict(set)
    for edge in code_graph["edges"]:
        start, end = nodes[str(edge["from"])], nodes[str(edge["to"])]
        files = str(start["path"]), str(end["path"])
        if (
            edge["kind"] == "CALLS"
            and edge["via"] not in {"dispatch", "unique_name"}
            and files[0] != files[1]
            and all(file.startswith("src/") and not is_test(file) for file in files)
            and not start["test"]
            and not is_callback(edge, str(end["name"]))
        ):
            found[files[0].removeprefix("src/")].add(files[1].removeprefix("src/"))
    return found


def is_test(file: str) -> bool:
    return file.endswith(("/tests.rs", "/test_graph.rs")) or "/tests/" in file


def is_callback(edge: Mapping[str, object], name: str) -> bool:
    """The callee is inferred, and the line that calls it does not write its name."""
    if edge["via"] != "flow":
        return False
    line = (CRATE / str(edge["path"])).read_text().splitlines()[int(str(edge["line"])) - 1]
    return not re.search(rf"\b{re.escape(name.partition('#')[0])}\b", line)


def cycles(calls: Calls) -> Iterator[set[str]]:
    """The strongly connected components with more than one file."""
    left = {file for file, called in calls.items() if called}
    while left:
        start = min(left)
        component = reached(calls, start) & reached(reverse(calls), start)
        left -= component | {start}
        if len(component) > 1:
            yield component


def reached(calls: Calls, start: str) -> set[str]:
    seen, queue = {start}, [start]
    while queue:
        new = calls.get(queue.pop(), set()) - seen
        seen |= new
        queue += new
    return seen


def reverse(calls: Calls) -> Calls:
    callers: dict[str, set[str]] = defaultdict(set)
    for caller, called in calls.items():
        for file in called:
            callers[file].add(caller)
    return callers


def folder_of(files: Iterable[str]) -> str:
    """The innermost folder that contains all files; empty for that of the crate."""
    parts = [file.split("/")[:-1] for file in files]
    return "/".join(
        same[0] for same in itertools.takewhile(lambda p: len(set(p)) == 1, zip(*parts, strict=False))
    )


def module(file: str) -> str:
    """The name of a top-level module: `changes/moves.rs` and `changes.rs` are both of `changes`."""
    return file.split("/", maxsplit=1)[0].removesuffix(".rs")


def upward(calls: Calls, layers: tuple[set[str], ...], name: Callable[[str], str]) -> list[str]:
    """The calls between modules that do not go to a lower layer."""
    depth = {module: depth for depth, layer in enumerate(layers) for module in layer}
    return sorted(
        f"{caller} calls {file}"
        for caller, called in calls.items()
        for file in called
        if name(caller) != name(file) and depth[name(caller)] >= depth[name(file)]
    )


def test_the_call_graph_is_complete(calls: Calls) -> None:
    """Known calls are in it: otherwise the other tests would pass on an empty graph."""
    assert "graph.rs" in calls["impact/affected.rs"]
    assert "file_facts.rs" in calls["build.rs"]
    assert sum(map(len, calls.values())) > 300


def test_no_cycle_is_large(calls: Calls) -> None:
    large = {
        folder_of(files): sorted(files)
        for files in cycles(calls)
        if len(files) > MOST_FILES.get(folder_of(files), 3)
    }
    assert large == {}


def test_modules_call_only_lower_layers(calls: Calls) -> None:
    modules = {module(file) for file in calls} | {
        module(file) for called in calls.values() for file in called
    }
    assert modules <= set().union(*LAYERS)
    assert upward(calls, LAYERS, module) == []


def test_the_layers_of_resolve_call_only_lower_ones(calls: Calls) -> None:
    inner = {
        caller: {file for file in called if file.startswith("resolve/")}
        for caller, called in calls.items()
        if caller.startswith("resolve/")
    }
    layers = tuple({layer} for layer in RESOLVE)
    assert upward(inner, layers, lambda file: module(file.removeprefix("resolve/"))) == []
