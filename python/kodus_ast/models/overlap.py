"""The core's answer about two changes as msgspec structs. Unknown fields are ignored."""

from typing import Any, Literal

from msgspec import Struct, field

from kodus_ast.models.core_answers import Counts, Step, Symbol


class Touch(Struct, frozen=True):
    """What a side does to a definition."""

    change: str
    symbol: Symbol


class Both(Struct, frozen=True):
    """A definition that both sides change."""

    id: str
    one: Touch
    other: Touch
    alike: bool
    """Both do the same to it, as far as kind, contract and size tell."""


class Reached(Struct, frozen=True):
    """A definition that one side edits and the other side's change reaches."""

    source: Literal["one", "other"] = field(name="from")
    """Whose change reaches."""
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
    """What two changes of one base have to do with each other."""

    meta: OverlapMeta
    both: list[Both]
    reached: list[Reached]
    shared: int = 0
    """Symbols that both affect and neither edits."""
