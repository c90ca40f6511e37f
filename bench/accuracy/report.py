"""The report of calls: what is printed, and the table in README.md."""

from pathlib import Path

from accuracy.judge import Tally

README = Path(__file__).with_name("README.md")
WORST = 10


def printed(name: str, tally: Tally) -> str:
    """All figures of a repository or a language as text."""
    lines = [f"{name}: {_figures(tally)}"]
    rules = sorted(set(tally.right_by) | set(tally.wrong_by))
    for via in rules:
        right, wrong = tally.right_by[via], tally.wrong_by[via]
        lines.append(f"  {via:<12} {right:>6} right  {wrong:>5} wrong  {right / (right + wrong):7.2%}")
    if made := tally.constructions:
        others, found = tally.sites - made, tally.found - tally.constructions_found
        lines.append(
            f"  recall of constructions {tally.constructions_found / made:.2%} of {made}, "
            f"of other calls {found / max(others, 1):.2%} of {others}"
        )
    inside = tally.dispatch_right
    lines.append(f"  dispatch     {tally.dispatch:>6} edges, {inside} where the declared target is inside")
    for kind, count in tally.misses.most_common(WORST):
        lines.append(f"  missed {count:>6} {count / tally.sites:6.2%}  {kind}")
    return "\n".join(lines)


def table(rows: list[tuple[str, str, Tally]]) -> str:
    """The table of a language for README.md; `rows` are names, styles and tallies."""
    lines = [
        "| package | style | sites | recall | precision | unresolved | not judged |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, style, tally in rows:
        lines.append(
            f"| {name} | {style} | {tally.sites:,} | {tally.recall:.1%} | {tally.precision:.1%} "
            f"| {tally.unresolved / max(tally.sites, 1):.1%} | {tally.unjudged:,} |"
        )
    return "\n".join(lines) + "\n"


def write(mark: str, table: str) -> None:
    """Replaces what stands in README.md between the two marks of that name."""
    text = README.read_text()
    start, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    before, rest = text.split(start)
    after = rest.split(end)[1]
    README.write_text(before + start + table + end + after)


def _figures(tally: Tally) -> str:
    return (
        f"{tally.sites} sites, recall {tally.recall:.2%}, precision {tally.precision:.2%} "
        f"({tally.right} right, {tally.wrong} wrong, {tally.unjudged} not judged), "
        f"unresolved {tally.unresolved / max(tally.sites, 1):.2%}"
    )
