"""`python -m accuracy [LANGUAGE [REPOSITORY]]`: measures, prints, and writes README.md's tables.

With a repository only that one is measured, and README.md stays as it is. What is found is kept in
build/accuracy: the sites (`.sites.jsonl`), the graph (`.graph.json`), misses and wrong edges (`.misses.tsv`).
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from accuracy import MissingToolError, report
from accuracy.corpora import BUILD, Repository, repositories, unpacked
from accuracy.judge import Tally, judge
from accuracy.oracles import ORACLES, TRACED


def main() -> None:
    """Runs what the arguments name, or everything."""
    languages = sys.argv[1:2] or sorted(ORACLES)
    for language in languages:
        if language not in ORACLES:
            raise SystemExit(f"there is no oracle for {language}; there are {', '.join(sorted(ORACLES))}")
        rows: list[tuple[str, str, Tally]] = []
        together = Tally()
        for repository in repositories(language):
            if repository.name in (sys.argv[2:3] or [repository.name]):
                try:
                    tally = measured(language, repository)
                except MissingToolError as missing:
                    if os.environ.get("CI") == "true":
                        raise SystemExit(f"{language} {repository.name}: {missing}") from missing
                    print(f"SKIPPED {language}, nothing was measured: {missing}", file=sys.stderr)
                    break
                print(report.printed(f"{language} {repository.name}", tally), flush=True)
                rows.append((repository.name, repository.style, tally))
                together += tally
        if not rows:
            continue
        print(report.printed(language, together), flush=True)
        if len(sys.argv) < 3:
            report.write_table(language, [*rows, ("**all**", "", together)])


def measured(language: str, repository: Repository) -> Tally:
    """Fetches, asks the oracle (once for each of its versions), builds the graph and judges."""
    folder = unpacked(language, repository.name, repository.packages)
    base = BUILD / language / repository.name
    sites = base.with_suffix(".sites.jsonl")
    oracle = Path(__file__).parent / "oracles"
    parts = [*oracle.glob(f"{language}.*"), *oracle.glob(f"{language}_calls/*.*")]
    seen = hashlib.sha256(
        b"".join(p.read_bytes() for p in sorted(parts)) + repr(repository).encode()
    ).hexdigest()
    mark = base.with_suffix(".asked")
    if not sites.is_file() or not mark.is_file() or mark.read_text() != seen:
        ORACLES[language](folder, repository, sites)
        mark.write_text(seen)
    graph = base.with_suffix(".graph.json")
    program = shutil.which("kodus-ast", path=str(Path(sys.executable).parent))
    assert program, "the project is not installed: make dev"
    subprocess.run(
        [program, "graph", folder, "-o", graph], check=True, timeout=600, stdout=subprocess.DEVNULL
    )
    tally = judge(sites, graph, language in TRACED)
    base.with_suffix(".misses.tsv").write_text("\n".join(sorted(tally.examples)) + "\n")
    return tally


if __name__ == "__main__":
    main()
