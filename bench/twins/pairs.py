"""The labelled set: of each language so many pairs of each type of clone, and of functions that are none."""

import asyncio
import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Literal

from kodus_ast import graph
from twins.edits import commented, edited, is_telling, likeness, normalised, renamed, statements
from twins.packages import PACKAGES, PLACE, Written, functions

Label = Literal["type 1", "type 2", "type 3", "none"]
COUNTS: dict[Label, int] = {"type 1": 60, "type 2": 80, "type 3": 120, "none": 240}
ENDINGS = {"python": "py", "typescript": "ts", "java": "java"}
LEAST_LINES, MOST_LINES = 9, 80
"""Of what is made into pairs: enough to be edited, and usual."""
LEAST_SIMILARITY = 0.70


@dataclass(frozen=True)
class Pair:
    """Two functions, and what they are to each other."""

    language: str
    label: Label
    similarity: float
    """The part of the longer one's lines, names and literals aside, that the other has too."""
    one: str
    other: str


def pairs(language: str) -> list[Pair]:
    """The set of one language, always the same."""
    rng = random.Random(f"twins of {language}")  # noqa: S311 - the same set for everybody
    first, second = (list(_usable(functions(package, language), language)) for package in PACKAGES[language])
    foreign = sorted({line for one in second for line in statements(one.text, language)})
    pool = rng.sample(first, len(first)) + rng.sample(second, len(second))
    made: list[Pair] = []
    for label in ("type 1", "type 2", "type 3"):
        count = 0
        while count < COUNTS[label] and pool:
            one = pool.pop()
            text = _made(one.text, language, label, rng, foreign, count)
            if text and is_telling(text, language) and all(is_valid(t, language) for t in (text, one.text)):
                alike = likeness(normalised(one.text, language), normalised(text, language))
                if label == "type 3" and not LEAST_SIMILARITY <= alike < 1:
                    continue
                made.append(Pair(language, label, alike, one.text, text))
                count += 1
    return made + list(_strangers(first, second, language, rng))


def is_valid(text: str, language: str) -> bool:
    """Whether the text, as `wrapped`, is free of syntax errors."""
    folder = PLACE / "checked"
    folder.mkdir(exist_ok=True)
    file = folder / f"checked.{ENDINGS[language]}"
    file.write_text(wrapped(text, language, "Checked"))
    (verdict,), _ = asyncio.run(graph.validate([file]))
    return verdict.status == "VALID"


def wrapped(text: str, language: str, name: str) -> str:
    """A file with the function, in a class of that name where it can be nowhere else."""
    if language == "python" or re.match(r"(?:export |async |default )*function\b|(?:export )?const ", text):
        return text
    return f"class {name} {{\n{text}}}\n"


def _usable(written: list[Written], language: str) -> Iterator[Written]:
    """Of usual length, each body once."""
    seen = set()
    for one in written:
        body = hashlib.sha256("".join(one.text.partition("(")[2].split()).encode()).digest()
        if (
            body not in seen
            and LEAST_LINES <= one.text.count("\n") <= MOST_LINES
            and '"""' not in one.text[400:]
        ):
            seen.add(body)
            if is_telling(one.text, language):
                yield one


def _made(
    text: str, language: str, label: Label, rng: random.Random, foreign: list[str], count: int
) -> str | None:
    if label == "type 1":
        return commented(text, language, rng)
    if label == "type 2":
        return renamed(text, language, rng, everything=count % 2 == 0)
    changed = edited(text, language, rng, foreign, rng.choice((0.70, 0.75, 0.80)))
    # A third only edited, a third with its own names changed too, a third with every name.
    return renamed(changed, language, rng, everything=count % 3 == 1) if changed and count % 3 else changed


def _strangers(
    first: list[Written], second: list[Written], language: str, rng: random.Random
) -> Iterator[Pair]:
    """Pairs of two packages that share nothing: half by chance, half the most alike of 300 by their lines."""
    for number in range(COUNTS["none"]):
        one = rng.choice(first)
        if number % 2:
            others = rng.sample(second, min(300, len(second)))
            bag = _bag(one.text, language)
            other = max(others, key=lambda o: _cosine(bag, _bag(o.text, language)))
        else:
            other = rng.choice(second)
        alike = likeness(normalised(one.text, language), normalised(other.text, language))
        yield Pair(language, "none", alike, one.text, other.text)


_BAGS: dict[str, Counter[str]] = {}


def _bag(text: str, language: str) -> Counter[str]:
    if text not in _BAGS:
        _BAGS[text] = Counter(normalised(text, language))
    return _BAGS[text]


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    inner = sum(count * other[line] for line, count in one.items())
    return inner / sqrt(sum(c * c for c in one.values()) * sum(c * c for c in other.values()) or 1)


def written_out(made: list[Pair], folder: Path) -> list[tuple[str, str]]:
    """A directory with every function in a file of its own; the two paths of each pair."""
    paths = []
    for number, pair in enumerate(made):
        names = []
        for side, text in (("one", pair.one), ("other", pair.other)):
            name = f"{side}/p{number}.{ENDINGS[pair.language]}"
            (folder / side).mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(wrapped(text, pair.language, f"P{number}"))
            names.append(name)
        paths.append((names[0], names[1]))
    return paths
