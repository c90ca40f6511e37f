"""The core's answer about twins as msgspec structs. Unknown fields are ignored."""

from typing import Any

from msgspec import Struct, field

from kodus_ast.models.core_answers import Counts, Symbol


class Range(Struct, frozen=True):
    """Ranges of lines that agree; first and last lines are included."""

    start_line: int
    end_line: int
    twin_start_line: int
    twin_end_line: int


class Twin(Struct, frozen=True):
    """A function that does the same."""

    symbol: Symbol
    type: int
    """1: differs in comments and layout only. 2: also in names and literals. 3: edited."""
    score: float
    """The similarity, from 0 to 1."""
    ranges: list[Range]
    explanation: str


class FunctionTwins(Struct, frozen=True):
    """A function and its twins, the most similar first."""

    symbol: Symbol
    twins: list[Twin]
    more: int = 0
    """Twins that are not listed."""


class LeftOut(Struct, frozen=True):
    """Functions that were not compared: too short, in tests, or unreadable."""

    short: list[str] = field(default_factory=list)
    tests: int = 0
    unreadable: int = 0


class TwinsMeta(Struct, frozen=True):
    """The graph that was searched, the tool and the options."""

    format: int
    tool_version: str
    head: Counts
    options: dict[str, Any] = field(default_factory=dict)


class Twins(Struct, frozen=True):
    """The twins of functions."""

    meta: TwinsMeta | None
    """None when nothing was searched."""
    functions: list[FunctionTwins]
    left_out: LeftOut
    sketched: int = 0
    candidates: int = 0
