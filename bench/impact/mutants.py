"""Mutants: the tests that fail when a function of a package is broken, compared with the listed ones.

`python -m impact.mutants [--json] [PACKAGE…]` prints the table, the failing tests that are not listed, and
the shares for other limits of distance and confidence.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from accuracy.corpora import Package, unpacked
from impact.mutations import Mutation
from impact.suites import SUITES, Suite
from impact.truth import Truth, bare
from kodus_ast import graph

OPTIONS = {"depth": 1, "max_affected": 100_000, "test_depth": 0}
TEST_DEPTH = 10
"""The default of `test_depth`: the listed tests are at most so many steps away."""
WANTED = 34
"""Mutants of each package that a test notices."""
LEAST_MUTANTS = 100
LEAST_COMPLETE = 0.90
MOST_OF_SUITE = 0.35
DISTANCES = (2, 4, 6, 7, 8, 9, 10, 11, 12, 14, 25)
CONFIDENCES = (0.5, 0.65, 0.85)


@dataclass(frozen=True)
class Mutant:
    """One that some test notices, and the tests that were listed for it."""

    mutation: Mutation
    failing: frozenset[str]
    listed: dict[str, tuple[int, float]]
    """Distance and confidence of each test."""

    def within(self, distance: int = TEST_DEPTH, confidence: float = 0.0) -> set[str]:
        """The listed tests of at most this distance and at least this confidence."""
        return {test for test, (d, c) in self.listed.items() if d <= distance and c >= confidence}

    def example(self) -> str:
        """What is missing, in a line."""
        missing, mutation = sorted(self.failing - self.within()), self.mutation
        return (
            f"{mutation.kind} in {mutation.path}:{mutation.line} {mutation.function}:"
            f" {len(missing)} of {len(self.failing)} failing tests are not listed: {missing[:3]}"
        )


@dataclass
class Score:
    """Over the mutants that some test notices."""

    tests: int = 0
    mutants: list[Mutant] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)
    """Of the suite, that one test is, by mutant."""
    passed_over: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Score") -> None:
        """With the mutants of another one."""
        self.tests += other.tests
        self.mutants += other.mutants
        self.parts += other.parts

    def share(self, distance: int = TEST_DEPTH, confidence: float = 0.0) -> float:
        """The share of mutants with all their failing tests listed."""
        complete = [one.failing <= one.within(distance, confidence) for one in self.mutants]
        return sum(complete) / max(1, len(complete))

    def part(self, distance: int = TEST_DEPTH, confidence: float = 0.0) -> float:
        """The share of the suite that was listed, on average."""
        pairs = zip(self.mutants, self.parts, strict=True)
        listed = [part * len(one.within(distance, confidence)) for one, part in pairs]
        return sum(listed) / max(1, len(listed))

    def missed(self) -> list[str]:
        """A line for each mutant with a failing test that was not listed."""
        return [one.example() for one in self.mutants if not one.failing <= one.within()]

    def row(self) -> str:
        """The end of a row of the table."""
        failing = sum(len(one.failing) for one in self.mutants)
        listed = sum(len(one.failing & one.within()) for one in self.mutants) / max(1, failing)
        return (
            f"| {self.tests} | {len(self.mutants)} | {self.share():.1%} | {listed:.1%} | {self.part():.1%} |"
        )


async def scored(suite: Suite, wanted: int) -> Score:
    """What one package gives."""
    score = Score()
    package = Package("pypi", suite.name, suite.version, suite.sha256)
    original = unpacked("mutants", suite.name, (package,))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / suite.name
        shutil.copytree(original, folder)
        truth = Truth(suite, folder)
        score.tests = len(truth.tests)
        base, head = Path(temporary) / "base.graph", Path(temporary) / "head.graph"
        await graph.build(folder, None, base)
        for mutation, failing in truth.noticed(wanted):
            file = folder / mutation.path
            before = file.read_bytes()
            file.write_text(mutation.applied(before.decode()), newline="")
            await graph.build(folder, None, head, base=base)
            file.write_bytes(before)
            answer = json.loads(await graph.impact(base, head, OPTIONS))
            score.mutants.append(Mutant(mutation, frozenset(failing), listed(answer, truth.tests)))
            score.parts.append(1 / score.tests)
        score.passed_over = Counter(one["why"] for one in truth.mutants if one["why"])
    return score


def listed(answer: dict[str, Any], tests: set[str]) -> dict[str, tuple[int, float]]:
    """The tests of the suite that the answer lists, with the shortest distance of each."""
    found: dict[str, tuple[int, float]] = {}
    for test in answer["tests"]:
        name = bare(test["command"])
        if name in tests:
            found.setdefault(name, (test["distance"], test["confidence"]))
    return found


def table(scores: list[tuple[Suite, Score]]) -> list[str]:
    """A row for each package, and one for all."""
    rows = [
        "| package | style | tests | mutants | all failing listed | failing listed | listed of the suite |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows += [f"| {suite.name} {suite.version} | {suite.style} {score.row()}" for suite, score in scores]
    return [*rows, f"| **all** | {pooled([score for _, score in scores]).row()}"]


def curve(scores: list[Score]) -> list[str]:
    """The shares for other limits of distance and confidence."""
    whole = pooled(scores)
    heads = [f"confidence {c} | " for c in CONFIDENCES]
    rows = ["| steps at most | " + "".join(heads), "| ---: |" + " ---: |" * len(CONFIDENCES)]
    for d in DISTANCES:
        cells = [f" {whole.share(d, c):.1%} of {whole.part(d, c):.1%} |" for c in CONFIDENCES]
        rows.append(f"| {d} |" + "".join(cells))
    return rows


def pooled(scores: list[Score]) -> Score:
    """Of all packages."""
    whole = Score()
    for score in scores:
        whole.add(score)
    return whole


def kept(scores: list[Score]) -> bool:
    """Whether the limits of README.md hold."""
    whole = pooled(scores)
    return (
        len(whole.mutants) >= LEAST_MUTANTS
        and whole.share() >= LEAST_COMPLETE
        and whole.part() <= MOST_OF_SUITE
    )


def summary(score: Score) -> dict[str, Any]:
    """For `--json`."""
    return {
        "tests": score.tests,
        "mutants": len(score.mutants),
        "complete": score.share(),
        "of_the_suite": score.part(),
        "passed_over": score.passed_over,
        "missed": [
            {**asdict(one.mutation), "missing": sorted(one.failing - one.within())}
            for one in score.mutants
            if not one.failing <= one.within()
        ],
    }


def main() -> None:
    """One part alone."""
    names = [name for name in sys.argv[1:] if name != "--json"]
    chosen = [suite for suite in SUITES if not names or suite.name in names]
    scores = [(suite, asyncio.run(scored(suite, WANTED))) for suite in chosen]
    if "--json" in sys.argv:
        print(json.dumps({suite.name: summary(score) for suite, score in scores}, indent=1))
        return
    for _, score in scores:
        print("\n".join(score.missed()), score.passed_over, file=sys.stderr)
    print("\n".join([*table(scores), "", *curve([score for _, score in scores])]))


if __name__ == "__main__":
    main()
