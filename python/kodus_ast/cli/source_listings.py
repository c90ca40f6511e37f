"""Source for the HTML report: each affected symbol around its call, and each change as a diff."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kodus_ast import graph
from kodus_ast.cli.revisions import Comparison, Revision
from kodus_ast.models.core_answers import Affected, Change, Impact, Symbol

WHOLE_LINES = 48
"""A definition of at most so many lines is shown whole."""
AROUND_LINES = 6
MAX_COLUMNS = 400
MAX_LISTINGS = 400
"""Affected symbols beyond this number are named without code."""
MAX_LINES = 2000

Row = tuple[str, int | None, int | None, str]
"""Tag (` `, `+`, `-`, `!` the calling line, `…` a gap), line in base, line in head, text."""
Range = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Listings:
    """The source of both sides."""

    base: dict[Range, str]
    head: dict[Range, str]

    @classmethod
    async def of(cls, impact: Impact, compared: Comparison, limits: Mapping[str, int]) -> "Listings":
        """Reads the source of all definitions that the report shows."""
        base: set[Range] = set()
        head: set[Range] = set()
        for change in impact.changes:
            if change.change == "deleted":
                base.add(_range(change.symbol))
            else:
                head.add(_range(change.symbol))
                if change.previous:
                    base.add(_range(change.previous))
        for affected in impact.affected[:MAX_LISTINGS]:
            (base if affected.side == "base" else head).add(_range(affected.symbol))
        return cls(await _read(compared.base, base, limits), await _read(compared.head, head, limits))

    def change(self, change: Change) -> list[Row]:
        """A change as a diff; only one side for what was added or deleted."""
        if change.change == "deleted":
            return _fold([("-", n, None, text) for n, text in _lines(change.symbol, self.base)])
        after = _lines(change.symbol, self.head)
        if change.change == "added":
            return _fold([("+", None, n, text) for n, text in after])
        if not change.previous:
            return _fold([(" ", None, n, text) for n, text in after])
        return _fold(_diff(_lines(change.previous, self.base), after))

    def affected(self, affected: Affected) -> list[Row]:
        """The symbol, whole or around its calling line; the calling line is marked."""
        side = self.base if affected.side == "base" else self.head
        lines = _lines(affected.symbol, side)
        marked = {step.line for step in affected.path[:1]}
        rows: list[Row] = [("!" if n in marked else " ", None, n, text) for n, text in lines]
        return rows if len(rows) <= WHOLE_LINES else _fold(rows)


async def _read(revision: Revision, ranges: Iterable[Range], limits: Mapping[str, int]) -> dict[Range, str]:
    wanted = sorted(ranges)
    root, commit, undo = revision.root, revision.commit, revision.undo
    texts = await graph.excerpts(root, commit, wanted, undo, limits) if wanted else []
    return {key: text for key, text in zip(wanted, texts, strict=True) if text is not None}


def _range(symbol: Symbol) -> Range:
    return symbol.path, symbol.start_line, min(symbol.end_line, symbol.start_line + MAX_LINES)


def _lines(symbol: Symbol, side: dict[Range, str]) -> list[tuple[int, str]]:
    text = side.get(_range(symbol), "")
    lines = text.removesuffix("\n").split("\n") if text else []
    return [
        (symbol.start_line + i, line[:MAX_COLUMNS] + ("…" if len(line) > MAX_COLUMNS else ""))
        for i, line in enumerate(line.rstrip("\r") for line in lines)
    ]


def _diff(before: list[tuple[int, str]], after: list[tuple[int, str]]) -> list[Row]:
    rows: list[Row] = []
    matcher = difflib.SequenceMatcher(None, [t for _, t in before], [t for _, t in after], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            rows += [(" ", before[i1 + k][0], after[j1 + k][0], after[j1 + k][1]) for k in range(i2 - i1)]
        else:
            rows += [("-", n, None, text) for n, text in before[i1:i2]]
            rows += [("+", None, n, text) for n, text in after[j1:j2]]
    return rows


def _fold(rows: list[Row]) -> list[Row]:
    """The marked rows with some rows around them; gaps are marked."""
    shown = set(range(min(2, len(rows))))
    for i, row in enumerate(rows):
        if row[0] != " ":
            shown.update(range(max(0, i - AROUND_LINES), min(len(rows), i + AROUND_LINES + 1)))
    if len(shown) == min(2, len(rows)):
        shown = set(range(min(WHOLE_LINES, len(rows))))
    folded: list[Row] = []
    last = -1
    for i in sorted(shown):
        if i > last + 1:
            folded.append(("…", None, None, ""))
        folded.append(rows[i])
        last = i
    if rows and last < len(rows) - 1:
        folded.append(("…", None, None, ""))
    return folded
