"""Every kind of difference has a description, and an unknown kind is still named."""

import msgspec
import pytest

from kodus_ast import descriptions
from kodus_ast.models.core_answers import Change, Counts, Cut, Difference, Impact, ImpactMeta, NotSeen
from unit.sample_answers import answer, symbol


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (Difference("parameter_added", "n", None, "n: int", True), "parameter n: int added"),
        (Difference("parameter_removed", "n", None, None, True), "parameter n removed"),
        (Difference("parameter_retyped", "n", "int", "str", True), "parameter n: int → str"),
        (Difference("became_required", "n", "1", None, True), "parameter n became required"),
        (Difference("return_type", "", None, "str", False), "return type: none → str"),
        (Difference("async", "", "false", "true", True), "became async"),
        (Difference("exported", "", "true", "false", True), "is no longer exported"),
        (Difference("default_added", "n", "1", "2", False), "default of n: 1 → 2"),
        (Difference("something_new", "", "a", "b", False), "something new: a → b"),
        (Difference("field_removed", "{name}", "{x}", None, True), "field {x} removed"),
    ],
)
def test_a_difference_in_words(difference: Difference, expected: str) -> None:
    assert descriptions.difference_in_words(difference) == expected


def test_a_rename_names_what_it_was() -> None:
    change = Change("renamed", symbol("new"), symbol("old"), score=0.9)
    assert descriptions.change_in_words(change) == "renamed from old, 90% alike"


def test_a_move_names_where_it_was() -> None:
    change = Change("moved", symbol("f", "b.py"), symbol("f", "a.py"), score=1.0)
    assert descriptions.change_in_words(change) == "moved from a.py::f"


def test_the_summary_counts() -> None:
    expected = "2 definitions changed · 2 affected (1 high) · 1 test to run · 1 changed without a test"
    expected += " · 1 place no longer fits"
    assert descriptions.summary(answer()) == expected


def test_no_change_is_said() -> None:
    nothing = Impact(ImpactMeta(1, "0", Counts(), Counts()), [], [], [], [], NotSeen(), Cut())
    assert descriptions.summary(nothing) == "No definition changed."
    assert descriptions.not_seen_in_words(nothing) == []


def test_what_cannot_be_seen_is_said() -> None:
    assert descriptions.not_seen_in_words(answer()) == [
        "2 files skipped, minified: x.min.js, y.min.js",
        "1 reference in changed code without a known target: plugin at a.py:3",
        "1 call by the name of changed code, tied to no definition: changed (1)",
        "4 more symbols beyond the depth limit (--depth)",
    ]


def test_a_place_that_no_longer_fits_is_a_sentence() -> None:
    (misfit,) = answer().misfits
    assert descriptions.misfit_in_words(misfit) == "does not give changed its parameter changed"
    gone = msgspec.structs.replace(misfit, why="gone", argument="")
    assert descriptions.misfit_in_words(gone) == "refers to changed, which is gone"


def test_the_risk_says_what_it_is_made_of() -> None:
    assert descriptions.risk_in_words(answer().risk) == "risk 31.5 of 100, medium: 1 breaking change 7.3"


def test_an_entry_point_is_described_by_kind_name_and_framework() -> None:
    (entry,) = answer().entry_points
    assert descriptions.entry_in_words(entry) == "route GET /changed (flask)"
