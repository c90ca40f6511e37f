"""The judge: what an oracle says of each call site against the edges of our graph."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLAIM = 0.5
"""An edge that is as sure as this is a claim; below it is a guess."""

CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
"""Methods that are called by the name of their class."""

Row = dict[str, Any]


@dataclass
class Tally:
    """Counts of one repository; sums of several by `+=`."""

    sites: int = 0
    """Sites with a target inside: what recall is measured on."""
    found: int = 0
    constructions: int = 0
    """Of `sites`, those that construct an object (their form begins with `new`)."""
    constructions_found: int = 0
    right: int = 0
    """Edges that an oracle confirms, and below those that it denies."""
    wrong: int = 0
    unjudged: int = 0
    unresolved: int = 0
    """Of `sites`, those for which the graph says itself that it does not know: unresolved or ambiguous."""
    right_by: Counter[str] = field(default_factory=Counter)
    wrong_by: Counter[str] = field(default_factory=Counter)
    dispatch_right: int = 0
    dispatch: int = 0
    misses: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    """Every miss and every wrong edge, for reading."""

    def __iadd__(self, other: "Tally") -> "Tally":
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self

    @property
    def recall(self) -> float:
        """Found sites of all sites, 0 to 1."""
        return self.found / max(self.sites, 1)

    @property
    def precision(self) -> float:
        """Confirmed edges of all judged ones, 0 to 1."""
        return self.right / max(self.right + self.wrong, 1)


class Answers:
    """A graph, by where its calls are written."""

    def __init__(self, graph: Row) -> None:
        self.nodes: dict[str, Row] = {node["id"]: node for node in graph["nodes"]}
        self.edges: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for edge in graph["edges"]:
            if edge["kind"] == "CALLS":
                self.edges[edge["path"], edge["line"]].append(edge)
        self.states: dict[tuple[str, int, str], str] = {}
        for kind in ("external", "unresolved"):
            for one in graph[kind]:
                state = "ambiguous" if one.get("candidates") else kind
                self.states[self.nodes[one["from"]]["path"], one["line"], one["name"]] = state

    def is_target(self, edge: Row, target: Row) -> bool:
        """Does the edge lead to that declaration?"""
        node = self.nodes[edge["to"]]
        if node["path"] != target["path"]:
            return False
        if node["start_line"] == target["line"]:
            return True
        # A declaration may begin with decorators or comments, and have its name on a later line.
        inside = node["start_line"] <= target["line"] <= node["end_line"]
        return bool(inside and node["name"] == target["name"])


def judge(sites: Path, graph: Path, traced: bool) -> Tally:
    """Compares an oracle's sites with an exported graph. What a trace has not seen is not judged."""
    answers = Answers(json.loads(graph.read_text()))
    rows: dict[tuple[str, int], list[Row]] = defaultdict(list)
    with sites.open() as lines:
        for line in lines:
            row = json.loads(line)
            rows[row["path"], row["line"]].append(row)
    known = {path for path, _ in rows}
    tally = Tally()
    for place, here in rows.items():
        _recall(answers, answers.edges.get(place, []), here, tally)
    for place, edges in answers.edges.items():
        if place[0] in known:
            _precision(answers, edges, rows.get(place, []), tally, traced)
    return tally


def _recall(answers: Answers, edges: list[Row], here: list[Row], tally: Tally) -> None:
    claims = [e for e in edges if e["confidence"] >= CLAIM]
    for row in here:
        if row["verdict"] != "inside":
            continue
        constructs = row["form"].startswith("new")
        tally.sites += 1
        tally.constructions += constructs
        if any(answers.is_target(e, t) for e in claims for t in row["targets"]):
            tally.found += 1
            tally.constructions_found += constructs
            continue
        state = _state(answers, edges, row)
        tally.unresolved += state in {"unresolved", "ambiguous", "guess"}
        tally.misses[f"{row['form']}: {state}"] += 1
        target = row["targets"][0]
        place = f"{row['path']}:{row['line']}\t{row['name']}\t{target['path']}:{target['line']}"
        tally.examples.append(f"miss\t{row['form']}: {state}\t{place}")


def _state(answers: Answers, edges: list[Row], row: Row) -> str:
    named = [e for e in edges if answers.nodes[e["to"]]["name"] == row["name"]]
    if any(answers.is_target(e, t) for e in edges for t in row["targets"]):
        return "guess"
    if any(e["confidence"] >= CLAIM for e in named):
        return "wrong"
    return answers.states.get((row["path"], row["line"], row["name"]), "guess" if named else "absent")


def _precision(answers: Answers, edges: list[Row], here: list[Row], tally: Tally, traced: bool) -> None:
    for edge in edges:
        if edge["confidence"] < CLAIM:
            continue
        node = answers.nodes[edge["to"]]
        right = any(answers.is_target(edge, t) for row in here for t in row["targets"])
        names = {node["name"]}
        if node["kind"] == "constructor" or node["name"] in CONSTRUCTORS:
            names.add(edge["to"].rsplit("::", 1)[-1].split(".")[-2:][0])
        named = [row for row in here if row["name"] in names]
        if edge["via"] == "dispatch":
            if named:
                tally.dispatch += 1
                tally.dispatch_right += any(row["verdict"] in {"inside", "beside"} for row in named)
            continue
        if right:
            tally.right += 1
            tally.right_by[edge["via"]] += 1
            continue
        doubtful = named or here
        if any(row["verdict"] == "unknown" for row in doubtful) or (traced and not named):
            tally.unjudged += 1
            continue
        tally.wrong += 1
        tally.wrong_by[edge["via"]] += 1
        said = next((t for row in named for t in row["targets"]), None)
        truth = f"{said['path']}:{said['line']}" if said else "outside" if named else "nothing"
        tally.examples.append(f"wrong\t{edge['via']}\t{edge['path']}:{edge['line']}\t{edge['to']}\t{truth}")
