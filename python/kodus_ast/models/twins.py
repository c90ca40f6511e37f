"""The core's answer about twins as msgspec structs. Unknown fields are ignored."""

from typing import Any

from msgspec import Struct, field

from kodus_ast.models.core_answers import Counts, Symbol


class Range(Struct, frozen=True):
    """Lines that agree, both included."""

    start_line: int
    end_line: int
    twin_start_line: int
    twin_end_line: int


class Twin(Struct, frozen=True):
    """A function that does the same."""

    symbol: Symbol
    type: int
    """1: the same but for comments and layout. 2: but for names and literals too. 3: edited."""
    score: float
    """How much agrees, from 0 to 1."""
    ranges: list[Range]
    explanation: str


class FunctionTwins(Struct, frozen=True):
    """A function that was asked for, and its twins, surest first."""

    symbol: Symbol
    twins: list[Twin]
    more: int = 0
    """Twins that are not listed."""


class LeftOut(Struct, frozen=True):
    """What was asked for and not looked at, or could not be."""

    short: list[str] = field(default_factory=list)
    tests: int = 0
    unreadable: int = 0


class TwinsMeta(Struct, frozen=True):
    """In which graph, with which tool and options."""

    format: int
    tool_version: str
    head: Counts
    options: dict[str, Any] = field(default_factory=dict)


class Twins(Struct, frozen=True):
    """The twins of functions."""

    meta: TwinsMeta | None
    """None: nothing was asked for."""
    functions: list[FunctionTwins]
    left_out: LeftOut
    sketched: int = 0
    candidates: int = 0
