"""Bad input: one clear line and an exit code, or a named, counted skip; no traceback, no hang, no crash."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sample_repositories import Lab, Repo, refused

EXTENSIONS = {
    "python": "py",
    "typescript": "ts",
    "tsx": "tsx",
    "javascript": "js",
    "jsx": "jsx",
    "java": "java",
    "go": "go",
}
GOOD = "def good():\n    return 1\n"


def answer_of(lab: Lab, repo: Repo) -> dict[str, list[str]]:
    """The whole graph by way of JSON: ids of nodes, and skipped paths with reasons."""
    ran = lab.run("graph", repo.path, "--format", "json", "--no-cache")
    assert ran.code == 0, ran.err
    assert "Traceback" not in ran.err
    graph = ran.json
    return {
        "nodes": [node["id"] for node in graph["nodes"]],
        "skipped": [f"{skipped['path']}: {skipped['reason']}" for skipped in graph["skipped"]],
    }


def test_not_a_repository(lab: Lab) -> None:
    (lab.path / "plain").mkdir()
    refused(lab.run("impact", lab.path / "plain"), 2, "not a git repository")
    refused(lab.run("graph", lab.path / "plain", "--ref", "HEAD"), 2, "not a git repository")


def test_no_such_path(lab: Lab) -> None:
    for command in (("impact",), ("graph",), ("callers", "f")):
        refused(lab.run(*command, lab.path / "missing"), 3, "does not exist")


def test_a_path_that_is_a_file(lab: Lab) -> None:
    (lab.path / "file").write_text("")
    for command in (("impact",), ("graph",), ("callers", "f")):
        refused(lab.run(*command, lab.path / "file"), 2, "is a file")


@pytest.mark.parametrize(
    "ref", ["nope", "--help", "-x", "HEAD~99", "a b\nc", "HEAD^{tree}", "", "\x1b[31m", "@{-1}"]
)
def test_an_unknown_ref(lab: Lab, shop: Repo, ref: str) -> None:
    code = 3 if ref else 0
    ran = lab.run("impact", shop.path, f"--base={ref}")
    if code:
        refused(ran, code, "has no commit, branch or tag")
    else:
        assert ran.code == 0


def test_an_empty_repository(lab: Lab) -> None:
    repo = lab.repo("empty")
    refused(lab.run("impact", repo.path), 3, "no commit yet")
    ran = lab.run("graph", repo.path)
    assert ran.code == 0, ran.err
    assert ran.json["nodes"] == []


def test_a_first_commit(lab: Lab) -> None:
    repo = lab.repo("first", {"a.py": GOOD})
    refused(lab.run("impact", repo.path), 3, "first commit")


def test_a_shallow_clone(lab: Lab, shop: Repo) -> None:
    shop.git("clone", "--quiet", "--depth", "1", f"file://{shop.path}", str(lab.path / "shallow"))
    refused(lab.run("impact", lab.path / "shallow"), 3, "shallow")


def test_a_repository_with_no_supported_file(lab: Lab) -> None:
    repo = lab.repo("prose", {"notes.txt": "a"}, {"notes.txt": "b"})
    ran = lab.run("impact", repo.path)
    assert ran.code == 0
    assert ran.out.startswith("No definition changed.")
    assert "no file in a supported language" in ran.err


def test_a_url_that_is_not_allowed(lab: Lab) -> None:
    refused(lab.run("impact", "ssh://localhost/x"), 2, "cannot clone over ssh")
    refused(lab.run("impact", "ext::sh -c touch"), 3, "does not exist")
    refused(lab.run("impact", "https://user:secret@localhost/x"), 2, "must not carry")
    assert "secret" not in lab.run("impact", "https://user:secret@localhost/x").err


def test_a_url_with_nothing_behind_it(lab: Lab) -> None:
    refused(lab.run("impact", f"file://{lab.path}/missing"), 3, "no such repository")
    assert not list((lab.path / "cache" / "repositories").glob("*.git"))


def test_a_name_that_is_not_utf8(lab: Lab) -> None:
    repo = lab.repo("names", {"good.py": GOOD})
    try:
        Path(os.fsdecode(os.fsencode(repo.path) + b"/bad\xff.py")).write_text(GOOD)
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    lying = answer_of(lab, repo)
    assert "good.py::good" in lying["nodes"]
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "bad name")
    assert answer_of(lab, repo) == lying
    ran = lab.run("impact", repo.path)
    assert ran.code == 0, ran.err


def test_content_that_is_not_utf8(lab: Lab) -> None:
    repo = lab.repo(
        "bytes",
        {"good.py": GOOD, "latin.py": "def caf\xe9():\n    pass\n\n\ndef after(): ...\n".encode("latin-1")},
    )
    answer = answer_of(lab, repo)
    assert "good.py::good" in answer["nodes"]
    named = [entry for entry in answer["nodes"] + answer["skipped"] if entry.startswith("latin.py")]
    assert named


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_line_endings_and_byte_order_marks_change_nothing(lab: Lab, prefix: bytes, ending: bytes) -> None:
    lines = [b"def one():", b"    return two()", b"", b"", b"def two():", b"    return 2", b""]
    repo = lab.repo("ends", {"a.py": b"\n".join(lines)}, {"a.py": prefix + ending.join(lines)})
    answer = lab.run("impact", repo.path, "--format", "json")
    assert answer.code == 0, answer.err
    assert answer.json["changes"] == []
    assert lab.run("callers", "two", repo.path, "--json").json["found"][0]["step"]["line"] == 2


@pytest.mark.timeout(120)
def test_a_minified_bundle_is_skipped_by_name(lab: Lab) -> None:
    bundle = b"!function(){" + b"function a(b){return b+1}var c=a(2);" * 900_000 + b"}();"
    assert len(bundle) > 30_000_000
    repo = lab.repo("bundle", {"good.py": GOOD, "dist.js": bundle})
    answer = answer_of(lab, repo)
    assert "good.py::good" in answer["nodes"]
    assert [entry for entry in answer["skipped"] if entry.startswith("dist.js: ")]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("language", EXTENSIONS)
def test_many_open_parentheses(lab: Lab, language: str) -> None:
    repo = lab.repo("deep", {"good.py": GOOD, f"deep.{EXTENSIONS[language]}": "x = " + "(" * 200_000})
    answer = answer_of(lab, repo)
    assert "good.py::good" in answer["nodes"]
    ran = lab.run("validate", repo.path / f"deep.{EXTENSIONS[language]}")
    assert ran.code == 4, ran
    assert "Traceback" not in ran.err


def test_a_loop_of_links(lab: Lab) -> None:
    repo = lab.repo("loop", {"good.py": GOOD})
    (repo.path / "inner").mkdir()
    (repo.path / "inner" / "up").symlink_to("..")
    (repo.path / "self").symlink_to("self")
    (repo.path / "link.py").symlink_to("good.py")
    lying = answer_of(lab, repo)
    assert [node for node in lying["nodes"] if node.endswith("::good")] == ["good.py::good"]
    repo.commit({})
    assert answer_of(lab, repo)["nodes"] == lying["nodes"]


def test_a_link_out_of_the_repository_is_not_followed(lab: Lab) -> None:
    (lab.path / "secret.py").write_text("def secret(): ...\n")
    repo = lab.repo("out", {"good.py": GOOD})
    (repo.path / "link.py").symlink_to(lab.path / "secret.py")
    (repo.path / "folder").symlink_to(lab.path)
    assert not [node for node in answer_of(lab, repo)["nodes"] if "secret" in node]


def test_a_directory_without_read_permission(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    repo = lab.repo("locked", {"good.py": GOOD, "locked/a.py": GOOD})
    locked = repo.path / "locked"
    locked.chmod(0)
    try:
        as_root = os.geteuid() == 0
        if as_root:
            with capsys.disabled():
                print("\nroot reads every directory: here only that nothing breaks is checked")  # noqa: T201
        ran = lab.run("impact", repo.path, "--base", "HEAD", "--worktree")
        assert ran.code == 0, ran.err
        assert "Traceback" not in ran.err
        if not as_root:
            assert "locked" in ran.out
    finally:
        locked.chmod(0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user to meet a locked directory")
def test_a_directory_without_read_permission_as_another_user() -> None:
    """The same as a user without rights, on the core alone: the interpreter may be closed to others."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        repo = Lab(Path(place)).repo("locked", {"good.py": GOOD, "locked/a.py": GOOD})
        (repo.path / "locked").chmod(0)
        code = (
            "import os, sys\n"
            "from kodus_ast import _graph_core as core\n"
            "os.setgid(65534); os.setuid(65534)\n"
            "print(core.build(sys.argv[1], None, sys.argv[2]).decode())\n"
        )
        arguments = [sys.executable, "-c", code, str(repo.path), f"{place}/artefact"]
        done = subprocess.run(arguments, capture_output=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert report["files"] == 1
        assert [skipped["path"] for skipped in report["skipped"] if skipped["path"].startswith("locked")]
