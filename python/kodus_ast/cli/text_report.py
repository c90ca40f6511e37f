"""Renders answers as lines of text, styled on a terminal and plain in a pipe."""

from collections import defaultdict

from kodus_ast.cli.revisions import Comparison
from kodus_ast.cli.terminal import Line, line
from kodus_ast.descriptions import (
    CHANGE,
    MARK,
    change_in_words,
    counted,
    difference_in_words,
    entry_in_words,
    misfit_in_words,
    not_seen_in_words,
    qualified,
    risk_in_words,
    summary,
    where,
)
from kodus_ast.models.core_answers import (
    Affected,
    CallPath,
    Change,
    EntryPoint,
    Impact,
    Misfit,
    Neighbours,
    ReachingTest,
    Step,
)
from kodus_ast.models.overlap import Both, Overlap, Touch
from kodus_ast.models.twins import Twins

COLOUR = {
    "added": "green",
    "deleted": "red",
    "modified": "yellow",
    "signature_changed": "bold magenta",
    "renamed": "cyan",
    "moved": "cyan",
    "high": "bold red",
    "medium": "yellow",
    "low": "dim",
}


def impact_lines(impact: Impact, compared: Comparison) -> list[Line]:
    """The answer of `impact`."""
    lines = [
        line((summary(impact), "bold")),
        line((f"{compared.base.words} → {compared.head.words}", "dim")),
        line((risk_in_words(impact.risk), COLOUR.get(impact.risk.level, ""))),
    ]
    if impact.changes:
        lines += [*_heading("Changed"), *_changed(impact.changes)]
    if impact.misfits:
        lines += [*_heading("No longer fits"), *_misfits(impact.misfits)]
    if impact.affected:
        lines += [*_heading("Affected"), *_affected(impact)]
    if impact.tests:
        lines += [*_heading("Tests to run"), *_tests(impact.tests)]
    if impact.untested:
        lines += [*_heading("Changed, and no test reaches it")]
        lines += [line("  ", identifier) for identifier in impact.untested]
    if impact.entry_points:
        lines += [*_heading("Entry points that reach it"), *_entries(impact.entry_points)]
    if unseen := not_seen_in_words(impact):
        lines += [
            *_heading("What cannot be seen"),
            *(line("  ", (sentence, "yellow")) for sentence in unseen),
        ]
    return lines


def neighbour_lines(answer: Neighbours) -> list[Line]:
    """Callers or callees, nearest first, and the number of unresolved call sites."""
    lines = [line((answer.symbol.id, "bold"), (f"  {answer.symbol.path}:{answer.symbol.start_line}", "dim"))]
    for found in answer.found:
        place = f"{found.step.path}:{found.step.line}"
        lines.append(
            line("  " * found.distance, found.id, "  ", (place, "cyan"), "  ", (_how(found.step), "dim"))
        )
    noun = answer.direction.removesuffix("s")
    seen = counted(len(answer.found), noun)
    unseen = f"{counted(answer.unresolved_sites, 'call site')} of that name unresolved"
    lines.append(line((f"{seen}; {unseen}, {answer.ambiguous_sites} ambiguous", "dim")))
    return lines


def path_lines(answer: CallPath) -> list[Line]:
    """A path of calls, one step per line."""
    if not answer.found:
        return [line(f"No way from {answer.start.id} to {answer.end.id} is known.")]
    lines = [line((answer.start.id, "bold"))]
    for step in answer.steps:
        place = f"{step.path}:{step.line}"
        lines.append(
            line(
                "  └─ ",
                (step.kind, "dim"),
                " ",
                step.target,
                "  ",
                (place, "cyan"),
                "  ",
                (_how(step), "dim"),
            )
        )
    return lines


def twin_lines(answer: Twins) -> list[Line]:
    """Each function with its twins, the most similar first, and what was not compared."""
    lines = []
    for function in answer.functions:
        place = f"  {function.symbol.path}:{function.symbol.start_line}"
        if function.twins:
            lines.append(line((function.symbol.id, "bold"), (place, "dim")))
        for twin in function.twins:
            where_to = f"{twin.symbol.path}:{twin.symbol.start_line}"
            share = (f"  type {twin.type}, {twin.score:.2f}", "magenta")
            lines.append(line("  ", twin.symbol.id, "  ", (where_to, "cyan"), share))
            lines.append(line("    ", (twin.explanation, "dim")))
        if function.more:
            lines.append(line(f"  and {function.more} more (--most)"))
    alone = sum(not function.twins for function in answer.functions)
    out = answer.left_out
    counts = [f"{counted(len(answer.functions), 'function')} looked at, {alone} without a twin"]
    counts += [f"{len(out.short)} too short to tell"] if out.short else []
    counts += [f"{counted(out.tests, 'test')} left out (--tests)"] if out.tests else []
    counts += [f"{counted(out.unreadable, 'file')} could not be read"] if out.unreadable else []
    return [*lines, line(("; ".join(counts), "dim"))]


def overlap_lines(answer: Overlap, one: str, other: str) -> list[Line]:
    """What both sides change, then edits that the other side affects, the most severe first."""
    names = {"one": one, "other": other}
    counts = [
        f"{counted(len(answer.both), 'definition')} changed by both",
        f"{len(answer.reached)} edited by one and reached by the other",
        f"{answer.shared} more affected by both",
    ]
    lines = [line((" · ".join(counts), "bold"))]
    if answer.both:
        lines += _heading("Changed by both")
    for both in answer.both:
        alike = (", to the same, it seems" if both.alike else "", "dim")
        did = [f"{names[side]}: {CHANGE.get(t.change, t.change)}" for side, t in _sides(both)]
        lines.append(line("  ", both.id, (f"  {'; '.join(did)}", "yellow"), alike))
    if answer.reached:
        lines += _heading("Edited by one, and reached by the other")
    for hit in answer.reached:
        editor = names["other" if hit.source == "one" else "one"]
        place = f"{hit.path[0].path}:{hit.path[0].line}" if hit.path else hit.edit.symbol.path
        lines += [
            line("  ", hit.edit.symbol.id, "  ", (place, "cyan"), "  ", (hit.severity, COLOUR[hit.severity])),
            line(
                f"    {editor}: {CHANGE.get(hit.edit.change, hit.edit.change)}; {hit.reason} by"
                f" {names[hit.source]}: {hit.change}",
                (f"  distance {hit.distance}, {hit.confidence:.2f}", "dim"),
            ),
        ]
    return lines


def _sides(both: Both) -> list[tuple[str, Touch]]:
    return [("one", both.one), ("other", both.other)]


def _heading(words: str) -> list[Line]:
    return [line(""), line((words, "bold underline"))]


def _how(step: Step) -> str:
    return f"{step.via} {step.confidence:.2f}"


def _changed(changes: list[Change]) -> list[Line]:
    lines = []
    files: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        files[change.symbol.path].append(change)
    for path, here in sorted(files.items()):
        lines.append(line("  ", (path, "bold cyan")))
        for change in here:
            colour = COLOUR.get(change.change, "")
            reach = f"  {change.affected} affected" if change.affected else ""
            lines.append(
                line(
                    ("    " + MARK.get(change.change, "~") + " ", colour),
                    qualified(change.symbol),
                    (f"  {change_in_words(change)}", colour),
                    (f"  line {change.symbol.start_line}", "dim"),
                    (reach, "bold"),
                )
            )
            for difference in change.contract:
                breaking = ("  breaking", "bold red") if difference.breaking else ""
                lines.append(line("        ", (difference_in_words(difference), ""), breaking))
    return lines


def _entries(entries: list[EntryPoint]) -> list[Line]:
    return [
        line("  ", (f"{one.distance} ", "dim"), entry_in_words(one), ("  " + one.symbol.id, "cyan"))
        for one in entries
    ]


def _misfits(misfits: list[Misfit]) -> list[Line]:
    return [
        line(
            "  ",
            (f"{one.path}:{one.line}", "cyan"),
            f"  {qualified(one.symbol)} ",
            (misfit_in_words(one), "bold red"),
        )
        for one in misfits
    ]


def _affected(impact: Impact) -> list[Line]:
    lines = []
    groups: dict[str, list[Affected]] = defaultdict(list)
    for affected in impact.affected:
        groups[affected.change].append(affected)
    words = {change.symbol.id: change_in_words(change) for change in impact.changes}
    words |= {change.previous.id: change_in_words(change) for change in impact.changes if change.previous}
    for identifier, group in groups.items():
        lines.append(line("  ", (identifier, "bold"), (f"  {words.get(identifier, 'changed')}", "dim")))
        lines += _tree(group)
    return lines


def _tree(group: list[Affected]) -> list[Line]:
    """Affected symbols as a tree, each below its next step to the change. Not recursive: trees get deep."""
    known = {(affected.side, affected.symbol.id) for affected in group}
    below: dict[tuple[str, str] | None, list[Affected]] = defaultdict(list)
    for affected in sorted(group, key=lambda a: (a.distance, a.symbol.id)):
        through = (
            (affected.side, affected.path[0].target) if affected.distance > 1 and affected.path else None
        )
        below[through if through in known else None].append(affected)
    lines = []
    stack = [(affected, "  ", i == 0) for i, affected in enumerate(reversed(below[None]))]
    while stack:
        affected, indent, last = stack.pop()
        lines.append(_branch(affected, indent + ("└─ " if last else "├─ ")))
        children = below.pop((affected.side, affected.symbol.id), [])
        deeper = indent + ("   " if last else "│  ")
        stack += [(child, deeper, i == 0) for i, child in enumerate(reversed(children))]
    return lines


def _branch(affected: Affected, lead: str) -> Line:
    how = (
        f"{affected.path[0].via} {affected.confidence:.2f}" if affected.path else f"{affected.confidence:.2f}"
    )
    return line(
        (lead, "dim"),
        (f"{affected.distance} ", "dim"),
        (affected.symbol.id, ""),
        "  ",
        (where(affected), "cyan"),
        "  ",
        (affected.severity, COLOUR.get(affected.severity, "")),
        f"  {affected.reason}",
        ("  dangling" if affected.dangling else "", "bold red"),
        (f"  {how}", "dim"),
    )


def _tests(tests: list[ReachingTest]) -> list[Line]:
    return [
        line(
            "  ",
            test.command or test.symbol.id,
            (f"  {test.symbol.path}:{test.symbol.start_line}", "cyan"),
            (f"  distance {test.distance}, {test.confidence:.2f}", "dim"),
        )
        for test in tests
    ]
