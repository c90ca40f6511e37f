"""Tasks about hostile repositories end in a result or an error code, within limits, and leave nothing."""

import asyncio
import os
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from obstore.store import LocalStore

from hostile import deep_nesting, hostile_histories
from hostile.hostile_files import MAKERS, Maker, blob, committed, fed, raw_tree
from kodus_ast import graph
from kodus_ast.adapters.object_storage import ObjectArtifacts
from kodus_ast.config import MEBIBYTE, CoreLimits, Settings
from kodus_ast.errors import KodusAstError
from kodus_ast.metrics import Metrics
from kodus_ast.models.task_requests import RepoRef
from kodus_ast.repositories.graph_builds import BuiltGraph, build_graph
from kodus_ast.sandbox import confinement
from kodus_ast.task_context import TaskContext
from kodus_ast.traces import Traces
from sample_repositories import Lab, Repo

LIMIT_S = 25.0
WORKER_BYTES = 96 * MEBIBYTE
CHILD_BYTES = 1024 * MEBIBYTE
ERRORS = {
    # What git takes for damage never becomes a store.
    **{f"a_directory_of_odd_name_{number}": "broken_repository" for number in (0, 1, 2, 3, 4, 6)},
    "submodules_of_odd_urls": "broken_repository",
    "a_name_that_is_too_long": "broken_repository",
    "names_twice": "broken_repository",
    "names_out_of_order": "broken_repository",
    "odd_modes": "broken_repository",
    "a_commit_of_odd_words": "broken_repository",
    # The host cannot send these, and breaks off.
    "a_directory_of_odd_name_7": "network",
    "a_tree_that_is_none": "network",
    "objects_that_are_missing": "network",
    "an_object_that_is_damaged": "network",
    "a_commit_without_a_head": "commit_missing",
    "a_branch_of_an_odd_name": "commit_missing",
    "an_unborn_branch": "commit_missing",
    "no_commit_at_all": "commit_missing",
    "a_circular_head": "commit_missing",
    "a_tag_of_a_file": "commit_missing",
    "history_without_the_commit": "commit_missing",
}
"""Of those that end in an error; all others end in a graph."""
LIMITS = CoreLimits(parse_ms=2000, files=20_000, names=200_000)
SKIPPED = {
    "generated_and_minified": {"gen.py": "generated", "app.min.js": "minified", "m.js": "minified"},
    "a_blob_that_grows": {"zeros.py": "too large", "spaces.py": "too large"},
    "links_out": {"passwd.py": "not a regular file", "proc.py": "not a regular file"},
    "gitlinks": {"sub/": "another repository", "gone.py/": "another repository"},
    **{f"parentheses_in_{one}": {f"deep.{one}": "too deep"} for one in deep_nesting.EXPRESSIONS},
    **{f"blocks_in_{one}": {f"deep.{one}": "too deep"} for one in (*deep_nesting.BLOCKS, "py")},
}
"""What each of them at least leaves out, and why."""
WITHOUT_GOOD = {"an_empty_commit", "a_recursive_tree"}


@dataclass(frozen=True)
class Outcome:
    """How the task about a repository ended."""

    code: str
    said: str
    built: BuiltGraph | None
    seconds: float


async def outcome(lab: Lab, repo: Repo, reference: str, settings: Settings) -> Outcome:
    """What a task does, from the URL to the graph, without a database around it."""
    directory = lab.path / "work"
    task = SimpleNamespace(organization_id="org")
    service = SimpleNamespace(
        artifacts=ObjectArtifacts(LocalStore(lab.path / "artifacts", mkdir=True)),
        repos=replace(lab.repos, settings=settings),
        graphs=lab.graphs,
        settings=settings,
        metrics=Metrics(),
        traces=Traces(),
    )
    work = TaskContext(cast("Any", task), cast("Any", service), directory, lambda *_: None)
    is_commit = len(reference) == 40
    url = f"file://{repo.path}/.git"
    ref = RepoRef(url=url, commit_sha=reference) if is_commit else RepoRef(url=url, branch=reference)
    begun = time.monotonic()
    try:
        async with asyncio.timeout(LIMIT_S):
            found = await build_graph(work, ref, None, "head", (0, 100))
    except KodusAstError as error:
        return Outcome(error.code, str(error), None, time.monotonic() - begun)
    return Outcome("", "", found, time.monotonic() - begun)


def strict(settings: Settings) -> Settings:
    child = replace(settings.service.child, memory=CHILD_BYTES, seconds=LIMIT_S, file_seconds=5.0)
    fetch = replace(settings.fetch, size=256 * MEBIBYTE, objects=20_000, seconds=LIMIT_S)
    return replace(settings, service=replace(settings.service, child=child), fetch=fetch, core=LIMITS)


KEPT = re.compile(
    r"cache(?:/repositories(?:/\w+\.(?:lock|git(?:/(?!.*(?:tmp_|\.lock$)).*)?))?)?"
    r"|cache/graphs(?:/[\w-]+\.graph)?|work(?:/head\.graph)?"
    r"|artifacts(?:/graphs(?:/\w+(?:/[0-9a-f]+\.[0-9a-f]{16}(?:/(?:graph|report\.json))?)?)?)?"
)
"""What a task may leave: object store and graph, here and elsewhere, and what its own directory holds."""


def left_over(lab: Lab, repo: Repo) -> list[str]:
    """What nobody will ask for again, wherever it lies."""
    return [
        name
        for path in lab.path.rglob("*")
        if not path.is_relative_to(repo.path) and not KEPT.fullmatch(name := str(path.relative_to(lab.path)))
    ]


class Memory:
    """How much more memory than at its making this process has held since, at its worst."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self.before = confinement.resident(os.getpid())

    @property
    def grown(self) -> int:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 - self.before


@pytest.fixture
def lab(lab: Lab) -> Lab:
    """With a place of its own for temporary files, which nobody may leave anything in."""
    (lab.path / "work").mkdir()
    lab.environment["TMPDIR"] = str(lab.path / "work")
    return lab


@pytest.mark.timeout(90)
@pytest.mark.parametrize("name", MAKERS)
async def test_its_task_ends_well(lab: Lab, name: str) -> None:
    repo = lab.repo("hostile")
    reference = MAKERS[name](repo)
    memory = Memory()
    ended = await outcome(lab, repo, reference, strict(lab.settings))
    assert ended.code == ERRORS.get(name, "")
    assert str(lab.path) not in ended.said
    assert ended.seconds < LIMIT_S
    assert memory.grown < WORKER_BYTES
    assert left_over(lab, repo) == []
    assert not list(lab.path.rglob("pwned"))
    if ended.built is None:
        assert list((lab.path / "cache").rglob("*.git")) == [], "what failed is not kept"
        assert list((lab.path / "work").iterdir()) == []
        return
    assert [path.name for path in (lab.path / "work").iterdir()] == ["head.graph"]
    if name not in WITHOUT_GOOD:
        found, _ = await graph.neighbours(ended.built.file, "good.py::good", "callers", 1, 0.5)
        assert found is not None
    assert skipped(ended).items() >= SKIPPED.get(name, {}).items()


def skipped(ended: Outcome) -> dict[str, str]:
    """Reasons by path."""
    assert ended.built is not None
    assert ended.built.report is not None
    return {one.path: one.reason for one in ended.built.report.skipped}


def test_there_are_at_least_forty() -> None:
    assert MAKERS["a_tag_of_a_file"] is hostile_histories.a_tag_of_a_file
    assert len(MAKERS) >= 40
    assert set(ERRORS) | set(SKIPPED) <= set(MAKERS)
    assert {f"blocks_in_{extension}" for extension in deep_nesting.EXPRESSIONS} <= set(MAKERS)


async def test_fewer_objects_bytes_or_files_are_allowed_where_it_is_so_configured(lab: Lab) -> None:
    repo = lab.repo("many")
    reference = MAKERS["deltas_upon_deltas"](repo)
    tight = strict(lab.settings)
    few = replace(tight, fetch=replace(tight.fetch, objects=10))
    assert (await outcome(lab, repo, reference, few)).code == "repository_too_large"
    syntax = lab.repo("syntax")
    reference = MAKERS["operators_without_end"](syntax)
    ended = await outcome(lab, syntax, reference, replace(tight, core=CoreLimits(nodes=50)))
    assert "too many nodes" in skipped(ended).values()
    assert ended.built is not None
    assert ended.built.report is not None
    assert ended.built.report.limits["nodes"] == 50
    files = lab.repo("files")
    reference = MAKERS["five_thousand_files"](files)
    ended = await outcome(lab, files, reference, replace(tight, core=CoreLimits(files=10)))
    assert ended.built is not None
    assert ended.built.report is not None
    assert (ended.built.report.files, ended.built.report.limits["files"]) == (10, 10)


def a_hundred_thousand_files(repo: Repo) -> str:
    good = blob(repo, "def good():\n    return 1\n")
    entries = []
    for folder in range(100):
        inner = raw_tree(
            repo, *(("100644", name, good) for name in sorted(b"f%d.py" % n for n in range(1000)))
        )
        entries.append(("40000", b"d%03d" % folder, inner))
    return committed(repo, raw_tree(repo, *entries, ("100644", b"good.py", good)))


def a_blob_of_a_gibibyte(repo: Repo) -> str:
    repo.git("config", "core.compression", "0")
    with (repo.path / "huge.py").open("wb") as out:
        for _ in range(64):
            out.write(os.urandom(1 << 20) * 16)
    # However long that takes: it is not what is tested.
    fed(repo, b"", "add", "huge.py")
    repo.commit({"good.py": "def good():\n    return 1\n"})
    return "main"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("maker", [a_hundred_thousand_files, a_blob_of_a_gibibyte])
async def test_the_large_ones_end_well_too(lab: Lab, maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "LIMIT_S", 300.0)
    repo = lab.repo("large")
    repo.git("config", "uploadpack.allowFilter", "true")
    reference = maker(repo)
    memory = Memory()
    ended = await outcome(
        lab, repo, reference, replace(strict(lab.settings), fetch=lab.settings.fetch, core=CoreLimits())
    )
    assert ended.code == ""
    assert ended.built is not None
    assert ended.built.report is not None
    assert memory.grown < WORKER_BYTES
    expected = 100_001 if maker is a_hundred_thousand_files else 1
    assert ended.built.report.files == expected
    assert left_over(lab, repo) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_host_that_cannot_leave_large_files_out_sends_too_much(lab: Lab) -> None:
    repo = lab.repo("large")
    reference = a_blob_of_a_gibibyte(repo)
    memory = Memory()
    ended = await outcome(lab, repo, reference, strict(lab.settings))
    assert ended.code == "repository_too_large"
    assert memory.grown < WORKER_BYTES
    assert left_over(lab, repo) == []
    assert list((lab.path / "cache").rglob("*.git")) == []
