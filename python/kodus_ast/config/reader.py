"""Declares a setting as the field of a dataclass, and reads such dataclasses from environment variables."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from kodus_ast.config.kinds import Kind
from kodus_ast.errors import BadOptionError

PREFIX = "KODUS_AST_"
_SETTING, _GROUP = "setting", "group"

Value = TypeVar("Value")
Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class Setting:
    """All that is declared of one setting."""

    variable: str
    kind: Kind[Any]
    default: str
    """As it would be written in the variable."""
    help: str
    when_unset: str
    """What the page of settings says instead of the default."""
    is_secret: bool
    computed_default: Callable[[Mapping[str, str]], object] | None

    def value(self, environment: Mapping[str, str]) -> object:
        """The value; `BadOptionError` for a text that the kind does not accept."""
        text = environment.get(self.variable, "")
        if not text and self.computed_default:
            return self.computed_default(environment)
        try:
            return self.kind.read(text or self.default)
        except (ValueError, OverflowError):
            # A secret must not get into a terminal or a log, a wrong one neither.
            instead = "" if self.is_secret else f", not '{text}'"
            raise BadOptionError(f"{self.variable} must be {self.kind.must_be}{instead}") from None


def setting(
    variable: str,
    kind: Kind[Value],
    default: str,
    help: str,  # noqa: A002 - as argparse and prometheus_client call it
    *,
    when_unset: str = "",
    is_secret: bool = False,
    computed_default: Callable[[Mapping[str, str]], Value] | None = None,
) -> Value:
    """A field of a dataclass that a variable sets. An empty variable counts as unset."""
    declared = Setting(variable, kind, default, help, when_unset, is_secret, computed_default)
    # What type checkers see is the value, as with dataclasses.field.
    result: Any = field(default=kind.read(default), repr=not is_secret, metadata={_SETTING: declared})
    return result  # type: ignore[no-any-return]


def group(of: type[Group], title: str) -> Group:
    """A field that holds a dataclass of settings; `title` heads its table on the page of settings."""
    result: Any = field(default_factory=of, metadata={_GROUP: (of, title)})
    return result  # type: ignore[no-any-return]


def read(of: type[Group], environment: Mapping[str, str]) -> Group:
    """The dataclass with every setting that it and its groups declare."""
    values: dict[str, object] = {}
    for one in fields(of):  # type: ignore[arg-type]
        if declared := one.metadata.get(_SETTING):
            values[one.name] = declared.value(environment)
        elif found := one.metadata.get(_GROUP):
            values[one.name] = read(found[0], environment)
    return of(**values)


def settings_of(of: type, title: str) -> Iterator[tuple[str, str, Setting]]:
    """Title of the group, name of the field and declaration of every setting, in order."""
    inner = []
    for one in fields(of):
        if declared := one.metadata.get(_SETTING):
            yield title, one.name, declared
        elif found := one.metadata.get(_GROUP):
            inner.append(found)
    for kind, own_title in inner:
        yield from settings_of(kind, own_title)


def refuse_unknown(environment: Mapping[str, str], known: Collection[str]) -> None:
    """`BadOptionError` for a variable with our prefix that nothing reads: most likely it is misspelt."""
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            import difflib  # noqa: PLC0415 - every command imports this module, and few need that one

            close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            hint = f"did you mean {close[0]}?" if close else "docs/configuration.md lists all settings"
            raise BadOptionError(f"there is no setting {name}; {hint}")
