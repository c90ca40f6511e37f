"""`python -m impact`: what compilers and tests say beside what is told.

Writes the tables of README.md, and fails if a promise is not kept.
"""

import asyncio
import sys
from pathlib import Path

from impact import breaks, mutants
from impact.suites import SUITES

README = Path(__file__).with_name("README.md")
EDITS = (
    ("java", "collections", 120),
    # All TypeScript of the corpora, the same number of each.
    *(("ts", name, 30) for name in ("loopback", "tldraw", "ethers", "matrix-js-sdk", "mobx")),
)
LEAST_RECALL = LEAST_PRECISION = 0.95
TRUTHS = {"java": "javac", "ts": "tsc"}


def main() -> None:
    """Compilers first, then tests."""
    kept = [broken(), mutated()]
    sys.exit(not all(kept))


def broken() -> bool:
    """The places that no longer fit; in each language as many as are wanted?"""
    rows = ["| truth | edits | places | recall | precision |", "| --- | ---: | ---: | ---: | ---: |"]
    sums: dict[str, breaks.Score] = {}
    for language, name, wanted in EDITS:
        score = breaks.Score()
        asyncio.run(breaks.scored(language, name, wanted, score))
        print("\n".join(score.examples), file=sys.stderr)
        rows.append(f"| {TRUTHS[language]}, {name} {score.row()}")
        sums.setdefault(language, breaks.Score()).add(score)
    rows += [f"| **{TRUTHS[language]}** {score.row()}" for language, score in sums.items()]
    written("breaks", rows)
    return all(s.recall >= LEAST_RECALL and s.precision >= LEAST_PRECISION for s in sums.values())


def mutated() -> bool:
    """The tests that fail; are they told, and not many others?"""
    scores = [(suite, asyncio.run(mutants.scored(suite, mutants.WANTED))) for suite in SUITES]
    for _, score in scores:
        print("\n".join(score.examples), file=sys.stderr)
    written("mutants", mutants.table(scores))
    return mutants.kept([score for _, score in scores])


def written(mark: str, rows: list[str]) -> None:
    """Replaces a table of README.md, and prints it."""
    print("\n".join(rows), flush=True)
    text = README.read_text()
    start, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    before, rest = text.split(start)
    README.write_text(before + start + "\n".join(rows) + "\n" + end + rest.split(end)[1])


if __name__ == "__main__":
    main()
