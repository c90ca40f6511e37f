"""`kodus-ast languages`: what the core reads."""

from kodus_ast import graph
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.json_option import AsJson
from kodus_ast.cli.terminal import deliver, line, show


def languages(*, as_json: AsJson = False) -> int:
    """List the supported languages, their file extensions and grammars.

    Parameters
    ----------
    as_json
        Answer in JSON.
    """
    known, raw = graph.languages()
    if as_json:
        deliver(raw, None)
    else:
        width = max((len(language.name) for language in known), default=0)
        show(
            [
                line(
                    (language.name.ljust(width), "bold"),
                    "  ",
                    " ".join(f".{extension}" for extension in language.extensions),
                    (f"  grammar {language.grammar}", "dim"),
                )
                for language in known
            ]
        )
    return Exit.OK
