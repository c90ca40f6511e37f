"""The report of uses: what is printed, a sample of misses to work on, and the tables in README.md."""

import random
from collections import defaultdict
from collections.abc import Iterator

from accuracy.uses import APART, EDGE_OF, KINDS, Counts, Uses

WORST = 20
NAMES = {"value": "module value", "enum_member": "enum member"}
HEAD = ("sites", "recall", "same kind", "precision", "known gaps", "not judged")


def printed(name: str, tally: Uses) -> str:
    """All figures of a repository or a language as text."""
    lines = [f"{name}: " + " ".join(f"{head:>10}" for head in HEAD)]
    for title, counts in _rows(tally):
        lines.append(f"  {title:<24}" + " ".join(f"{figure:>10}" for figure in _figures(counts)))
    found = tally.pairs_found / max(tally.pairs, 1)
    lines.append(f"  pairs of a definition and what it uses: {found:.2%} of {tally.pairs}")
    lines.append(
        f"  dispatch {tally.dispatch} edges, {tally.dispatch_right} where the declared target is inside; "
        f"implied calls {tally.implied}, not judged"
    )
    sites = max(tally.rows["all"].sites, 1)
    for kind, count in tally.misses.most_common(WORST):
        lines.append(f"  missed {count:>6} {count / sites:6.2%}  {kind}")
    return "\n".join(lines)


def sample(tally: Uses, size: int, seed: int) -> str:
    """So many misses and wrong edges of each kind and use, chosen by the seed."""
    groups: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    for example in sorted(tally.examples):
        groups[example[0], example[1]].append(example)
    chosen = random.Random(seed)  # noqa: S311
    lines = []
    for (verdict, group), examples in sorted(groups.items(), key=lambda g: (g[0][0], -len(g[1]))):
        lines.append(f"{verdict} {group}: {len(examples)}")
        for _, _, state, place, name, declaration in chosen.sample(examples, min(size, len(examples))):
            lines.append(f"  {place} {name} → {declaration}  ({state})")
    return "\n".join(lines)


def table(packages: list[tuple[str, Uses]], together: Uses) -> str:
    """The two tables of a language for README.md: by what is named and how, and by package."""
    lines = ["| | " + " | ".join(HEAD) + " |", "| --- |" + " --- |" * len(HEAD)]
    for title, counts in _rows(together):
        shown = f"**{title}**" if title == "all" else title
        lines.append(f"| {shown} | " + " | ".join(_figures(counts)) + " |")
    lines += ["", "| package | sites | recall | pairs | precision | not judged |", "| --- |" + " --- |" * 5]
    for name, tally in packages:
        counts = tally.rows["all"]
        pairs = f"{tally.pairs_found / max(tally.pairs, 1):.1%}"
        sites, recall, _, precision, _, unjudged = _figures(counts)
        lines.append(f"| {name} | {sites} | {recall} | {pairs} | {precision} | {unjudged} |")
    return "\n".join(lines) + "\n"


def _rows(tally: Uses) -> Iterator[tuple[str, Counts]]:
    for key in ("all", *KINDS, *(f"a {use}" for use in EDGE_OF), *APART.values()):
        if key in tally.rows:
            yield NAMES.get(key, key), tally.rows[key]


def _figures(counts: Counts) -> tuple[str, ...]:
    judged = counts.right + counts.wrong
    return (
        f"{counts.sites:,}",
        f"{counts.recall:.1%}" if counts.sites else "–",
        f"{counts.same_kind / counts.found:.1%}" if counts.found else "–",
        f"{counts.precision:.1%}" if judged else "–",
        f"{counts.known_gap / counts.sites:.1%}" if counts.sites else "–",
        f"{counts.unjudged:,}",
    )
