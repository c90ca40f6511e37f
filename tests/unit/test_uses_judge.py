"""The judge of uses: small graphs and sites of which the figures are known."""

import json
from pathlib import Path
from typing import Any

import pytest

from accuracy import uses, uses_report
from accuracy.uses import Counts, Uses

Row = dict[str, Any]


def node(id_: str, kind: str, start: int, end: int) -> Row:
    path, _, inner = id_.partition("::")
    return {
        "id": id_,
        "kind": kind,
        "name": inner.rsplit(".", 1)[-1] or path,
        "path": path,
        "start_line": start,
        "end_line": end,
    }


NODES = [
    node("a.ts", "file", 1, 40),
    node("a.ts::f", "function", 3, 9),
    node("a.ts::f.inner", "function", 5, 7),
    node("a.ts::C", "class", 11, 20),
    node("a.ts::C.constructor", "constructor", 12, 14),
    node("a.ts::C.m", "method", 15, 18),
    node("a.ts::table", "value", 22, 26),
    node("b.ts", "file", 1, 20),
    node("b.ts::g", "function", 1, 2),
    node("b.ts::LIMIT", "value", 4, 4),
    node("b.ts::E", "enum", 6, 6),
    node("b.ts::E.A", "enum_member", 6, 6),
    node("b.ts::E.B", "enum_member", 6, 6),
    node("b.ts::T.size", "field", 8, 8),
    node("b.ts::Base.__add__", "method", 10, 11),
]


def edge(
    kind: str, source: str, target: str, *lines: int, confidence: float = 0.9, via: str = "import"
) -> Row:
    path = source.partition("::")[0]
    one: Row = {
        "kind": kind,
        "from": source,
        "to": target,
        "path": path,
        "confidence": confidence,
        "via": via,
    }
    return one | ({"line": lines[0]} if len(lines) == 1 else {"lines": list(lines)})


def site(line: int, name: str, what: str, target: str | None, **others: Any) -> Row:
    """`what` is a kind and a use, `target` a path, a line and a name."""
    kind, _, use = what.partition(" ")
    targets = []
    if target:
        path, at, called = target.split(":")
        targets = [{"path": path, "line": int(at), "name": called}]
    row = {"path": "a.ts", "line": line, "name": name, "kind": kind, "use": use, "form": "name"}
    return row | {"verdict": "inside", "targets": targets} | others


G, LIMIT, SIZE = "b.ts:1:g", "b.ts:4:LIMIT", "b.ts:8:size"


@pytest.fixture
def judged(tmp_path: Path) -> Any:
    def judge(sites: list[Row], edges: list[Row], unresolved: list[Row] | None = None) -> Uses:
        said = tmp_path / "sites.jsonl"
        read = {"path": "a.ts", "verdict": "read"}
        said.write_text("".join(json.dumps(row) + "\n" for row in [read, *sites]))
        graph = tmp_path / "graph.json"
        whole = {"nodes": NODES, "edges": edges, "external": [], "unresolved": unresolved or []}
        graph.write_text(json.dumps(whole))
        return uses.judge(said, graph)

    return judge


def test_a_use_is_found_by_an_edge_at_its_line(judged: Any) -> None:
    tally = judged(
        [site(4, "g", "function call", G), site(8, "LIMIT", "value read", LIMIT)],
        [edge("CALLS", "a.ts::f", "b.ts::g", 4), edge("READS", "a.ts::f", "b.ts::LIMIT", 8)],
    )
    assert tally.rows["all"] == Counts(sites=2, found=2, same_kind=2, right=2)
    assert tally.rows["function"] == Counts(sites=1, found=1, same_kind=1, right=1)
    assert tally.rows["a read"] == Counts(sites=1, found=1, same_kind=1, right=1)
    assert (tally.pairs, tally.pairs_found, tally.examples) == (2, 2, [])


def test_an_edge_at_another_line_is_a_miss_and_wrong(judged: Any) -> None:
    tally = judged([site(8, "g", "function call", G)], [edge("CALLS", "a.ts::f", "b.ts::g", 4)])
    assert tally.rows["all"] == Counts(sites=1, wrong=1)
    assert tally.misses == {"function call: absent": 1}
    assert tally.pairs_found == 1, "of the pair it is known that the one uses the other"
    assert [one[0] for one in tally.examples] == ["miss", "wrong"]


def test_all_lines_of_an_edge_count(judged: Any) -> None:
    tally = judged(
        [site(4, "g", "function call", G), site(8, "g", "function call", G)],
        [edge("CALLS", "a.ts::f", "b.ts::g", 4, 8, 9)],
    )
    assert tally.rows["all"] == Counts(sites=2, found=2, same_kind=2, right=2, wrong=1)
    assert (tally.pairs, tally.pairs_found) == (1, 1)


def test_an_edge_of_another_kind_is_found_and_counted(judged: Any) -> None:
    tally = judged([site(4, "g", "function reference", G)], [edge("CALLS", "a.ts::f", "b.ts::g", 4)])
    assert tally.rows["all"] == Counts(sites=1, found=1, same_kind=0, right=1)
    assert tally.rows["a reference"] == Counts(sites=1, found=1)
    assert tally.rows["a call"] == Counts(right=1), "precision is by what the edge says"


@pytest.mark.parametrize(("kind", "same"), [("CALLS", 1), ("READS", 1), ("WRITES", 0)])
def test_a_value_that_is_called_may_be_read(judged: Any, kind: str, same: int) -> None:
    tally = judged([site(4, "LIMIT", "value call", LIMIT)], [edge(kind, "a.ts::f", "b.ts::LIMIT", 4)])
    assert tally.rows["value"] == Counts(sites=1, found=1, same_kind=same, right=1)


@pytest.mark.parametrize(("kind", "same"), [("REFERENCES", 1), ("USES_TYPE", 1), ("READS", 0)])
def test_a_class_that_is_named_as_a_value_is_a_type(judged: Any, kind: str, same: int) -> None:
    row = site(4, "C", "class reference", "a.ts:11:C")
    assert judged([row], [edge(kind, "a.ts::f", "a.ts::C", 4)]).rows["class"].same_kind == same


def test_the_innermost_definition_uses(judged: Any) -> None:
    tally = judged([site(6, "g", "function call", G)], [edge("CALLS", "a.ts::f", "b.ts::g", 6)])
    assert tally.rows["all"] == Counts(sites=1, wrong=1)
    assert tally.misses == {"function call: from another definition": 1}
    assert tally.examples[1][-1] == "another definition"


def test_no_file_uses_what_its_definitions_use(judged: Any) -> None:
    inside, outside = site(24, "g", "function reference", G), site(30, "g", "function call", G)
    tally = judged(
        [inside, outside],
        [edge("REFERENCES", "a.ts", "b.ts::g", 24), edge("CALLS", "a.ts", "b.ts::g", 30)],
    )
    assert tally.rows["all"] == Counts(sites=2, found=1, same_kind=1, right=1, wrong=1)


@pytest.mark.parametrize(("line", "found"), [(5, 1), (6, 0), (7, 1)])
def test_the_first_and_last_line_of_a_definition_are_of_both(judged: Any, line: int, found: int) -> None:
    tally = judged([site(line, "T", "field read", SIZE)], [edge("READS", "a.ts::f", "b.ts::T.size", line)])
    assert tally.rows["field"].found == found


def test_a_site_may_have_several_lines(judged: Any) -> None:
    comment = site(3, "C", "class type", "a.ts:11:C", also=[2])
    tally = judged([comment], [edge("USES_TYPE", "a.ts::f", "a.ts::C", 2)])
    assert tally.rows["class"] == Counts(sites=1, found=1, same_kind=1, right=1)


def test_a_guess_is_no_claim(judged: Any) -> None:
    tally = judged(
        [site(4, "g", "function call", G)],
        [edge("CALLS", "a.ts::f", "b.ts::g", 4, confidence=0.4, via="unique_name")],
    )
    assert tally.rows["all"] == Counts(sites=1, known_gap=1)
    assert tally.misses == {"function call: guess": 1}


@pytest.mark.parametrize(("candidates", "state"), [([], "unresolved"), (["b.ts::g", "b.ts::E"], "ambiguous")])
def test_what_the_graph_does_not_know_is_a_known_gap(judged: Any, candidates: list[str], state: str) -> None:
    tally = judged(
        [site(4, "g", "function call", G)],
        [],
        [{"from": "a.ts::f", "name": "g", "line": 4, "candidates": candidates}],
    )
    assert tally.rows["all"] == Counts(sites=1, known_gap=1)
    assert tally.misses == {f"function call: {state}": 1}


def test_dispatch_is_counted_apart(judged: Any) -> None:
    tally = judged(
        [site(4, "g", "function call", "b.ts:30:g")],
        [edge("CALLS", "a.ts::f", "b.ts::g", 4, confidence=0.6, via="dispatch")],
    )
    assert tally.rows["all"] == Counts(sites=1)
    assert (tally.dispatch, tally.dispatch_right) == (1, 1)


def test_what_the_tools_do_not_know_is_not_judged(judged: Any) -> None:
    doubtful = site(4, "g", " call", None, verdict="unknown")
    tally = judged(
        [doubtful], [edge("CALLS", "a.ts::f", "b.ts::g", 4), edge("READS", "a.ts::f", "b.ts::LIMIT", 4)]
    )
    assert tally.rows["all"] == Counts(unjudged=1, wrong=1)


def test_a_file_that_was_not_read_is_not_judged(judged: Any) -> None:
    tally = judged([], [edge("CALLS", "b.ts::g", "a.ts::f", 2)])
    assert tally.rows == {}


def test_what_is_beside_only_confirms(judged: Any) -> None:
    tally = judged(
        [site(4, "C", "class call", "a.ts:12:constructor", verdict="beside")],
        [edge("CALLS", "a.ts::f", "a.ts::C.constructor", 4)],
    )
    assert tally.rows["all"] == Counts(right=1)


def test_a_constructor_is_its_class(judged: Any) -> None:
    built = [{"path": "a.ts", "line": 11, "name": "C"}, {"path": "a.ts", "line": 12, "name": "constructor"}]
    tally = judged(
        [site(4, "C", "class call", None, targets=built)],
        [edge("CALLS", "a.ts::f", "a.ts::C.constructor", 4)],
    )
    assert tally.rows["class"] == Counts(sites=1, found=1, same_kind=1)
    assert tally.rows["method"] == Counts(right=1)


def test_names_tell_what_is_on_one_line(judged: Any) -> None:
    tally = judged([site(4, "A", "enum_member read", "b.ts:6:A")], [edge("READS", "a.ts::f", "b.ts::E.B", 4)])
    assert tally.rows["enum_member"] == Counts(sites=1, wrong=1)


def test_literals_are_counted_apart(judged: Any) -> None:
    tally = judged(
        [site(4, "size", "field literal", SIZE), site(4, "key", "entry read", "a.ts:23:key")],
        [edge("WRITES", "a.ts::f", "b.ts::T.size", 4)],
    )
    assert tally.rows["all"] == Counts(right=1)
    assert tally.rows["set in a literal"] == Counts(sites=1, found=1, same_kind=1)
    assert tally.rows["entry of a literal"] == Counts(sites=1)
    assert tally.pairs == 0


def test_implied_calls_are_counted_apart(judged: Any) -> None:
    tally = judged(
        [],
        [
            edge("CALLS", "a.ts::f", "b.ts::Base.__add__", 4),
            edge("CALLS", "a.ts::f", "b.ts::g", 4, via="implied"),
        ],
    )
    assert tally.implied == 2
    assert tally.rows == {}


def test_bases_are_no_claim_of_a_name(judged: Any) -> None:
    tally = judged(
        [site(11, "T", "class type", "b.ts:1:g")],
        [edge("EXTENDS", "a.ts::C", "b.ts::g", 11), edge("IMPLEMENTS", "a.ts::C", "b.ts::E", 11)],
    )
    assert tally.rows["all"] == Counts(sites=1, found=1, same_kind=1)


def test_tallies_add_up(judged: Any) -> None:
    one = judged([site(4, "g", "function call", G)], [edge("CALLS", "a.ts::f", "b.ts::g", 4)])
    together = Uses()
    together += one
    together += judged([site(8, "g", "function call", G)], [])
    assert together.rows["function"] == Counts(sites=2, found=1, same_kind=1, right=1)
    assert together.misses == {"function call: absent": 1}
    assert "function" in uses_report.printed("ts", together)
    assert "| function | 2 | 50.0% | 100.0% | 100.0% | 0.0% | 0 |" in uses_report.table([], together)


def test_a_sample_has_some_of_each_group(judged: Any) -> None:
    sites = [site(line, "g", "function call", G) for line in range(3, 10)]
    text = uses_report.sample(judged([*sites, site(4, "LIMIT", "value read", LIMIT)], []), 2, 1)
    assert "miss function call: 7" in text
    assert text.count("a.ts:") == 3
    assert "a.ts:4 LIMIT → b.ts:4  (absent name)" in text
