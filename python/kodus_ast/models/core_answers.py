"""The answers of the core as msgspec structs, with the fields that are used. Unknown fields are ignored."""

from typing import Any, Literal

from msgspec import Struct, field


class Symbol(Struct, frozen=True):
    """A definition, or the module-level code of a file (whose id is its path)."""

    id: str
    kind: str
    name: str
    path: str
    language: str
    start_line: int
    end_line: int
    test: bool = False
    exported: bool = False


class Step(Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """One edge of a path, for example from an affected symbol to a changed one."""

    source: str
    target: str
    kind: str
    path: str
    line: int
    via: str
    confidence: float


class Difference(Struct, frozen=True):
    """One difference of a contract, which is what callers rely on."""

    what: str
    name: str
    before: str | None
    after: str | None
    breaking: bool


class Change(Struct, frozen=True):
    """A definition that differs between base and head."""

    change: str
    symbol: Symbol
    previous: Symbol | None = None
    score: float | None = None
    contract: list[Difference] = field(default_factory=list)
    affected: int = 0
    unresolved: int = 0


class Affected(Struct, frozen=True):
    """A definition that a change affects, with the path to the change."""

    symbol: Symbol
    side: Literal["head", "base"]
    distance: int
    severity: Literal["high", "medium", "low"]
    confidence: float
    reason: str
    change: str
    dangling: bool
    path: list[Step]


class Misfit(Struct, frozen=True):
    """A place in head that no longer fits what changed, such as a call with an argument too few."""

    symbol: Symbol
    path: str
    line: int
    change: str
    why: str
    argument: str
    confidence: float


class ReachingTest(Struct, frozen=True):
    """A test from which a change can be reached: a test to run."""

    symbol: Symbol
    distance: int
    confidence: float
    changes: list[str]
    path: list[Step] = field(default_factory=list)
    command: str = ""
    """The command that runs this test alone."""


class EntryPoint(Struct, frozen=True):
    """An entry point of the program from which a change can be reached."""

    symbol: Symbol
    kind: str
    name: str
    framework: str
    registered: str
    distance: int
    confidence: float
    change: str
    path: list[Step] = field(default_factory=list)


class Factor(Struct, frozen=True):
    """A factor of the risk; `points` of at most `most`."""

    name: str
    value: int
    points: float
    most: float


class Risk(Struct, frozen=True):
    """The risk of a change from 0 to 100, and its factors."""

    score: float = 0.0
    level: str = "low"
    factors: list[Factor] = field(default_factory=list)


class Skipped(Struct, frozen=True):
    """A file that was left out, and why."""

    path: str
    reason: str


class UnresolvedReference(Struct, frozen=True, rename={"source": "from"}):
    """A reference inside a changed definition that has no edge."""

    source: str
    name: str
    line: int
    candidates: list[str] = field(default_factory=list)


class SameNameSites(Struct, frozen=True):
    """Call sites without an edge whose name is that of a changed definition."""

    name: str
    sites: int


class NotSeen(Struct, frozen=True):
    """What the graph cannot see."""

    skipped: list[Skipped] = field(default_factory=list)
    unresolved: list[UnresolvedReference] = field(default_factory=list)
    same_name_sites: list[SameNameSites] = field(default_factory=list)


class Cut(Struct, frozen=True):
    """How much was cut off by the requested limits."""

    affected: int = 0
    entry_points: int = 0
    misfits: int = 0
    depth: int = 0
    tests: int = 0


class Counts(Struct, frozen=True):
    """The size of one side's graph."""

    files: int = 0
    nodes: int = 0
    edges: int = 0
    skipped: int = 0
    unresolved: int = 0
    ambiguous: int = 0
    external: int = 0
    commit: str | None = None


class ImpactMeta(Struct, frozen=True):
    """What was compared, with which tool and options."""

    format: int
    tool_version: str
    base: Counts
    head: Counts
    options: dict[str, Any] = field(default_factory=dict)
    repo: str = ""


class Impact(Struct, frozen=True):
    """The answer of `impact`."""

    meta: ImpactMeta
    changes: list[Change]
    affected: list[Affected]
    tests: list[ReachingTest]
    untested: list[str]
    not_seen: NotSeen
    cut: Cut
    misfits: list[Misfit] = field(default_factory=list)
    entry_points: list[EntryPoint] = field(default_factory=list)
    risk: Risk = Risk()


class Found(Symbol, frozen=True, kw_only=True):
    """A caller or callee, and the edge to it."""

    distance: int
    step: Step


class Neighbours(Struct, frozen=True):
    """The callers or the callees of a symbol."""

    symbol: Symbol
    direction: str
    depth: int
    found: list[Found]
    unresolved_sites: int
    ambiguous_sites: int


class CallPath(Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """The shortest path of calls from one symbol to another."""

    start: Symbol
    end: Symbol
    found: bool
    steps: list[Step]


class SyntaxProblem(Struct, frozen=True):
    """The position of the first syntax error, and its message."""

    line: int
    column: int
    message: str


class Verdict(Struct, frozen=True):
    """Whether one file is valid in its language."""

    path: str
    status: Literal["VALID", "INVALID_SYNTAX", "UNSUPPORTED_LANGUAGE", "ERROR"]
    language: str | None = None
    error: SyntaxProblem | None = None


class Language(Struct, frozen=True):
    """A language that the core reads."""

    name: str
    extensions: list[str]
    grammar: str


class BuildReport(Struct, frozen=True):
    """The report of a build: what it read, resolved and skipped."""

    files: int = 0
    nodes: int = 0
    edges: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    calls: int = 0
    resolved: int = 0
    ambiguous: int = 0
    external: int = 0
    unresolved: int = 0
    reused: int = 0
    """Files whose facts were taken from an earlier build."""
    bytes: int = 0
    """Bytes of the files that were parsed."""
    seconds: dict[str, float] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    """The limits that were in force, for one file and for all."""
