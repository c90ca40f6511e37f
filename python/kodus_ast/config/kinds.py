"""Kinds of settings: what the text of a variable has to be, and which value it stands for."""

import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Generic, TypeVar

MEBIBYTE = 1024 * 1024

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Value]):
    """How the text of a variable becomes a value."""

    must_be: str
    """What the text has to be, as in "must be a whole number"."""
    read: Callable[[str], Value]
    """Raises `ValueError` or `OverflowError` for any other text."""
    unit: str = ""
    """Of a number: MiB, s, days."""


def number(
    make: Callable[[int], Value], unit: str = "", *, least: int = 0, most: int | None = None
) -> Kind[Value]:
    """A whole number of a unit, between bounds, from which `make` makes the value."""
    must_be = "a whole number"
    if most is not None:
        must_be += f" from {least} to {most}"
    elif least:
        must_be += f" of at least {least}"

    def read(text: str) -> Value:
        if not text.isascii() or not text.isdigit():
            raise ValueError
        value = int(text)
        if value < least or (most is not None and value > most):
            raise ValueError
        return make(value)

    return Kind(must_be, read, unit)


def user_directory(xdg_name: str, below_home: str) -> Callable[[Mapping[str, str]], Path]:
    """Our directory below a base directory of the XDG specification, which ignores relative values."""

    def directory(environment: Mapping[str, str]) -> Path:
        xdg = Path(environment.get(xdg_name, ""))
        if xdg.is_absolute():
            return xdg / "kodus-ast"
        home = environment.get("HOME")
        return (Path(home) if home else Path.home()) / below_home / "kodus-ast"

    return directory


def _sealing_key(text: str) -> bytes:
    key = binascii.a2b_base64(text, strict_mode=True)
    if text and len(key) != 32:
        raise ValueError
    return key


TEXT = Kind("text", str)
NUMBER = number(int)
BYTES = number(int, "bytes")
MIB = number(lambda count: count * MEBIBYTE, "MiB")
SECONDS = number(float, "s")
DURATION = number(lambda count: timedelta(seconds=count), "s")
DAYS = number(lambda count: timedelta(days=count), "days")
PORT = number(int, most=65535)
FLAG = number(bool, most=1)
DIRECTORY = Kind("a path", lambda text: Path(text).absolute() if text else Path())
ADDRESSES = Kind("text", lambda text: tuple(one.strip() for one in text.split(",") if one.strip()))
SEALING_KEY = Kind("32 bytes in base64", _sealing_key)
