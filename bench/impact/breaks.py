"""Compiler breaks: the errors that javac and tsc report after an edit, compared with the misfits."""

import asyncio
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accuracy.corpora import repositories, tools, unpacked
from kodus_ast import graph

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "impact"
OPTIONS = {"depth": 1, "max_affected": 100_000}
SHOWN = 40


@dataclass
class Score:
    """Places over all edits."""

    edits: int = 0
    both: int = 0
    reported_only: int = 0
    broken_only: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.both / max(1, self.both + self.broken_only)

    @property
    def precision(self) -> float:
        return self.both / max(1, self.both + self.reported_only)

    def add(self, other: "Score") -> None:
        """With the places of another one."""
        self.edits += other.edits
        self.both += other.both
        self.reported_only += other.reported_only
        self.broken_only += other.broken_only

    def summary(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "edits": self.edits,
            "kinds": dict(self.kinds),
            "places": self.both + self.broken_only,
            "recall": self.recall,
            "precision": self.precision,
            "examples": self.examples,
        }

    def row(self) -> str:
        """The end of a row of a table."""
        places = self.both + self.broken_only
        return f"| {self.edits} | {places} | {self.recall:.3f} | {self.precision:.3f} |"


def edits(language: str, name: str, original: Path, folder: Path, wanted: int) -> list[dict[str, Any]]:
    """What the compiler says of each edit; asked once, for it does not depend on us."""
    script = HERE / {"java": "breaks.java", "ts": "breaks.cjs"}[language]
    asked = hashlib.sha256(script.read_bytes() + (original.parent / f".{name}.unpacked").read_bytes())
    kept = BUILD / f"{language}-{name}-{wanted}-{asked.hexdigest()[:12]}.jsonl"
    if not kept.is_file():
        BUILD.mkdir(parents=True, exist_ok=True)
        if language == "java":
            classes = folder.parent / "classes"
            classes.mkdir()
            command: list[str | Path] = ["java", "-Xmx3g", "-Xss16m", script, folder, str(wanted), classes]
        else:
            compiler = unpacked("ts", "tools", tools("ts")) / "node_modules" / "typescript"
            command = ["node", "--max-old-space-size=3000", script, compiler, folder, str(wanted)]
        partial = kept.with_suffix(".partial")
        with partial.open("wb") as out:
            subprocess.run(command, check=True, timeout=3600, stdout=out)
        partial.rename(kept)
    return [json.loads(line) for line in kept.read_text().splitlines()]


async def scored(language: str, name: str, wanted: int, score: Score) -> None:
    """Adds up what one repository gives."""
    (repository,) = (r for r in repositories(language) if r.name == name)
    original = unpacked(language, name, repository.packages)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "repository"
        shutil.copytree(original, folder)
        # What needs packages that are not there is in error as it is.
        shutil.rmtree(folder / "src" / "test", ignore_errors=True)
        base, head = Path(temporary) / "base.graph", Path(temporary) / "head.graph"
        found = edits(language, name, original, folder, wanted)
        await graph.build(folder, None, base)
        for edit in found:
            file = folder / str(edit["path"])
            before = file.read_bytes()
            file.write_text(str(edit["text"]), newline="")
            await graph.build(folder, None, head, base=base)
            file.write_bytes(before)
            answer = json.loads(await graph.impact(base, head, OPTIONS))
            add(score, edit, answer)


def add(score: Score, edit: dict[str, Any], answer: dict[str, Any]) -> None:
    """Compares the places of one edit.

    Compilers do not report what follows from a broken import: in such a file only the import counts.
    """
    broken = {str(place) for place in edit["broken"]}
    misfits = answer["misfits"]
    imports = {
        one["path"]
        for one in misfits
        if one["symbol"]["kind"] == "file" and f"{one['path']}:{one['line']}" in broken
    }
    reported = {f"{one['path']}:{one['line']}" for one in misfits}
    reported = {place for place in reported if place in broken or place.rpartition(":")[0] not in imports}
    score.edits += 1
    score.kinds[str(edit["kind"])] += 1
    score.both += len(reported & broken)
    score.reported_only += len(reported - broken)
    score.broken_only += len(broken - reported)
    for mark, places in (("reported only", reported - broken), ("broken only", broken - reported)):
        if places:
            score.examples.append(
                f"{mark}: {edit['kind']} {edit['name']} in {edit['path']}: {sorted(places)[:4]}"
            )


def main() -> None:
    """`python -m impact.breaks java|ts REPOSITORY EDITS`."""
    language, name, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
    score = Score()
    asyncio.run(scored(language, name, wanted, score))
    print("\n".join(score.examples[:SHOWN]))
    print(
        f"{language} {name}: {score.edits} edits {dict(score.kinds)},"
        f" {score.both + score.broken_only} broken places,"
        f" recall {score.recall:.3f}, precision {score.precision:.3f}"
    )


if __name__ == "__main__":
    main()
