"""The text report: a tree along the paths to the change, without characters that control a terminal."""

from kodus_ast.cli.text_report import impact_lines, neighbour_lines, path_lines
from kodus_ast.models.core_answers import CallPath, Neighbours
from unit.sample_answers import COMPARED, HOSTILE, answer, symbol


def plain(name: str = "changed") -> list[str]:
    return [line.plain.rstrip() for line in impact_lines(answer(name), COMPARED)]


def test_the_affected_stand_under_what_they_reach_it_through() -> None:
    lines = plain()
    near = next(i for i, line in enumerate(lines) if "b.py::near" in line)
    assert lines[near].startswith("  └─ 1 b.py::near  b.py:11  high  calls a changed signature")
    assert lines[near + 1].startswith("     └─ 2 c.py::far  c.py:12  low")


def test_commits_and_breaking_differences_are_said() -> None:
    lines = plain()
    assert lines[1] == "111111111 (merge base with main) → the working tree"
    assert any("parameter changed: int added  breaking" in line for line in lines)


def test_a_hostile_name_stays_on_its_line() -> None:
    assert not any("\x1b" in line for line in plain(HOSTILE))


def test_no_callers_come_with_what_is_unresolved() -> None:
    lines = neighbour_lines(Neighbours(symbol("f"), "callers", 1, [], 2, 1))
    assert lines[-1].plain == "0 callers; 2 call sites of that name unresolved, 1 ambiguous"


def test_no_way_is_said() -> None:
    lines = path_lines(CallPath(symbol("f"), symbol("g"), False, []))
    assert lines[0].plain == "No way from a.py::f to a.py::g is known."
