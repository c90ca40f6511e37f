"""The smaller commands end to end: callers, callees, path, graph, validate, languages, help."""

import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from sample_repositories import TIMEOUT_S, Lab, Repo, refused


def test_callers_name_the_line(lab: Lab, shop: Repo) -> None:
    ran = lab.run("callers", "total", shop.path)
    assert ran.code == 0, ran.err
    assert "shop/cart.py::Cart.pay  shop/cart.py:9" in ran.out
    assert "1 caller; 0 call sites of that name unresolved" in ran.out


def test_callers_in_json(lab: Lab, shop: Repo) -> None:
    answer = lab.run("callers", "shop/price.py::total", shop.path, "--json", "--depth", "3").json
    assert [one["name"] for one in answer["found"]][:2] == ["pay", "checkout"]


def test_callees(lab: Lab, shop: Repo) -> None:
    answer = lab.run("callees", "checkout", shop.path, "--json").json
    assert "shop/cart.py::Cart.pay" in [one["id"] for one in answer["found"]]


def test_a_path(lab: Lab, shop: Repo) -> None:
    ran = lab.run("path", "checkout", "total", shop.path)
    assert ran.code == 0, ran.err
    assert [line.split("  ")[1] for line in ran.out.splitlines()[1:]] == [
        "└─ CALLS shop/cart.py::Cart.pay",
        "└─ CALLS shop/price.py::total",
    ]


def test_no_path_is_an_answer(lab: Lab, shop: Repo) -> None:
    ran = lab.run("path", "total", "checkout", shop.path, "--json")
    assert (ran.code, ran.json["found"]) == (0, False)


def test_a_symbol_of_an_older_state(lab: Lab, shop: Repo) -> None:
    assert lab.run("callers", "old", shop.path, "--ref", "HEAD~1").code == 0
    refused(lab.run("callers", "old", shop.path), 3, "no such symbol")


def test_a_name_of_several_lists_them(lab: Lab) -> None:
    repo = lab.repo("two", {"a.py": "def f(): ...\n", "b.py": "def f(): ...\n"})
    refused(lab.run("callers", "f", repo.path), 3, "a.py::f", "b.py::f")


def test_a_directory_that_is_no_repository_can_be_asked(lab: Lab) -> None:
    (lab.path / "plain").mkdir()
    (lab.path / "plain" / "a.py").write_text("def f():\n    g()\n\n\ndef g(): ...\n")
    ran = lab.run("callers", "g", lab.path / "plain", "--json")
    assert [one["id"] for one in ran.json["found"]] == ["a.py::f"]


def test_a_graph_in_each_format(lab: Lab, shop: Repo) -> None:
    as_json = lab.run("graph", shop.path, "--format", "json")
    answer = json.loads(as_json.out)
    assert answer["meta"]["commit"] == shop.git("rev-parse", "HEAD")
    assert "shop/cart.py::Cart.pay" in [node["id"] for node in answer["nodes"]]
    assert lab.run("graph", shop.path, "-o", "g.graphml").code == 0
    ET.parse(lab.path / "g.graphml")
    assert lab.run("graph", shop.path, "--format", "dot").out.startswith("digraph")
    assert lab.run("graph", shop.path, "-o", "g.json").out == ""
    assert json.loads((lab.path / "g.json").read_text()) == answer


def test_validate_says_where(lab: Lab) -> None:
    (lab.path / "good.py").write_text("x = 1\n")
    (lab.path / "bad.py").write_text("x = 1\ndef f(:\n    pass\n")
    (lab.path / "notes.xyz").write_text("?")
    ran = lab.run("validate", "good.py", "bad.py", "notes.xyz")
    assert ran.code == 4
    lines = ran.out.splitlines()
    assert lines[0].startswith("good.py: valid")
    assert lines[1].startswith("bad.py:2:")
    assert lines[2] == "notes.xyz: language not supported"
    assert lab.run("validate", "good.py").code == 0
    assert lab.run("validate", "missing.py", "--json").json[0]["status"] == "ERROR"


def test_languages(lab: Lab) -> None:
    names = {language["name"] for language in lab.run("languages", "--json").json}
    assert {"python", "typescript", "javascript", "java", "go"} <= names
    assert " .py" in lab.run("languages").out


def test_help_and_version(lab: Lab) -> None:
    assert lab.run("--version").out.strip()[0].isdigit()
    for command in ("impact", "graph", "callers", "callees", "path", "validate", "languages"):
        ran = lab.run(command, "--help")
        assert ran.code == 0
        assert "Usage: kodus-ast" in ran.out
    ran = lab.run("--help")
    assert "130: interrupted" in ran.out


def test_bad_usage_is_one_line(lab: Lab, shop: Repo) -> None:
    refused(lab.run("impct"), 2)
    refused(lab.run("impact", "--no-such-option"), 2)
    refused(lab.run("impact", shop.path, "--depth", "many"), 2)
    refused(lab.run("impact", shop.path, "--depth", "-1"), 2)
    refused(lab.run("impact", shop.path, "--min-confidence", "2"), 2)
    refused(lab.run("impact", shop.path, "--format", "pdf"), 2)
    refused(lab.run("impact", shop.path, "--head", "HEAD", "--worktree"), 2)
    refused(lab.run("callers"), 2)
    refused(lab.run("impact", shop.path, KODUS_AST_THREADS="x"), 2, "KODUS_AST_THREADS")
    refused(
        lab.run("impact", shop.path, KODUS_AST_THREAD="1"), 2, "KODUS_AST_THREAD;", "mean KODUS_AST_THREADS?"
    )


def test_a_reader_that_goes_away_is_no_failure(lab: Lab, shop: Repo) -> None:
    command = f"{sys.executable} -m kodus_ast graph {shop.path} | head -c 10; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        env=os.environ | lab.environment,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=True,
    )
    assert done.stdout.decode().endswith("0\n")
    assert b"Traceback" not in done.stderr
    assert b"Broken pipe" not in done.stderr


def test_an_interrupted_build_stops_quietly(lab: Lab) -> None:
    body = "\n\n".join(f"def f{n}(x):\n    return f{n + 1}(x) + g{n}(x)" for n in range(400))
    repo = lab.repo("big", {f"pkg{n % 20}/m{n}.py": body for n in range(400)})
    process = subprocess.Popen(
        [sys.executable, "-m", "kodus_ast", "graph", str(repo.path), "-o", str(lab.path / "g.json")],
        env=os.environ | lab.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr
    # It has begun once it has said what of.
    assert process.stderr.readline().startswith(b"graph of")
    time.sleep(0.15)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert b"Traceback" not in err
    if process.returncode == 0:
        # A quick machine may be done before the signal; then nothing is left to see.
        return
    assert process.returncode == 130
    assert err.decode().strip() == "kodus-ast: interrupted"
    assert not (lab.path / "g.json").exists()


def test_progress_is_drawn_on_a_terminal_alone(lab: Lab, shop: Repo) -> None:
    script = f"{sys.executable} -m kodus_ast impact {shop.path} --no-cache"
    done = subprocess.run(
        ["script", "-qec", script, "/dev/null"],
        env=os.environ | lab.environment | {"TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert b"\x1b[" in done.stdout
    assert "\x1b" not in lab.run("impact", shop.path).err


def test_completion_is_offered(lab: Lab) -> None:
    assert "--install-completion" in lab.run("--help").out


def test_the_path_of_the_settings_is_kept(lab: Lab, shop: Repo) -> None:
    lab.run("impact", shop.path, KODUS_AST_CACHE=str(lab.path / "other"))
    assert list((lab.path / "other" / "graphs").glob("*.graph"))
    assert not Path(lab.path / "cache").exists()
