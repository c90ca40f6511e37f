"""What an exported graph claims: its edges by the lines on which they say that something is used."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accuracy.judge import CLAIM, CONSTRUCTORS

Row = dict[str, Any]
Place = tuple[str, int]
"""A path and a line."""

NOT_NAMED = frozenset({"CONTAINS", "IMPORTS", "OVERRIDES", "TESTS", "BINDS"})
"""Kinds of edges for which no identifier stands in a definition's code."""

NAMELESS = frozenset({"", "constructor", "default"})
"""Names of declarations that have none in the source."""


@dataclass(frozen=True)
class Claim:
    """An edge at one of its lines."""

    kind: str
    source: str
    """Id of the definition that uses."""
    target: str
    path: str
    line: int
    confidence: float
    via: str

    @property
    def is_sure(self) -> bool:
        """Is it more than a guess?"""
        return self.confidence >= CLAIM


class Claims:
    """The edges and nodes of a graph, as the judge of uses asks for them."""

    def __init__(self, graph: Row) -> None:
        self.nodes: dict[str, Row] = {node["id"]: node for node in graph["nodes"]}
        self.at: dict[Place, list[Claim]] = defaultdict(list)
        claims = {
            claim for edge in graph["edges"] if edge["kind"] not in NOT_NAMED for claim in _claims(edge)
        }
        for claim in sorted(claims, key=lambda c: (c.path, c.line, c.target, c.kind, c.source, c.via)):
            self.at[claim.path, claim.line].append(claim)
        self.pairs = {(c.source, c.target) for c in claims if c.is_sure and c.via != "dispatch"}
        self.states: dict[tuple[str, int, str], str] = {}
        for kind in ("external", "unresolved"):
            for one in graph[kind]:
                state = "ambiguous" if one.get("candidates") else kind
                for line in _lines(one):
                    self.states[self.nodes[one["from"]]["path"], line, one["name"]] = state
        self._spans: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for node in graph["nodes"]:
            if node["kind"] != "file":
                self._spans[node["path"]].append((node["start_line"], node["end_line"], node["id"]))
        self._known: dict[Place, list[tuple[int, int, str]]] = {}
        self._by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
        for node in graph["nodes"]:
            self._by_name[node["path"], _bare(node["name"])].append(node["id"])

    @classmethod
    def read(cls, graph: Path) -> "Claims":
        """Of what `kodus-ast graph --format json` wrote."""
        return cls(json.loads(graph.read_text()))

    def is_target(self, node: Row, target: Row) -> bool:
        """Is the node the declaration that an oracle tells by its place and name?"""
        if node["path"] != target["path"]:
            return False
        inside = node["start_line"] <= target["line"] <= node["end_line"]
        if _bare(node["name"]) == _bare(target["name"]):
            # It may begin with decorators or comments, and have its name on a later line.
            return bool(inside)
        nameless = target["name"] in NAMELESS or node["name"] in NAMELESS or is_constructor(node)
        return nameless and bool(node["start_line"] == target["line"])

    def is_enclosing(self, claim: Claim, line: int) -> bool:
        """Is the definition that is said to use the innermost one at a line of the claim's file?

        On the first and last line of a definition the one around it is as good: the line belongs to both.
        """
        source = self.nodes[claim.source]
        start, end = source["start_line"], source["end_line"]
        if source["kind"] == "file":
            start, end = 0, max(end, line)
        if not (source["path"] == claim.path and start <= line <= end):
            return False
        return not any(
            first < line < last and start <= first and last <= end and (first, last) != (start, end)
            for first, last, node in self._around((claim.path, line))
            if node != claim.source
        )

    def innermost(self, place: Place) -> str:
        """The definition that encloses a place most closely, as a node's id; the file where there is none."""
        around = self._around(place)
        return min(around, key=lambda s: (s[1] - s[0], -s[0]))[2] if around else place[0]

    def _around(self, place: Place) -> list[tuple[int, int, str]]:
        """The first and last lines and ids of the definitions that a line is in."""
        found = self._known.get(place)
        if found is None:
            path, line = place
            found = self._known[place] = [span for span in self._spans[path] if span[0] <= line <= span[1]]
        return found

    def declared(self, targets: list[Row]) -> list[str]:
        """The nodes, by id, that are one of the declarations."""
        return [
            node
            for target in targets
            for node in self._by_name[target["path"], _bare(target["name"])]
            if self.is_target(self.nodes[node], target)
        ]


def is_constructor(node: Row) -> bool:
    """Is it what runs when its class is called?"""
    return node["kind"] == "constructor" or node["name"] in CONSTRUCTORS


def names_of(node: Row) -> set[str]:
    """How a node is named where it is used: a constructor by its class."""
    names = {_bare(node["name"])}
    if is_constructor(node):
        names.add(node["id"].rsplit("::", 1)[-1].split(".")[-2:][0])
    return names


def _claims(edge: Row) -> list[Claim]:
    return [
        Claim(edge["kind"], edge["from"], edge["to"], edge["path"], line, edge["confidence"], edge["via"])
        for line in _lines(edge)
    ]


def _lines(one: Row) -> list[int]:
    """All lines of an edge or a site; graphs of the first format have one for each."""
    return list(one["lines"]) if "lines" in one else [one["line"]]


def _bare(name: str) -> str:
    return name.strip("\"'`").removeprefix("#")
