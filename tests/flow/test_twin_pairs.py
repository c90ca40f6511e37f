"""A small part of the labelled set of `bench/twins`: every pair is found with its label."""

import asyncio
import re
from pathlib import Path

import pytest

from kodus_ast import graph

PAIRS = Path(__file__).parent / "twins"
ENDINGS = {"python": "py", "typescript": "ts", "java": "java"}
PAIR = re.compile(
    r"^## (type \d|none), [^\n]*\n```\w+\n(.*?)\n```\n```\w+\n(.*?)\n```", re.MULTILINE | re.DOTALL
)


def wrapped(text: str, language: str, name: str) -> str:
    """As a file, in a class where it can be nowhere else."""
    if language == "python" or re.match(r"(?:export |async |default )*function\b|(?:export )?const ", text):
        return f"{text}\n"
    return f"class {name} {{\n{text}\n}}\n"


@pytest.mark.parametrize("language", ENDINGS)
def test_every_pair_is_what_it_is_said_to_be(tmp_path: Path, language: str) -> None:
    pairs = PAIR.findall((PAIRS / f"{language}.md").read_text())
    assert [label for label, _, _ in pairs] == sorted(
        4 * ["type 1", "type 2", "type 3", "none"], key=["type 1", "type 2", "type 3", "none"].index
    )
    root = tmp_path / "pairs"
    root.mkdir()
    ending = ENDINGS[language]
    for number, (_, one, other) in enumerate(pairs):
        for side, text in (("one", one), ("other", other)):
            (root / f"{side}{number}.{ending}").write_text(wrapped(text, language, f"{side.title()}{number}"))
    stored, listed = tmp_path / "graph", tmp_path / "graph.json"
    asyncio.run(graph.build(root, None, stored))
    asyncio.run(graph.export(stored, listed, "json", {}))
    nodes = re.findall(r'"id":"(one\d+\.\w+::[^"]+)","kind":"(?:function|method)"', listed.read_text())
    first: dict[str, str] = {}
    for node in nodes:
        first.setdefault(node.partition("::")[0], node)
    asked = list(first.values())
    answer, _ = asyncio.run(graph.twins(root, None, stored, symbols=asked, options={"most": 100}))
    found = {
        (function.symbol.path, twin.symbol.path): twin
        for function in answer.functions
        for twin in function.twins
    }
    wrong = []
    for number, (label, _, _) in enumerate(pairs):
        twin = found.get((f"one{number}.{ending}", f"other{number}.{ending}"))
        assigned = f"type {twin.type}" if twin else "none"
        if assigned != label:
            wrong.append((number, label, assigned))
    assert wrong == []
