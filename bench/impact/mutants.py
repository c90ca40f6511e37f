"""Mutants: the tests that fail when a function of a package is broken, beside those that were told to run."""

import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from accuracy.corpora import Package, unpacked
from accuracy.oracles.python import environment
from impact.mutations import Mutation, drawn
from impact.suites import SUITES, Suite
from kodus_ast import graph

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "impact"
OPTIONS = {"depth": 1, "max_affected": 100_000}
SEED = 7
WANTED = 34
"""Mutants of each package that a test notices."""
LEAST_MUTANTS = 100
LEAST_TOLD = 0.90
MOST_OF_SUITE = 0.35
PYTEST = (
    *("-m", "pytest", "-q", "--tb=no", "--continue-on-collection-errors"),
    *("-p", "no:cacheprovider", "-p", "impact.failing"),
)


@dataclass
class Score:
    """Over the mutants that some test notices."""

    tests: int = 0
    mutants: int = 0
    complete: int = 0
    """Of which all failing tests were told."""
    failing: int = 0
    told: int = 0
    """Of the failing tests."""
    parts: list[float] = field(default_factory=list)
    """Of the suite, that was told."""
    passed_over: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.complete / max(1, self.mutants)

    @property
    def part(self) -> float:
        return sum(self.parts) / max(1, len(self.parts))

    def add(self, other: "Score") -> None:
        """With the mutants of another one."""
        self.tests += other.tests
        self.mutants += other.mutants
        self.complete += other.complete
        self.failing += other.failing
        self.told += other.told
        self.parts += other.parts

    def row(self) -> str:
        """The end of a row of the table."""
        told = self.told / max(1, self.failing)
        return f"| {self.tests} | {self.mutants} | {self.share:.1%} | {told:.1%} | {self.part:.1%} |"


class Runner:
    """Runs the tests of a package in a copy of it and an environment of its own."""

    def __init__(self, suite: Suite, folder: Path) -> None:
        self.suite = suite
        self.folder = folder
        self.program = environment(f"{suite.name}.mutants", list(suite.requirements))

    def outcomes(self) -> dict[str, str] | None:
        """What became of each test; None when they do not come to an end."""
        with tempfile.TemporaryDirectory() as temporary:
            out = Path(temporary) / "outcomes.tsv"
            roots = [str(HERE.parent), *(str(self.folder / root) for root in self.suite.roots)]
            variables = {
                "PATH": os.environ["PATH"],
                "HOME": temporary,
                "LANG": "C.UTF-8",
                "FAILING_OUT": str(out),
                "PYTHONPATH": os.pathsep.join(roots),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONHASHSEED": "0",
            }
            try:
                subprocess.run(
                    [self.program, *PYTEST, *self.suite.tests],
                    check=False, cwd=self.folder, env=variables, timeout=self.suite.seconds,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return None
            lines = out.read_text().splitlines() if out.is_file() else []
        return {test: outcome for outcome, _, test in (line.partition("\t") for line in lines)}


@dataclass
class Truth:
    """What the tests say; asked once, for it does not depend on us."""

    tests: list[str]
    """Those that always pass, parameters aside."""
    failing: list[tuple[dict[str, Any], list[str]]]
    """Of each mutant that is noticed: its mutation, and the tests that fail."""
    passed_over: dict[str, int]


def truth(suite: Suite, folder: Path, wanted: int) -> Truth:
    """Breaks one function after the other until so many mutants are noticed."""
    asked = hashlib.sha256(repr((suite, SEED, wanted)).encode())
    for name in ("mutations.py", "failing.py"):
        asked.update((HERE / name).read_bytes())
    kept = BUILD / f"mutants-{suite.name}-{asked.hexdigest()[:12]}.json"
    if kept.is_file():
        return Truth(**json.loads(kept.read_bytes()))
    runner = Runner(suite, folder)
    # What does not always pass says nothing.
    runs = [runner.outcomes() or {} for _ in range(2)]
    passing = {t for t, outcome in runs[0].items() if outcome == "passed" == runs[1].get(t)}
    if len(passing) < suite.passing:
        raise SystemExit(f"{suite.name}: {len(passing)} tests pass")
    found = Truth(sorted({bare(test) for test in passing}), [], {"unnoticed": 0, "endless": 0})
    for mutation in drawn(folder, suite.roots, SEED):
        if len(found.failing) == wanted:
            break
        file = folder / mutation.path
        before = file.read_bytes()
        file.write_text(mutation.applied(before.decode()), newline="")
        outcomes = runner.outcomes()
        file.write_bytes(before)
        failing = None if outcomes is None else failed(outcomes, passing)
        if failing:
            found.failing.append((asdict(mutation), sorted(failing)))
        else:
            found.passed_over["endless" if failing is None else "unnoticed"] += 1
    BUILD.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(asdict(found), indent=1))
    return found


async def scored(suite: Suite, wanted: int) -> Score:
    """What one package gives."""
    score = Score()
    package = Package("pypi", suite.name, suite.version, suite.sha256)
    original = unpacked("mutants", suite.name, (package,))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / suite.name
        shutil.copytree(original, folder)
        asked = truth(suite, folder, wanted)
        score.tests, score.passed_over = len(asked.tests), asked.passed_over
        base, head = Path(temporary) / "base.graph", Path(temporary) / "head.graph"
        await graph.build(folder, None, base)
        for fields, failing in asked.failing:
            mutation = Mutation(**fields)
            file = folder / mutation.path
            before = file.read_bytes()
            file.write_text(mutation.applied(before.decode()), newline="")
            await graph.build(folder, None, head, base=base)
            file.write_bytes(before)
            answer = json.loads(await graph.impact(base, head, OPTIONS))
            told = {test["command"] for test in answer["tests"]}
            add(score, mutation, set(failing), told & set(asked.tests))
    return score


def failed(outcomes: dict[str, str], passing: set[str]) -> set[str]:
    """Of the tests that passed those that fail, or are not even reached."""
    return {bare(test) for test in passing if outcomes.get(test) != "passed"}


def bare(test: str) -> str:
    """Without its parameters."""
    return re.sub(r"\[.*\]$", "", test, flags=re.DOTALL)


def add(score: Score, mutation: Mutation, failing: set[str], told: set[str]) -> None:
    """Compares the tests of one mutant."""
    score.mutants += 1
    score.complete += failing <= told
    score.failing += len(failing)
    score.told += len(failing & told)
    score.parts.append(len(told) / score.tests)
    if not failing <= told:
        missing = sorted(failing - told)
        score.examples.append(
            f"{mutation.kind} in {mutation.path}:{mutation.line} {mutation.function}:"
            f" {len(missing)} of {len(failing)} failing tests are not told: {missing[:3]}"
        )


def table(scores: list[tuple[Suite, Score]]) -> list[str]:
    """A row for each package, and one for all."""
    rows = [
        "| package | style | tests | mutants | all that fail told | told of those that fail | of the suite |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    whole = Score()
    for suite, score in scores:
        rows.append(f"| {suite.name} {suite.version} | {suite.style} {score.row()}")
        whole.add(score)
    return [*rows, f"| **all** | {whole.row()}"]


def kept(scores: list[Score]) -> bool:
    """Are the promises?"""
    whole = Score()
    for score in scores:
        whole.add(score)
    return whole.mutants >= LEAST_MUTANTS and whole.share >= LEAST_TOLD and whole.part <= MOST_OF_SUITE


def main() -> None:
    """`python -m impact.mutants [PACKAGE…]`: the table, and what is not told."""
    chosen = [suite for suite in SUITES if not sys.argv[1:] or suite.name in sys.argv[1:]]
    scores = [(suite, asyncio.run(scored(suite, WANTED))) for suite in chosen]
    for _, score in scores:
        print("\n".join(score.examples), score.passed_over, file=sys.stderr)
    print("\n".join(table(scores)))


if __name__ == "__main__":
    main()
