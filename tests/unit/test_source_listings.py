"""Source listings mark the calling line, and mark gaps where lines are left out."""

from kodus_ast.cli.source_listings import Listings
from kodus_ast.models.core_answers import Affected, Change, Step, Symbol
from unit.sample_answers import symbol


def long_symbol(name: str) -> Symbol:
    return Symbol(f"a.py::{name}", "function", name, "a.py", "python", 1, 200)


def test_a_change_is_a_diff_with_both_numbers() -> None:
    before = {("a.py", 1, 3): "def f():\n    return 1\n"}
    after = {("a.py", 1, 3): "def f():\n    return 2\n"}
    rows = Listings(before, after).change(Change("modified", symbol("f"), symbol("f")))
    assert rows == [
        (" ", 1, 1, "def f():"),
        ("-", 2, None, "    return 1"),
        ("+", None, 2, "    return 2"),
    ]


def test_a_deleted_definition_shows_what_it_was() -> None:
    rows = Listings({("a.py", 1, 3): "def f(): ..."}, {}).change(Change("deleted", symbol("f")))
    assert rows == [("-", 1, None, "def f(): ...")]


def test_a_long_symbol_is_folded_around_its_call() -> None:
    text = "\n".join(f"line {n}" for n in range(1, 201))
    caller = long_symbol("caller")
    way = [Step(caller.id, "a.py::f", "CALLS", "a.py", 100, "scope", 0.9)]
    affected = Affected(caller, "head", 1, "high", 0.9, "calls", "a.py::f", False, way)
    rows = Listings({}, {("a.py", 1, 200): text}).affected(affected)
    assert rows[:3] == [(" ", None, 1, "line 1"), (" ", None, 2, "line 2"), ("…", None, None, "")]
    assert ("!", None, 100, "line 100") in rows
    assert rows[-1][0] == "…"
    assert len(rows) == 17


def test_source_that_cannot_be_read_is_no_row() -> None:
    assert Listings({}, {}).change(Change("added", symbol("f"))) == []
