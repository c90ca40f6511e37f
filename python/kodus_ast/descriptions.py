"""Descriptions of changes and contract differences in words, shared by all formats for people."""

from kodus_ast.models.content import Content
from kodus_ast.models.core_answers import (
    Affected,
    Change,
    Difference,
    EntryPoint,
    Impact,
    Misfit,
    Risk,
    Symbol,
    UnresolvedReference,
)

MARK = {
    "added": "+",
    "deleted": "-",
    "modified": "~",
    "signature_changed": "!",
    "renamed": ">",
    "moved": ">",
}
CHANGE = {
    "added": "added",
    "deleted": "deleted",
    "modified": "body changed",
    "signature_changed": "signature changed",
    "renamed": "renamed",
    "moved": "moved",
}

_FLAG = {"async", "static", "abstract", "exported"}
_DIFFERENCE = {
    "parameter_added": "parameter {after} added",
    "parameter_removed": "parameter {before} removed",
    "parameter_renamed": "parameter {before} is now called {after}",
    "parameters_reordered": "parameters reordered: {before} → {after}",
    "parameter_retyped": "parameter {name}: {before} → {after}",
    "default_added": "parameter {name} now defaults to {after}",
    "default_removed": "parameter {name} no longer defaults to {before}",
    "became_optional": "parameter {name} became optional",
    "became_required": "parameter {name} became required",
    "return_type": "return type: {before} → {after}",
    "visibility": "visibility: {before} → {after}",
    "decorator_added": "decorator {after} added",
    "decorator_removed": "decorator {before} removed",
    "throws_added": "now throws {after}",
    "throws_removed": "no longer throws {before}",
    "base_added": "base {after} added",
    "base_removed": "base {before} removed",
    "field_added": "field {after} added",
    "field_removed": "field {before} removed",
    "field_retyped": "field {name}: {before} → {after}",
    "field_optional": "field {name} became optional",
    "field_required": "field {name} became required",
    "value_changed": "value of {name}: {before} → {after}",
}


def cut_in_words(content: Content) -> list[str]:
    """Sentences about code that is not shown; empty when all is shown."""
    sentences = []
    if content.cut.pieces:
        pieces, lines = counted(content.cut.pieces, "piece"), counted(content.cut.lines, "line")
        sentences.append(f"not shown for want of room: {pieces} of code, {lines}")
    if content.unreadable:
        sentences.append(
            f"{counted(len(content.unreadable), 'file')} could not be read: {_some(content.unreadable)}"
        )
    return sentences


def difference_in_words(difference: Difference) -> str:
    """One sentence for one difference of a contract."""
    if difference.what in _FLAG:
        return f"{'became' if difference.after == 'true' else 'is no longer'} {difference.what}"
    if difference.what == "default_added" and difference.before:
        return f"default of {difference.name}: {difference.before} → {difference.after}"
    template = _DIFFERENCE.get(difference.what, difference.what.replace("_", " ") + ": {before} → {after}")
    return template.format(
        name=difference.name,
        before=_side(difference.before, difference, "_removed"),
        after=_side(difference.after, difference, "_added"),
    )


_WHY = {
    "gone": "refers to {change}, which is gone",
    "not_visible": "may not use {change} from there any more",
    "missing_argument": "does not give {change} its parameter {argument}",
    "missing_keyword": "does not give {change} its keyword {argument}",
    "too_many_arguments": "gives {change} more arguments than it takes",
    "unknown_keyword": "gives {change} {argument}, which it does not know",
    "not_awaited": "does not wait for {change}",
}


def misfit_in_words(misfit: Misfit) -> str:
    """One sentence, without its subject, for a place that no longer fits."""
    change = misfit.change.rpartition("::")[2]
    return _WHY.get(misfit.why, misfit.why).format(change=change, argument=misfit.argument)


_FACTOR = {
    "breaking": ("breaking change", "breaking changes"),
    "misfits": ("place that no longer fits", "places that no longer fit"),
    "untested": ("change without a test", "changes without a test"),
    "affected": ("affected definition", "affected definitions"),
    "entry_points": ("entry point", "entry points"),
    "complexity": ("branch in what changed", "branches in what changed"),
    "unseen": ("thing that cannot be seen", "things that cannot be seen"),
}


def risk_in_words(risk: Risk) -> str:
    """The score and its factors, the largest first."""
    parts = [
        f"{counted(factor.value, *_FACTOR.get(factor.name, (factor.name, factor.name)))} {factor.points:g}"
        for factor in sorted(risk.factors, key=lambda factor: -factor.points)
        if factor.points
    ]
    return f"risk {risk.score:g} of 100, {risk.level}" + (f": {', '.join(parts)}" if parts else "")


def entry_in_words(entry: EntryPoint) -> str:
    """The kind, name and framework of an entry point."""
    name = f" {entry.name}" if entry.name else ""
    return f"{entry.kind}{name}" + (f" ({entry.framework})" if entry.framework else "")


def qualified(symbol: Symbol) -> str:
    """The name within its file."""
    if symbol.id == symbol.path:
        return f"{symbol.path.rpartition('/')[2]} (module level)"
    return symbol.id.removeprefix(f"{symbol.path}::")


def change_in_words(change: Change) -> str:
    """How the symbol changed, with its former name or path."""
    words = CHANGE.get(change.change, change.change)
    if change.previous and change.change in {"renamed", "moved"}:
        former = qualified(change.previous) if change.change == "renamed" else change.previous.id
        score = "" if change.score is None or change.score >= 1 else f", {change.score:.0%} alike"
        return f"{words} from {former}{score}"
    return words


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def summary(impact: Impact) -> str:
    """The answer in one line."""
    if not impact.changes:
        return "No definition changed."
    high = sum(affected.severity == "high" for affected in impact.affected)
    dangling = sum(affected.dangling for affected in impact.affected)
    parts = [
        f"{counted(len(impact.changes), 'definition')} changed",
        f"{len(impact.affected)} affected" + (f" ({high} high)" if high else ""),
        f"{counted(len(impact.tests), 'test')} to run",
    ]
    if impact.untested:
        parts.append(f"{len(impact.untested)} changed without a test")
    if impact.misfits:
        fit = "fits" if len(impact.misfits) == 1 else "fit"
        parts.append(f"{counted(len(impact.misfits), 'place')} no longer {fit}")
    if dangling:
        parts.append(f"{dangling} left dangling")
    return " · ".join(parts)


def not_seen_in_words(impact: Impact) -> list[str]:
    """Sentences about what the graph cannot see; empty when there is nothing to report."""
    sentences = []
    seen = impact.not_seen
    if seen.skipped:
        reasons: dict[str, list[str]] = {}
        for skipped in seen.skipped:
            reasons.setdefault(skipped.reason, []).append(skipped.path)
        for reason, paths in sorted(reasons.items()):
            sentences.append(f"{counted(len(paths), 'file')} skipped, {reason}: {_some(paths)}")
    if seen.unresolved:
        sentences += _open_references(seen.unresolved)
    if seen.same_name_sites:
        most_first = sorted(seen.same_name_sites, key=lambda sites: (-sites.sites, sites.name))
        names = [f"{sites.name} ({sites.sites})" for sites in most_first]
        what = counted(sum(sites.sites for sites in most_first), "call")
        sentences.append(f"{what} by the name of changed code, tied to no definition: {_some(names, 10)}")
    return sentences + _cut_in_words(impact)


def _cut_in_words(impact: Impact) -> list[str]:
    """Sentences about what the limits cut off, each with the option that sets the limit."""
    cut = impact.cut
    sentences = (
        (cut.depth, f"{counted(cut.depth, 'more symbol')} beyond the depth limit (--depth)"),
        (cut.tests, f"{counted(cut.tests, 'more test')} further away (--test-depth)"),
        (cut.misfits, f"{cut.misfits} more places that no longer fit not listed (--max-affected)"),
        (cut.entry_points, f"{cut.entry_points} more entry points not listed (--max-affected)"),
        (cut.affected, f"{cut.affected} more affected not listed (--max-affected)"),
    )
    return [sentence for count, sentence in sentences if count]


def where(affected: Affected) -> str:
    """`path:line` of the place where the affected symbol uses the change."""
    if affected.path:
        return f"{affected.path[0].path}:{affected.path[0].line}"
    return f"{affected.symbol.path}:{affected.symbol.start_line}"


def _open_references(references: list[UnresolvedReference]) -> list[str]:
    kinds: dict[str, list[str]] = {"without a known target": [], "with several possible targets": []}
    for reference in references:
        place = f"{reference.name} at {reference.source.partition('::')[0]}:{reference.line}"
        kinds["with several possible targets" if reference.candidates else "without a known target"].append(
            place
        )
    return [
        f"{counted(len(places), 'reference')} in changed code {kind}: {_some(places)}"
        for kind, places in kinds.items()
        if places
    ]


def _side(value: str | None, difference: Difference, whole: str) -> str:
    if difference.what.endswith(whole):
        return value or difference.name
    return value or "none"


def _some(items: list[str], most: int = 5) -> str:
    rest = len(items) - most
    return ", ".join(items[:most]) + (f" and {rest} more" if rest > 0 else "")
