"""`kodus-ast overlap`: what two branches both change, and what each affects of the other."""

import pytest

from sample_repositories import Lab, Repo, refused

BASE = {
    "lib.py": (
        "def rate(x):\n    return x * 2\n\n\ndef unused():\n    return 0\n\n\ndef both(x):\n    return x\n"
    ),
    "mid.py": "from lib import rate\n\n\ndef middle(x):\n    return rate(x) + 1\n",
    "top.py": "from mid import middle\n\n\ndef top(x):\n    return middle(x)\n",
}


@pytest.fixture
def forked(lab: Lab) -> Repo:
    """`one` changes rate and both, deletes unused; `other` changes both, and top, which now calls unused."""
    repo = lab.repo("forked", BASE)
    repo.git("checkout", "-q", "-b", "one")
    repo.commit({
        "lib.py": "def rate(x, step):\n    return x * step\n\n\ndef both(x):\n    return x + 1\n",
    })  # fmt: skip
    repo.git("checkout", "-q", "-b", "other", "main")
    repo.commit({
        "lib.py": BASE["lib.py"].replace("    return x\n", "    return x - 1\n"),
        "top.py": "from lib import unused\n" + BASE["top.py"].replace("(x)\n", "(x) + unused()\n"),
    })  # fmt: skip
    return repo


def test_what_both_change_is_reported(lab: Lab, forked: Repo) -> None:
    answer = lab.run("overlap", "one", "other", forked.path, "--json").json
    assert [(both["id"], both["one"]["change"], both["other"]["change"]) for both in answer["both"]] == [
        ("lib.py::both", "modified", "modified")
    ]


def test_where_one_reaches_what_the_other_edits(lab: Lab, forked: Repo) -> None:
    answer = lab.run("overlap", "one", "other", forked.path, "--json").json
    reached = {(hit["change"], hit["edit"]["symbol"]["id"]): hit for hit in answer["reached"]}
    far = reached["lib.py::rate", "top.py::top"]
    assert (far["from"], far["distance"]) == ("one", 2)
    assert [step["to"] for step in far["path"]] == ["mid.py::middle", "lib.py::rate"]
    # A call that only one branch has, of what only the other takes away.
    gone = reached["lib.py::unused", "top.py::top"]
    assert (gone["from"], gone["severity"], gone["distance"]) == ("one", "high", 1)
    assert gone["reason"] == "refers to what is deleted"
    assert gone["path"][0]["line"] == 6
    assert answer["reached"][0] == gone


def test_the_order_of_the_branches_changes_only_their_names(lab: Lab, forked: Repo) -> None:
    there = lab.run("overlap", "one", "other", forked.path, "--json").json
    back = lab.run("overlap", "other", "one", forked.path, "--json").json
    turned = {"one": "other", "other": "one"}
    assert [hit | {"from": turned[hit["from"]]} for hit in back["reached"]] == there["reached"]
    assert [(b["other"], b["one"]) for b in back["both"]] == [(b["one"], b["other"]) for b in there["both"]]
    assert back["shared"] == there["shared"]


def test_branches_that_have_nothing_to_do_with_each_other(lab: Lab) -> None:
    repo = lab.repo("apart", {"a.py": "def a():\n    return 1\n", "b.py": "def b():\n    return 1\n"})
    repo.git("checkout", "-q", "-b", "one")
    repo.commit({"a.py": "def a():\n    return 2\n"})
    repo.git("checkout", "-q", "-b", "other", "main")
    repo.commit({"b.py": "def b():\n    return 2\n"})
    ran = lab.run("overlap", "one", "other", repo.path)
    assert ran.out.strip() == (
        "0 definitions changed by both · 0 edited by one and reached by the other · 0 more affected by both"
    )


def test_the_words_name_the_branches(lab: Lab, forked: Repo) -> None:
    ran = lab.run("overlap", "one", "other", forked.path)
    assert "lib.py::both  one: body changed; other: body changed" in ran.out
    assert "other: body changed; refers to what is deleted by one: lib.py::unused" in ran.out
    assert "where they part" in ran.err


def test_an_unknown_branch_is_refused(lab: Lab, forked: Repo) -> None:
    refused(lab.run("overlap", "one", "nowhere", forked.path), 3, "nowhere")
