"""The answer as Markdown for a pull request comment: a summary, and folded details."""

import re

from kodus_ast.cli.revisions import Comparison
from kodus_ast.descriptions import (
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
from kodus_ast.models.core_answers import Affected, Change, Impact, Misfit
from kodus_ast.visible_text import visible

MAX_ROWS = 50
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()+!|~&])")
_MENTIONS = re.compile(r"([@#])")


def impact_markdown(impact: Impact, compared: Comparison) -> str:
    """The answer of `impact`."""
    parts = [
        "### Change impact",
        f"**{summary(impact)}**",
        _plain(risk_in_words(impact.risk)),
        f"<sub>{_plain(compared.base.words)} → {_plain(compared.head.words)}</sub>",
    ]
    if impact.changes:
        parts.append(_changes(impact.changes))
    if impact.misfits:
        parts.append(_misfits(impact.misfits))
    if impact.affected:
        parts.append(_affected(impact.affected))
    if impact.tests:
        names = [
            f"- {_code(test.command or test.symbol.id)} (distance {test.distance})" for test in impact.tests
        ]
        parts.append(_folded(f"{counted(len(names), 'test')} to run", "\n".join(_cut(names))))
    if impact.untested:
        names = [f"- {_code(identifier)}" for identifier in impact.untested]
        parts.append(_folded(f"{len(names)} changed, and no test reaches it", "\n".join(_cut(names))))
    if impact.entry_points:
        names = [f"- {_plain(entry_in_words(one))}: {_code(one.symbol.id)}" for one in impact.entry_points]
        title = f"{counted(len(names), 'way')} into the program"
        parts.append(_folded(title, "\n".join(_cut(names))))
    if unseen := not_seen_in_words(impact):
        parts.append(_folded("What cannot be seen", "\n".join(f"- {_plain(words)}" for words in unseen)))
    return "\n\n".join(parts) + "\n"


def _changes(changes: list[Change]) -> str:
    rows = ["| Changed | What | Affected |", "| --- | --- | ---: |"]
    body = []
    for change in changes:
        what = [_plain(change_in_words(change))]
        for difference in change.contract:
            words = _plain(difference_in_words(difference))
            what.append(f"**{words}**" if difference.breaking else words)
        place = f"{_plain(change.symbol.path)}:{change.symbol.start_line}"
        name = f"{_code(qualified(change.symbol))}<br><sub>{place}</sub>"
        body.append(f"| {name} | {'<br>'.join(what)} | {change.affected} |")
    return "\n".join(rows + _cut(body, "| … and {} more | | |"))


def _misfits(misfits: list[Misfit]) -> str:
    rows = [
        f"- {_plain(f'{one.path}:{one.line}')} {_code(qualified(one.symbol))} {_plain(misfit_in_words(one))}"
        for one in misfits
    ]
    return _folded(f"{counted(len(rows), 'place')} that no longer fit", "\n".join(_cut(rows)), opened=True)


def _affected(affected: list[Affected]) -> str:
    rows = ["| Affected | Where | Why | Severity |", "| --- | --- | --- | --- |"]
    body = [
        f"| {_code(qualified(one.symbol))} | {_plain(where(one))} | {_plain(one.reason)}"
        f"{' (dangling)' if one.dangling else ''}, distance {one.distance} | {one.severity} |"
        for one in affected
    ]
    table = "\n".join(rows + _cut(body, "| … and {} more | | | |"))
    high = sum(one.severity == "high" for one in affected)
    return _folded(f"{len(affected)} affected" + (f", {high} high" if high else ""), table, opened=bool(high))


def _folded(title: str, content: str, *, opened: bool = False) -> str:
    state = " open" if opened else ""
    return f"<details{state}><summary>{title}</summary>\n\n{content}\n\n</details>"


def _cut(rows: list[str], more: str = "- … and {} more") -> list[str]:
    rest = len(rows) - MAX_ROWS
    return rows[:MAX_ROWS] + ([more.format(rest)] if rest > 0 else [])


def _plain(text: str) -> str:
    # An HTML comment after @ and # prevents mentions of people and links to issues.
    return _MENTIONS.sub(r"\1<!-- -->", _MARKUP.sub(r"\\\1", visible(" ".join(text.split()))))


def _code(text: str) -> str:
    # A pipe ends a table cell even inside code. A fence longer than any run of backticks holds them.
    shown = visible(" ".join(text.split())).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if len(fence) > 1 else f"`{shown}`"
