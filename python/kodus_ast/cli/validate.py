"""`kodus-ast validate`: whether files are valid in their languages."""

from pathlib import Path

from kodus_ast import graph
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.json_option import AsJson
from kodus_ast.cli.parameters import ForServices
from kodus_ast.cli.terminal import deliver, line, show
from kodus_ast.models.core_answers import Verdict

_COLOUR = {"VALID": "green", "INVALID_SYNTAX": "bold red", "UNSUPPORTED_LANGUAGE": "dim", "ERROR": "bold red"}


async def validate(
    file: Path,
    /,
    *files: Path,
    services: ForServices,
    as_json: AsJson = False,
) -> int:
    """Check the syntax of files; exits with 4 when one is invalid or cannot be read.

    Examples:

        kodus-ast validate src/app.py web/main.ts

    Parameters
    ----------
    file
        File to check.
    files
        More of them.
    as_json
        Answer in JSON.
    """
    verdicts, raw = await graph.validate([file, *files], services.settings.limits)
    if as_json:
        deliver(raw, None)
    else:
        show([line(verdict_place(one), ": ", (_words(one), _COLOUR[one.status])) for one in verdicts])
    bad = any(one.status in {"INVALID_SYNTAX", "ERROR"} for one in verdicts)
    return Exit.INVALID if bad else Exit.OK


def verdict_place(verdict: Verdict) -> str:
    """`path:line:column` of the first problem, or the path."""
    if verdict.error and verdict.error.line:
        return f"{verdict.path}:{verdict.error.line}:{verdict.error.column}"
    return verdict.path


def _words(verdict: Verdict) -> str:
    match verdict.status:
        case "VALID":
            return f"valid {verdict.language or ''}".rstrip()
        case "UNSUPPORTED_LANGUAGE":
            return "language not supported"
        case _:
            return verdict.error.message if verdict.error else "cannot be read"
