"""`kodus-ast impact` end to end: what it compares, what it finds, and every output format."""

import json
from pathlib import Path

import pytest

from conftest import AFTER, BEFORE
from sample_repositories import Lab, Repo, refused


def test_the_last_commit_is_compared_on_a_clean_default_branch(lab: Lab, shop: Repo) -> None:
    ran = lab.run("impact", shop.path, "--format", "json")
    assert ran.code == 0, ran.err
    assert "HEAD~1" in ran.err
    assert ran.err.count("\n") == 1
    meta = ran.json["meta"]
    assert meta["head"]["commit"] == shop.git("rev-parse", "HEAD")
    assert meta["base"]["commit"] == shop.git("rev-parse", "HEAD~1")
    assert meta["repo"] == str(shop.path)


def test_changes_and_whom_they_affect_are_found(lab: Lab, shop: Repo) -> None:
    answer = lab.run("impact", shop.path, "--format", "json").json
    changes = {change["symbol"]["id"]: change for change in answer["changes"]}
    assert {identifier: change["change"] for identifier, change in changes.items()} == {
        "shop/price.py::total": "signature_changed",
        "shop/price.py::old": "deleted",
        "web/format.ts::format": "modified",
    }
    (difference,) = changes["shop/price.py::total"]["contract"]
    assert (difference["what"], difference["name"], difference["breaking"]) == (
        "parameter_added", "discount", False,
    )  # fmt: skip
    affected = {one["symbol"]["id"]: one for one in answer["affected"]}
    assert affected["shop/cart.py::Cart.pay"]["distance"] == 1
    assert affected["shop/cart.py::Cart.pay"]["path"][0]["line"] == 9
    assert affected["shop/cart.py::checkout"]["distance"] == 2
    assert affected["shop/cart.py::legacy"]["dangling"] is True
    assert [(one["symbol"]["name"], one["line"], one["why"]) for one in answer["misfits"]] == [
        ("shop/cart.py", 1, "gone"),
        ("legacy", 20, "gone"),
    ]
    assert affected["web/app.ts::render"]["change"] == "web/format.ts::format"
    assert "shop/cart.py::Cart.show" not in affected
    assert [test["symbol"]["id"] for test in answer["tests"]] == ["tests/test_cart.py::test_checkout"]


def test_two_runs_say_the_same_with_and_without_a_cache(lab: Lab, shop: Repo) -> None:
    first = lab.run("impact", shop.path, "--format", "json")
    kept = lab.run("impact", shop.path, "--format", "json")
    fresh = lab.run("impact", shop.path, "--format", "json", "--no-cache")
    assert first.out == kept.out == fresh.out
    graphs = lab.path / "cache" / "graphs"
    assert len(list(graphs.glob("*.graph"))) == 2
    assert not list((lab.path / "cache").glob("run-*"))


def test_threads_change_nothing(lab: Lab, shop: Repo) -> None:
    outs = {
        lab.run("impact", shop.path, "--format", "json", "--no-cache", KODUS_AST_THREADS=threads).out
        for threads in ("1", "2", "8")
    }
    assert len(outs) == 1


def test_comparing_a_commit_with_the_same_commit_gives_empty_lists(lab: Lab, shop: Repo) -> None:
    answer = lab.run("impact", shop.path, "--base", "HEAD", "--head", "HEAD", "--format", "json").json
    assert (answer["changes"], answer["affected"], answer["tests"], answer["untested"]) == ([], [], [], [])
    assert lab.run("impact", shop.path, "--base", "HEAD", "--head", "HEAD").out.startswith(
        "No definition changed."
    )


def test_the_working_tree_is_head_when_it_is_dirty(lab: Lab, shop: Repo) -> None:
    shop.write({"web/format.ts": "export function format(n: number): string {\n  return 'x';\n}\n"})
    ran = lab.run("impact", shop.path, "--format", "json")
    assert "(HEAD) with the working tree" in ran.err
    assert ran.json["meta"]["head"]["commit"] is None
    assert [change["symbol"]["id"] for change in ran.json["changes"]] == ["web/format.ts::format"]


def test_a_new_file_makes_the_working_tree_dirty(lab: Lab, shop: Repo) -> None:
    shop.write({"shop/fresh.py": "def fresh():\n    pass\n"})
    ran = lab.run("impact", shop.path, "--format", "json")
    assert [change["change"] for change in ran.json["changes"]] == ["added"]


def test_a_branch_is_compared_with_where_it_left_the_default_branch(lab: Lab, shop: Repo) -> None:
    parting = shop.git("rev-parse", "HEAD")
    shop.git("checkout", "--quiet", "-b", "feature")
    shop.commit({"shop/more.py": "def more():\n    pass\n"})
    shop.git("checkout", "--quiet", "main")
    shop.commit({"shop/main_only.py": "def main_only():\n    pass\n"})
    shop.git("checkout", "--quiet", "feature")
    ran = lab.run("impact", shop.path, "--format", "json")
    assert "merge base with main" in ran.err
    assert ran.json["meta"]["base"]["commit"] == parting
    assert [change["symbol"]["name"] for change in ran.json["changes"]] == ["more"]


def test_a_directory_and_a_commit_of_the_same_files_say_the_same(lab: Lab, shop: Repo) -> None:
    committed = lab.run("impact", shop.path, "--base", "HEAD~1", "--format", "json").json
    lying = lab.run("impact", shop.path, "--base", "HEAD~1", "--worktree", "--format", "json").json
    assert lying["meta"]["head"].pop("commit") is None
    committed["meta"]["head"].pop("commit")
    assert lying == committed


def test_a_subdirectory_stands_for_its_repository(lab: Lab, shop: Repo) -> None:
    ran = lab.run("impact", "--format", "json", cwd=shop.path / "shop")
    assert ran.json["meta"]["repo"] == str(shop.path)


def test_a_bare_repository_is_read(lab: Lab, shop: Repo) -> None:
    shop.git("clone", "--quiet", "--bare", ".", str(lab.path / "bare.git"))
    ran = lab.run("impact", lab.path / "bare.git", "--format", "json")
    assert ran.code == 0, ran.err
    assert len(ran.json["changes"]) == 3


def test_a_url_is_cloned_once_and_fetched_afterwards(lab: Lab, shop: Repo) -> None:
    url = f"file://{shop.path}"
    assert len(lab.run("impact", url, "--format", "json").json["changes"]) == 3
    shop.commit({"shop/more.py": "def more():\n    pass\n"})
    ran = lab.run("impact", url, "--format", "json")
    assert [change["symbol"]["name"] for change in ran.json["changes"]] == ["more"]
    assert len(list((lab.path / "cache" / "repositories").glob("*.git"))) == 1


def test_depth_limits_and_says_what_lies_beyond(lab: Lab, shop: Repo) -> None:
    answer = lab.run("impact", shop.path, "--depth", "1", "--format", "json").json
    assert {one["distance"] for one in answer["affected"]} == {1}
    assert answer["cut"]["depth"] > 0


def test_text_is_plain_in_a_pipe(lab: Lab, shop: Repo) -> None:
    ran = lab.run("impact", shop.path)
    assert "\x1b" not in ran.out
    assert ran.out.startswith("3 definitions changed")
    assert "! total  signature changed" in ran.out
    assert "parameter discount=0 added" in ran.out or "parameter discount = 0 added" in ran.out
    assert "└─ 1 shop/cart.py::Cart.pay  shop/cart.py:9" in ran.out
    assert "shop/cart.py:20  legacy refers to old, which is gone" in ran.out
    assert "tests/test_cart.py::test_checkout" in ran.out


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.json", "{"),
        ("a.md", "### Change impact"),
        ("a.html", "<!doctype html>"),
        ("a.txt", "3 definitions"),
    ],
)
def test_the_suffix_chooses_the_format(lab: Lab, shop: Repo, name: str, start: str) -> None:
    ran = lab.run("impact", shop.path, "-o", name)
    assert (ran.code, ran.out) == (0, "")
    assert (lab.path / name).read_text().startswith(start)


def test_the_page_holds_the_code_of_the_affected(lab: Lab, shop: Repo) -> None:
    page = lab.run("impact", shop.path, "--format", "html").out
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    (pay,) = [one for one in data["affected"] if one["name"] == "Cart.pay"]
    assert ["!", None, 9, "        return total(self.items, 2)"] in pay["rows"]
    (total,) = [one for one in data["changes"] if one["name"] == "total"]
    assert [row[0] for row in total["rows"]] == ["-", "-", "+", "+"]


def test_a_damaged_artefact_in_the_cache_is_built_anew(lab: Lab, shop: Repo) -> None:
    lab.run("impact", shop.path)
    for stored in (lab.path / "cache" / "graphs").iterdir():
        stored.write_bytes(stored.read_bytes()[:-10])
    ran = lab.run("impact", shop.path)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("3 definitions changed")
    assert "built anew" in ran.err


def test_hooks_and_monitors_of_a_repository_do_not_run(lab: Lab) -> None:
    repo = lab.repo("trap", BEFORE, AFTER)
    trap = lab.path / "trap.sh"
    sprung = lab.path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch '{sprung}'\n")
    trap.chmod(0o755)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (repo.path / ".git" / "hooks" / hook).parent.mkdir(exist_ok=True)
        (repo.path / ".git" / "hooks" / hook).write_text(trap.read_text())
        (repo.path / ".git" / "hooks" / hook).chmod(0o755)
    repo.git("config", "core.fsmonitor", str(trap))
    ran = lab.run("impact", repo.path)
    assert ran.code == 0, ran.err
    assert not sprung.exists()


def test_a_full_device_is_one_line(lab: Lab, shop: Repo) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    ran = lab.run("impact", shop.path, "--format", "json", "-o", "/dev/full")
    assert ran.code == 5
    assert "No space left on device" in ran.err
    assert "Traceback" not in ran.err


def test_a_diff_alone_says_what_the_commits_say(lab: Lab, shop: Repo) -> None:
    by_commits = lab.run("impact", shop.path, "--format", "json").json
    (lab.path / "change.diff").write_text(shop.git("diff", "HEAD~1", "HEAD") + "\n")
    for repetition in ("first", "again"):
        ran = lab.run("impact", shop.path, "--diff", lab.path / "change.diff", "--format", "json")
        assert ran.code == 0, (repetition, ran.err)
        assert "without the diff" in ran.err
        answer = ran.json
        assert answer["meta"]["base"].pop("commit") is None
        by_commits["meta"]["base"].pop("commit", None)
        assert answer == by_commits


def test_a_diff_that_does_not_fit_is_one_line(lab: Lab, shop: Repo) -> None:
    wrong = "--- a/web/app.ts\n+++ b/web/app.ts\n@@ -1 +1 @@\n-x\n+never there\n"
    (lab.path / "wrong.diff").write_text(wrong)
    refused(lab.run("impact", shop.path, "--diff", lab.path / "wrong.diff"), 2, "web/app.ts", "does not fit")
    refused(lab.run("impact", shop.path, "--diff", lab.path / "none.diff"), 3, "cannot be read")
    refused(lab.run("impact", shop.path, "--diff", "wrong.diff", "--base", "HEAD"), 2, "--base and --diff")
