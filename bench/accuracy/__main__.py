"""`python -m accuracy [calls|uses] [LANGUAGE [REPOSITORY]]`: measures, prints, and writes README.md's tables.

With a repository, or `--quick` for a small one, only that is measured, and README.md stays as it is.
`--sample N` prints so many misses and wrong edges of each kind of use (5 with `--quick`), and `--seed`
chooses others. What is found is kept in build/accuracy: the sites (`.calls.jsonl`, `.uses.jsonl`), the graph
(`.graph.json`), misses and wrong edges (`.calls.misses.tsv`, `.uses.misses.tsv`).
"""

import argparse
import os
import sys

from accuracy import MissingToolError, measured, report, uses, uses_report
from accuracy.corpora import Repository, repositories
from accuracy.judge import Tally, judge
from accuracy.oracles import TRACED

QUICK = {"go": "gin", "java": "collections", "python": "jinja2", "ts": "ethers"}
"""The repository of each language that is small and has most kinds of uses."""


def main() -> None:
    """Runs what the arguments name, or everything."""
    parser = argparse.ArgumentParser(prog="accuracy", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="[calls|uses] [LANGUAGE [REPOSITORY]]")
    parser.add_argument("--quick", action="store_true", help="only a small repository of the language")
    parser.add_argument("--sample", type=int, metavar="N", help="how many misses of each kind are printed")
    parser.add_argument("--seed", type=int, default=1, help="which misses are chosen")
    options = parser.parse_args()
    what = list(options.what)
    measures = [what.pop(0)] if what and what[0] in measured.ORACLES else list(measured.ORACLES)
    languages = what[:1] or sorted(measured.ORACLES["calls"])
    size = options.sample if options.sample is not None else 5 * options.quick
    for language in languages:
        of = [measure for measure in measures if language in measured.ORACLES[measure]]
        if not of:
            known = ", ".join(sorted(measured.ORACLES[measures[0]]))
            raise SystemExit(f"there is no oracle for {language}; there are {known}")
        only = what[1:2] or ([QUICK[language]] if options.quick else [])
        chosen = [r for r in repositories(language) if r.name in only or not only]
        for measure in of:
            if measure == "calls":
                _calls(language, chosen, bool(only))
            else:
                _uses(language, chosen, bool(only), size, options.seed)


def _calls(language: str, chosen: list[Repository], partly: bool) -> None:
    rows: list[tuple[str, str, Tally]] = []
    together = Tally()
    for repository in chosen:
        try:
            sites = measured.sites("calls", language, repository)
        except MissingToolError as missing:
            return _missing(language, repository, missing)
        tally = judge(sites, measured.graph(language, repository), language in TRACED)
        _keep(language, repository, "calls", sorted(tally.examples))
        print(report.printed(f"{language} {repository.name}", tally), flush=True)
        rows.append((repository.name, repository.style, tally))
        together += tally
    print(report.printed(language, together), flush=True)
    if not partly:
        report.write(language, report.table([*rows, ("**all**", "", together)]))
    return None


def _uses(language: str, chosen: list[Repository], partly: bool, size: int, seed: int) -> None:
    rows: list[tuple[str, uses.Uses]] = []
    together = uses.Uses()
    for repository in chosen:
        try:
            sites = measured.sites("uses", language, repository)
        except MissingToolError as missing:
            return _missing(language, repository, missing)
        tally = uses.judge(sites, measured.graph(language, repository))
        _keep(language, repository, "uses", ["\t".join(one) for one in sorted(tally.examples)])
        print(uses_report.printed(f"{language} {repository.name}", tally), flush=True)
        rows.append((repository.name, tally))
        together += tally
    print(uses_report.printed(language, together), flush=True)
    if size:
        print(uses_report.sample(together, size, seed), flush=True)
    if not partly:
        report.write(f"{language} uses", uses_report.table(rows, together))
    return None


def _keep(language: str, repository: Repository, measure: str, examples: list[str]) -> None:
    base = measured.files(language, repository)
    base.with_name(f"{base.name}.{measure}.misses.tsv").write_text("\n".join(examples) + "\n")


def _missing(language: str, repository: Repository, missing: MissingToolError) -> None:
    if os.environ.get("CI") == "true":
        raise SystemExit(f"{language} {repository.name}: {missing}") from missing
    print(f"SKIPPED {language}, nothing was measured: {missing}", file=sys.stderr)


if __name__ == "__main__":
    main()
