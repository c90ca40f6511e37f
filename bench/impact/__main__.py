"""`python -m impact [--json] [breaks] [mutants] [NAME…]`: compares answers with compilers and tests.

Without a part both are run; names (`mobx`, `click`) select corpora and packages. What compilers and tests say
is kept, so that an interrupted run continues where it stopped. A run of a whole part writes its table in
README.md and fails if a limit is missed.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from impact import breaks, mutants
from impact.suites import SUITES

README = Path(__file__).with_name("README.md")
EDITS = (
    ("java", "collections", 120),
    # Of all TypeScript of the corpora these take minutes; `python -m impact.breaks` asks the others.
    ("ts", "ethers", 40),
    ("ts", "mobx", 120),
)
LEAST_RECALL = LEAST_PRECISION = 0.95
TRUTHS = {"java": "javac", "ts": "tsc"}
PARTS = ("breaks", "mutants")


def main() -> None:
    """Compilers first, then tests."""
    asked = [one for one in sys.argv[1:] if one != "--json"]
    names = [one for one in asked if one not in PARTS]
    parts = [part for part in PARTS if part in asked] or list(PARTS)
    found: dict[str, Any] = {}
    kept = True
    for part in parts:
        rows, found[part], good = {"breaks": broken, "mutants": mutated}[part](names)
        if rows and not names:
            written(part, rows)
        if "--json" not in sys.argv:
            print("\n".join(rows), flush=True)
        kept = kept and (good or bool(names))
    if "--json" in sys.argv:
        print(json.dumps(found, indent=1))
    sys.exit(not kept)


def broken(names: list[str]) -> tuple[list[str], dict[str, Any], bool]:
    """Compares misfits with compilers: a table, the same as data, and whether the limits hold."""
    rows = ["| truth | edits | places | recall | precision |", "| --- | ---: | ---: | ---: | ---: |"]
    sums: dict[str, breaks.Score] = {}
    found: dict[str, Any] = {}
    for language, name, wanted in EDITS:
        if names and name not in names:
            continue
        score = breaks.Score()
        asyncio.run(breaks.scored(language, name, wanted, score))
        print("\n".join(score.examples), file=sys.stderr)
        rows.append(f"| {TRUTHS[language]}, {name} {score.row()}")
        found[f"{language}/{name}"] = score.summary()
        sums.setdefault(language, breaks.Score()).add(score)
    for language, score in sums.items():
        rows.append(f"| **{TRUTHS[language]}** {score.row()}")
        found[language] = score.summary()
    good = all(s.recall >= LEAST_RECALL and s.precision >= LEAST_PRECISION for s in sums.values())
    return rows, found, good


def mutated(names: list[str]) -> tuple[list[str], dict[str, Any], bool]:
    """Compares listed tests with failing ones: a table, the same as data, and whether the limits hold."""
    chosen = [suite for suite in SUITES if not names or suite.name in names]
    scores = [(suite, asyncio.run(mutants.scored(suite, mutants.WANTED))) for suite in chosen]
    for _, score in scores:
        print("\n".join(score.missed()), file=sys.stderr)
    all_scores = [score for _, score in scores]
    rows = [*mutants.table(scores), "", *mutants.curve(all_scores)] if scores else []
    return rows, {suite.name: mutants.summary(score) for suite, score in scores}, mutants.kept(all_scores)


def written(mark: str, rows: list[str]) -> None:
    """Replaces a table of README.md."""
    text = README.read_text()
    start, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    before, rest = text.split(start)
    README.write_text(before + start + "\n".join(rows) + "\n" + end + rest.split(end)[1])


if __name__ == "__main__":
    main()
