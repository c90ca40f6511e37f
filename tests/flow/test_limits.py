"""The configured limits hold wherever a file is read, not only when a graph is built."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from kodus_ast import graph
from kodus_ast.sandbox.jobs import ExcerptsJob, ValidateJob
from kodus_ast.sandbox.parent import run_job
from sample_repositories import Lab, Repo

LARGE = "def f0():\n    return 1\n\n\n" + f"x = '{'-' * 90}'\n" * 25_000 + "\n\n"
CLONE = """def {name}(rows, limit, seen):
    found = []
    for row in rows:
        if row.size > limit and row.name not in seen:
            seen.add(row.name)
            found.append((row.name, row.size * 2))
    found.sort(key=lambda one: one[1])
    return found[:limit]
"""
SMALL = {"file_bytes": 100}
AMPLE = {"file_bytes": 100_000_000}


@pytest.fixture
def repo(lab: Lab) -> Repo:
    assert len(LARGE) > graph.default_limits()["file_bytes"]
    text = CLONE.format(name="one") + "\n\n" + CLONE.format(name="other")
    return lab.repo("limits", {"large.py": LARGE + text})


def test_files_are_checked_within_the_limits(lab: Lab, repo: Repo) -> None:
    def verdict(**environment: str) -> dict[str, str | None]:
        (one,) = lab.run("validate", repo.path / "large.py", "--json", cwd=lab.path, **environment).json
        return {"status": one["status"], "message": (one["error"] or {}).get("message")}

    assert verdict() == {"status": "ERROR", "message": "larger than 2000000 bytes"}
    assert verdict(KODUS_AST_FILE_BYTES="100000000") == {"status": "VALID", "message": None}
    assert verdict(KODUS_AST_FILE_BYTES="100")["message"] == "larger than 100 bytes"
    slow = verdict(KODUS_AST_FILE_BYTES="100000000", KODUS_AST_PARSE_MS="1")
    assert slow == {"status": "ERROR", "message": "took too long to parse"}


async def test_texts_are_read_within_the_limits(lab: Lab, repo: Repo) -> None:
    """Twins, excerpts, content and packs, from a commit and from a pack."""
    commit, artifact, pack = repo.git("rev-parse", "HEAD"), lab.path / "a.graph", lab.path / "texts"
    await graph.build(repo.path, commit, artifact, limits=AMPLE)

    async def seen(root: Path, commit: str | None, limits: Mapping[str, int] | None) -> tuple[bool, bool]:
        twins, _ = await graph.twins(root, commit, artifact, symbols=["large.py::one"], limits=limits)
        focus = {"focus": [["large.py", 1, 1]]}
        content, _ = await graph.content(root, commit, artifact, options=focus, limits=limits)
        return bool(twins.functions and twins.functions[0].twins), bool(content.files)

    await graph.pack(repo.path, commit, artifact, pack, AMPLE)
    for root, of in ((repo.path, commit), (pack, None)):
        assert await seen(root, of, AMPLE) == (True, True)
        assert await seen(root, of, SMALL) == (False, False)
        assert await seen(root, of, None) == (False, False)
    await graph.pack(repo.path, commit, artifact, pack)
    assert await seen(pack, None, AMPLE) == (False, False)
    wanted = [("large.py", 1, 1)]
    assert await graph.excerpts(repo.path, commit, wanted) == [None]
    assert await graph.excerpts(repo.path, commit, wanted, limits=AMPLE) == ["def f0():"]


def test_the_command_line_keeps_to_the_configured_limits(lab: Lab, repo: Repo) -> None:
    lab.environment["KODUS_AST_FILE_BYTES"] = "100000000"
    text = (repo.path / "large.py").read_text()
    repo.commit({"large.py": text + "\n\n" + CLONE.format(name="new")})
    ran = lab.run("content", repo.path)
    assert (ran.code, "def new" in ran.out) == (0, True), ran.err
    assert [one["symbol"]["name"] for one in lab.run("twins", repo.path, "--json").json["functions"]] == [
        "new"
    ]
    page = lab.path / "page.html"
    assert lab.run("impact", repo.path, "-o", page).code == 0
    assert "found.sort" in page.read_text()


async def test_jobs_of_tasks_keep_to_the_configured_limits(lab: Lab, repo: Repo) -> None:
    service = lab.settings.service
    commit, file = repo.git("rev-parse", "HEAD"), str(repo.path / "large.py")
    for limits, expected in ((AMPLE, "def f0():"), ({}, None)):
        job = ExcerptsJob(str(repo.path), commit, [("large.py", 1, 1)], limits)
        assert await run_job(job, list[str | None], service) == [expected]
        (verdict,) = await run_job(ValidateJob([file], limits), list[dict[str, object]], service)
        assert verdict["status"] == ("VALID" if limits else "ERROR")
