"""Loads named SQL statements from .sql files: `-- name: claim_task` begins one, its semicolon ends it."""

import re
from importlib import resources

NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def statements(*files: str) -> dict[str, str]:
    """All statements of these files of this package, by name."""
    named: dict[str, str] = {}
    for file in files:
        text = resources.files(__package__ or "").joinpath(file).read_text(encoding="utf-8")
        _, *parts = NAME.split(text)
        for name, sql in zip(parts[::2], parts[1::2], strict=True):
            if name in named:
                raise ValueError(f"{file}: a second statement is named {name}")
            named[name] = sql.strip().removesuffix(";")
    return named
