"""Writes docs/configuration.md: every setting, from the declarations in python/kodus_ast/config.

`make docs` runs it; a test in tests/shape holds the page to the declarations.
"""

from itertools import groupby
from pathlib import Path

from kodus_ast.config import CoreLimits, Settings
from kodus_ast.config.reader import Setting, settings_of
from kodus_ast.config.settings import FOR_DEVELOPMENT
from kodus_ast.graph import default_limits

PAGE = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"
OF_CORE = [setting for _, _, setting in settings_of(CoreLimits, "")]
INTRODUCTION = """# Configuration

Made by `make docs` from the declarations in `python/kodus_ast/config`.

Every setting is an environment variable, read once when a command starts. An empty variable counts as unset.
A value that is not accepted, and a variable that begins with `KODUS_AST_` and is not listed here, end the
command with exit code 2 and a line that says what is wrong. Numbers are whole, in the unit that the default
has. [operations.md](operations.md) says what API and workers must share.

Beside these, `NO_COLOR` switches colours off, `XDG_CACHE_HOME` and `XDG_DATA_HOME` move the default
directories, and the variables of AWS and of OpenTelemetry (`OTEL_…`) are read by their own libraries.
"""
DEVELOPMENT = """## Development

Read by the tests and by CI alone; the program ignores them.
"""


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION]
    for title, found in groupby(settings_of(Settings, "Everywhere"), key=lambda one: one[0]):
        lines += [f"## {title}\n", row(["Variable", "Default", "Meaning"]), row(["---"] * 3)]
        for _, name, setting in found:
            lines.append(row([f"`{setting.variable}`", default(name, setting), setting.help]))
        lines.append("")
    lines += [DEVELOPMENT, row(["Variable", "Meaning"]), row(["---"] * 2)]
    lines += [row([f"`{variable}`", words]) for variable, words in FOR_DEVELOPMENT.items()]
    return "\n".join(lines) + "\n"


def default(name: str, setting: Setting) -> str:
    """What holds when the variable is unset; the limits of the core are declared in the core."""
    if setting.when_unset:
        return setting.when_unset
    text = str(default_limits()[name]) if setting in OF_CORE else setting.default
    return f"{text} {setting.kind.unit}".strip() or "none"


def row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page())
