"""Releases: answers about real pairs of releases, compared with their texts and with both graphs."""

import ast
import asyncio
import difflib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kodus_ast import graph

Answer = dict[str, Any]

PAIRS = [
    ("pypi", "requests", "2.31.0", "2.32.0"),
    ("pypi", "flask", "3.0.2", "3.0.3"),
    ("pypi", "click", "8.1.6", "8.1.7"),
    ("pypi", "jinja2", "3.1.3", "3.1.4"),
    ("pypi", "httpx", "0.27.0", "0.27.2"),
    ("pypi", "werkzeug", "3.0.1", "3.0.2"),
    ("pypi", "itsdangerous", "2.1.1", "2.1.2"),
    ("pypi", "rich", "13.7.0", "13.7.1"),
    ("pypi", "starlette", "0.36.2", "0.36.3"),
    ("pypi", "fastapi", "0.110.0", "0.110.1"),
    ("npm", "koa", "2.15.0", "2.15.1"),
    ("npm", "axios", "1.6.7", "1.6.8"),
    ("npm", "uuid", "9.0.0", "9.0.1"),
    ("npm", "express", "4.18.2", "4.18.3"),
    ("npm", "rxjs", "7.8.0", "7.8.1"),
    ("npm", "immer", "10.0.3", "10.0.4"),
    ("npm", "ajv", "8.16.0", "8.17.1"),
    ("npm", "commander", "11.1.0", "12.0.0"),
    ("npm", "chalk", "5.3.0", "5.4.0"),
    ("npm", "fastify", "4.26.1", "4.26.2"),
    ("go", "github.com/gin-gonic/gin", "v1.9.0", "v1.9.1"),
    ("go", "github.com/spf13/cobra", "v1.7.0", "v1.8.0"),
    ("go", "github.com/go-chi/chi/v5", "v5.0.11", "v5.0.12"),
    ("go", "github.com/stretchr/testify", "v1.8.3", "v1.8.4"),
    ("go", "github.com/sirupsen/logrus", "v1.9.2", "v1.9.3"),
    ("go", "github.com/gorilla/mux", "v1.8.0", "v1.8.1"),
]

COMMENT = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|//[^\n]*|/\*.*?\*/|\#[^\n]*""", re.DOTALL
)


def fetched(registry: str, name: str, version: str, into: Path) -> Path:
    """The unpacked release, by the registry's own client."""
    into.mkdir(parents=True)
    if registry == "go":
        done = subprocess.run(
            ["go", "mod", "download", "-json", f"{name}@{version}"],
            cwd=into, check=True, timeout=600, stdout=subprocess.PIPE,
        )  # fmt: skip
        return Path(json.loads(done.stdout)["Dir"])
    if registry == "npm":
        command = ["npm", "pack", "--silent", f"{name}@{version}"]
    else:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
                   f"{name}=={version}"]  # fmt: skip
    subprocess.run(command, cwd=into, check=True, timeout=600, stdout=subprocess.DEVNULL)
    archive = next(path for path in into.iterdir() if path.suffix in {".gz", ".tgz"})
    with tarfile.open(archive) as tar:
        tar.extractall(into / "unpacked", filter="data")
    return next((into / "unpacked").iterdir())


async def checked(registry: str, name: str, old: str, new: str, work: Path) -> tuple[int, list[str]]:
    """How many hunks there are, and what is wrong."""
    before = fetched(registry, name, old, work / "old")
    after = fetched(registry, name, new, work / "new")
    base, head = work / "base.graph", work / "head.graph"
    await graph.build(before, None, base)
    await graph.build(after, None, head, base=base)
    options = {"depth": 3, "max_affected": 1_000_000}
    answer = json.loads(await graph.impact(base, head, options))
    graphs = []
    for artefact in (base, head):
        await graph.export(artefact, work / "graph.json", "json", {})
        graphs.append(json.loads((work / "graph.json").read_text()))
    wrong = [*invented(answer, graphs[0], graphs[1])]
    for side in (base, head):
        same = json.loads(await graph.impact(side, side, options))
        if same["changes"] or same["affected"] or same["misfits"]:
            wrong.append("a release compared with itself is not empty")
    count, open_hunks = unaccounted(answer, graphs[0], graphs[1], before, after)
    return count, wrong + open_hunks


def invented(answer: Answer, base: Answer, head: Answer) -> Iterator[str]:
    """What is reported and not in the graphs."""
    ids = [{node["id"] for node in side["nodes"]} for side in (base, head)]
    edges = [{(e["from"], e["to"], e["kind"]) for e in side["edges"]} for side in (base, head)]
    for change in answer["changes"]:
        there = (change["symbol"]["id"] in ids[0], change["symbol"]["id"] in ids[1])
        if change["change"] == "deleted" and not there[0]:
            yield f"deleted and never there: {change['symbol']['id']}"
        if change["change"] != "deleted" and not there[1]:
            yield f"{change['change']} and not in head: {change['symbol']['id']}"
    for one in answer["affected"]:
        for step in one["path"]:
            edge = (step["from"], step["to"], step["kind"])
            if edge not in edges[0] and edge not in edges[1]:
                yield f"an edge of no graph: {edge}"
        first = one["path"][0]
        if one["dangling"] and (first["from"], first["to"], first["kind"]) in edges[1]:
            yield f"dangling and in head: {first['from']} -> {first['to']}"


def unaccounted(
    answer: Answer, base: Answer, head: Answer, before: Path, after: Path
) -> tuple[int, list[str]]:
    """The number of hunks in definitions, and the hunks with other code that no reported definition holds."""
    reported: set[tuple[str, str]] = set()
    for change in answer["changes"]:
        if change["change"] != "deleted":
            reported.add(("head", change["symbol"]["id"]))
        else:
            reported.add(("base", change["symbol"]["id"]))
        if change["previous"]:
            reported.add(("base", change["previous"]["id"]))
    by_path: dict[str, dict[str, list[Answer]]] = {"base": {}, "head": {}}
    for side, whole in (("base", base), ("head", head)):
        for node in whole["nodes"]:
            by_path[side].setdefault(node["path"], []).append(node)
    count, wrong = 0, []
    for path in sorted(by_path["base"].keys() & by_path["head"].keys()):
        texts = [(root / path).read_text(errors="replace").splitlines() for root in (before, after)]
        for a, b, c, d in hunks(path, texts[0], texts[1]):
            count += 1
            around = {("base", n["id"]) for n in covering(by_path["base"][path], a, b)}
            around |= {("head", n["id"]) for n in covering(by_path["head"][path], c, d)}
            if not around & reported:
                wrong.append(f"{path}:{c + 1}: a hunk in no reported definition")
    return count, wrong


def hunks(path: str, old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Where the code of two texts differs: comments, documentation and format are none of it."""
    if old == new:
        return
    silent = (documented(path, old), documented(path, new))
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before = [old[i] for i in range(a, b) if i not in silent[0]]
        after = [new[i] for i in range(c, d) if i not in silent[1]]
        if tag != "equal" and code(before) != code(after):
            yield a, b, c, d


def covering(nodes: list[Answer], start: int, end: int) -> list[Answer]:
    """The definitions that the lines are in, the file too."""
    return [n for n in nodes if n["start_line"] <= max(end, start + 1) and n["end_line"] >= start + 1]


def code(lines: list[str]) -> str:
    """Without comments, white space and what a formatter adds or takes away."""
    kept = [line for line in lines if not line.lstrip().startswith(("*", "/*"))]
    text = COMMENT.sub(lambda match: match[1] or "", "\n".join(kept))
    return re.sub(r"[\s,;()'\"`]", "", text)


def documented(path: str, lines: list[str]) -> set[int]:
    """The lines of a Python file that are documentation."""
    found: set[int] = set()
    if not path.endswith((".py", ".pyi")):
        return found
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return found
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            found.update(range(node.lineno - 1, node.end_lineno or node.lineno))
    return found


async def run(pairs: list[tuple[str, str, str, str]]) -> int:
    failed = 0
    for registry, name, old, new in pairs:
        with tempfile.TemporaryDirectory() as work:
            try:
                count, wrong = await checked(registry, name, old, new, Path(work))
            except subprocess.CalledProcessError:
                print(f"SKIPPED {registry} {name} {old} -> {new}: its registry does not give it", flush=True)
                failed += "CI" in os.environ
                continue
        print(f"{registry} {name} {old} -> {new}: {count} hunks, {len(wrong)} wrong", flush=True)
        print("".join(f"    {one}\n" for one in wrong[:8]), end="")
        failed += bool(wrong)
    return failed


def main() -> None:
    """`python -m impact.releases [NAME…]`: exits with the number of pairs of which something is wrong."""
    wanted = sys.argv[1:]
    sys.exit(asyncio.run(run([pair for pair in PAIRS if not wanted or pair[1] in wanted])))


if __name__ == "__main__":
    main()
