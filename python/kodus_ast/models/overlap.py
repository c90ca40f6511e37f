"""The core's answer about two changes as msgspec structs. Unknown fields are ignored."""

from typing import Any, Literal

from msgspec import Struct, field

from kodus_ast.models.core_answers import Counts, Step, Symbol


class Touch(Struct, frozen=True):
    """How one side changes a definition."""

    change: str
    symbol: Symbol


class Both(Struct, frozen=True):
    """A definition that both sides change."""

    id: str
    one: Touch
    other: Touch
    alike: bool
    """Whether both sides seem to change it in the same way, by kind, contract and size."""


class Reached(Struct, frozen=True):
    """A definition that one side edits and a change of the other side affects."""

    source: Literal["one", "other"] = field(name="from")
    """The side whose change affects it."""
    change: str
    edit: Touch
    distance: int
    severity: Literal["high", "medium", "low"]
    confidence: float
    reason: str
    path: list[Step]


class OverlapMeta(Struct, frozen=True):
    """What was compared, with which tool and options."""

    format: int
    tool_version: str
    base: Counts
    one: Counts
    other: Counts
    options: dict[str, Any] = field(default_factory=dict)


class Overlap(Struct, frozen=True):
    """How two changes of one base overlap."""

    meta: OverlapMeta
    both: list[Both]
    reached: list[Reached]
    shared: int = 0
    """The number of symbols that both sides affect and neither edits."""
