"""The judge of uses: what an oracle says that each identifier names, against the edges of our graph."""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from accuracy.claims import Claim, Claims, Place, Row, names_of

KINDS = ("function", "class", "method", "value", "enum_member", "type", "field", "macro")
"""What can be named, as the rows of a site say it."""

EDGE_OF = {
    "call": {"CALLS"},
    "read": {"READS"},
    "write": {"WRITES"},
    "reference": {"REFERENCES"},
    "type": {"USES_TYPE", "EXTENDS", "IMPLEMENTS"},
    "decorator": {"DECORATES"},
}
"""The kinds of edges that say the same as a use."""

ALSO = {
    ("class", "call"): {"USES_TYPE"},
    ("class", "reference"): {"USES_TYPE"},
    ("field", "call"): {"READS"},
    ("function", "type"): {"REFERENCES"},
    ("method", "read"): {"CALLS"},
    ("method", "reference"): {"CALLS"},
    ("method", "write"): {"CALLS"},
    ("type", "call"): {"USES_TYPE", "IMPLEMENTS"},
    ("type", "reference"): {"USES_TYPE"},
    ("value", "call"): {"READS"},
    ("value", "type"): {"READS", "REFERENCES"},
}
"""What says the same for some kinds: an accessor runs, and so may a method that is handed over; a field that
is called is read; a class that is built or named as a value is a type, as is an interface of which a class
without a name is built; `typeof` names a value."""

APART = {"literal": "set in a literal", "entry": "entry of a literal"}
"""Uses and kinds that are judged, and counted in a row of their own."""

IMPLIED = re.compile(r"__\w+__|\[?Symbol\.\w+\]?")
"""Methods that are called without their name: a graph of the first format does not say `via: implied`."""

KIND_OF_NODE = {
    "constructor": "method",
    "interface": "type",
    "enum": "type",
    "type": "type",
}
"""Kinds of nodes that are another kind of a site."""


@dataclass
class Counts:
    """Figures of one row of the table; sums of several by `+=`."""

    sites: int = 0
    """Identifiers whose declaration is inside: what recall is measured on."""
    found: int = 0
    same_kind: int = 0
    """Of `found`, those for which an edge of the use's own kind stands."""
    known_gap: int = 0
    """Of `sites`, those for which the graph says itself that it does not know."""
    right: int = 0
    """Edges, at each of their lines, that an oracle confirms, and below those that it denies."""
    wrong: int = 0
    unjudged: int = 0

    def __iadd__(self, other: "Counts") -> "Counts":
        self.sites += other.sites
        self.found += other.found
        self.same_kind += other.same_kind
        self.known_gap += other.known_gap
        self.right += other.right
        self.wrong += other.wrong
        self.unjudged += other.unjudged
        return self

    @property
    def recall(self) -> float:
        """Found sites of all sites, 0 to 1."""
        return self.found / max(self.sites, 1)

    @property
    def precision(self) -> float:
        """Confirmed edges of all judged ones, 0 to 1."""
        return self.right / max(self.right + self.wrong, 1)


@dataclass
class Uses:
    """What was counted in one repository; sums of several by `+=`."""

    rows: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    """By `all`, by kind, by use (`a call`), and by what is counted apart."""
    pairs: int = 0
    """Different pairs of a definition and what it uses; the sites of one are found or not with any line."""
    pairs_found: int = 0
    dispatch: int = 0
    dispatch_right: int = 0
    implied: int = 0
    """Edges of calls that the language makes without a name; not judged here."""
    misses: Counter[str] = field(default_factory=Counter)
    """Sites that were not found by what the graph says there."""
    examples: list[tuple[str, ...]] = field(default_factory=list)
    """Every miss and every wrong edge: `miss` or `wrong`, group, state, place, name, declaration."""

    def __iadd__(self, other: "Uses") -> "Uses":
        for key, counts in other.rows.items():
            self.rows[key] += counts
        self.misses += other.misses
        self.examples += other.examples
        for name in ("pairs", "pairs_found", "dispatch", "dispatch_right", "implied"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def judge(sites: Path, graph: Path) -> Uses:
    """Compares an oracle's sites, see `oracles/__init__.py`, with an exported graph."""
    read, rows = _said(sites)
    claims = Claims.read(graph)
    tally = Uses()
    pairs: dict[tuple[str, str], bool] = {}
    for row in (row for row in rows if row["verdict"] == "inside"):
        _recall(claims, row, tally)
        if row["kind"] not in APART and row["use"] not in APART:
            _pair(claims, row, pairs)
    tally.pairs, tally.pairs_found = len(pairs), sum(pairs.values())
    at: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        for line in _lines(row):
            at[row["path"], line].append(row)
    for place, here in claims.at.items():
        for claim in here:
            if claim.is_sure and claim.path in read:
                _precision(claims, claim, at.get(place, []), tally)
    return tally


def _said(sites: Path) -> tuple[set[str], list[Row]]:
    """The files that an oracle has read, and its sites."""
    with sites.open() as lines:
        # Two identifiers of one line that say the same are one site.
        rows = [json.loads(line) for line in dict.fromkeys(lines)]
    read = {row["path"] for row in rows if row["verdict"] == "read"}
    return read, [row for row in rows if row["verdict"] != "read"]


def _lines(row: Row) -> set[int]:
    """The line of a site, and those that are as good."""
    return {row["line"], *row.get("also", [])}


def _is_from_here(claims: Claims, claim: Claim, row: Row) -> bool:
    return any(claims.is_enclosing(claim, line) for line in _lines(row))


def _is_confirmed(claims: Claims, claim: Claim, row: Row) -> bool:
    return any(claims.is_target(claims.nodes[claim.target], target) for target in row["targets"])


def _recall(claims: Claims, row: Row, tally: Uses) -> None:
    here = [claim for line in _lines(row) for claim in claims.at.get((row["path"], line), [])]
    leading = [c for c in here if _is_confirmed(claims, c, row)]
    declared = [c for c in leading if c.is_sure and c.via != "dispatch"]
    found = [c for c in declared if _is_from_here(claims, c, row)]
    wanted = EDGE_OF.get(row["use"], {"WRITES"}) | ALSO.get((row["kind"], row["use"]), set())
    counts = Counts(sites=1, found=bool(found), same_kind=any(c.kind in wanted for c in found))
    apart = APART.get(row["use"]) or APART.get(row["kind"])
    if not found:
        state = _state(claims, here, leading, declared, row)
        counts.known_gap = state in {"unresolved", "ambiguous", "guess"}
        target = row["targets"][0]
        group = apart or f"{row['kind']} {row['use']}"
        if not apart:
            tally.misses[f"{group}: {state}"] += 1
        place = f"{row['path']}:{row['line']}"
        declaration = f"{target['path']}:{target['line']}"
        tally.examples.append(("miss", group, f"{state} {row['form']}", place, row["name"], declaration))
    for key in [apart] if apart else ["all", row["kind"], f"a {row['use']}"]:
        tally.rows[key] += counts


def _state(claims: Claims, here: list[Claim], leading: list[Claim], declared: list[Claim], row: Row) -> str:
    """What the graph says of a site that was not found."""
    if declared:
        return "from another definition"
    if any(not c.is_sure for c in leading):
        return "guess"
    if leading:
        return "dispatch"
    if any(
        c.is_sure and c.via != "dispatch" and row["name"] in names_of(claims.nodes[c.target]) for c in here
    ):
        return "wrong"
    return claims.states.get((row["path"], row["line"], row["name"]), "absent")


def _pair(claims: Claims, row: Row, pairs: dict[tuple[str, str], bool]) -> None:
    source = claims.innermost((row["path"], row["line"]))
    target = row["targets"][0]
    key = (source, f"{target['path']}:{target['line']}:{target['name']}")
    if not pairs.get(key):
        pairs[key] = any((source, node) in claims.pairs for node in claims.declared(row["targets"]))


def _precision(claims: Claims, claim: Claim, here: list[Row], tally: Uses) -> None:
    if claim.kind in {"EXTENDS", "IMPLEMENTS"}:
        return  # They confirm a base that is named. Some languages implement interfaces without naming them.
    node = claims.nodes[claim.target]
    names = names_of(node)
    named = [row for row in here if row["name"] in names]
    if claim.via == "dispatch":
        if named:
            tally.dispatch += 1
            tally.dispatch_right += any(row["verdict"] in {"inside", "beside"} for row in named)
        return
    confirmed = [row for row in here if _is_confirmed(claims, claim, row)]
    if claim.via == "implied" or (not named and not confirmed and IMPLIED.fullmatch(node["name"])):
        tally.implied += 1
        return
    kind = KIND_OF_NODE.get(str(node["kind"]), str(node["kind"]))
    use = next((use for use, edges in EDGE_OF.items() if claim.kind in edges), claim.kind)
    counts = Counts()
    if any(_is_from_here(claims, claim, row) for row in confirmed):
        counts.right = 1
    elif any(row["verdict"] == "unknown" for row in named or (here if claim.kind == "CALLS" else [])):
        counts.unjudged = 1
    else:
        counts.wrong = 1
        said = next((t for row in named for t in row["targets"]), None)
        truth = "another definition" if confirmed else f"{said['path']}:{said['line']}" if said else "nothing"
        place = f"{claim.path}:{claim.line}"
        tally.examples.append(("wrong", f"{kind} {use}", claim.via, place, claim.target, truth))
    for key in ("all", kind, f"a {use}"):
        tally.rows[key] += counts
