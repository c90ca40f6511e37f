"""The command line: one module per command. `run` turns arguments into an exit code and never a traceback."""

import asyncio
import inspect
import os
import sys
from collections.abc import Callable, Sequence

from cyclopts import App, CycloptsError
from rich.console import Console

from kodus_ast.cli import dlq, keys, topology
from kodus_ast.cli.content import content
from kodus_ast.cli.exit_codes import MEANING, Exit, exit_of
from kodus_ast.cli.graph import graph
from kodus_ast.cli.impact import impact
from kodus_ast.cli.languages import languages
from kodus_ast.cli.migrate import migrate
from kodus_ast.cli.neighbours import callees, callers
from kodus_ast.cli.overlap import overlap
from kodus_ast.cli.path import path
from kodus_ast.cli.terminal import notice
from kodus_ast.cli.twins import twins
from kodus_ast.cli.validate import validate
from kodus_ast.errors import BadArtifactError, KodusAstError
from kodus_ast.graph import tool_version
from kodus_ast.ports import Services

COMMANDS = (impact, content, overlap, twins, graph, callers, callees, path, validate, languages, migrate)
SERVING = {
    "up": "Run API, worker, database and queue in this one command, for this machine alone.",
    "api": "Serve the HTTP API until SIGTERM or SIGINT.",
    "worker": "Do tasks until SIGTERM or SIGINT.",
}
"""Imported when asked for: what serves is most of the program, and no other command shall wait for it."""
GROUPS: dict[str, tuple[str, dict[str, Callable[..., object]]]] = {
    "keys": (
        "API keys of organizations.",
        {"create": keys.create, "list": keys.list_, "revoke": keys.revoke},
    ),
    "dlq": (
        "Dead letters: messages that no worker will take again.",
        {"list": dlq.list_, "show": dlq.show_, "replay": dlq.replay, "purge": dlq.purge},
    ),
    "topology": ("Exchanges and queues of the broker.", {"apply": topology.apply, "check": topology.check}),
}
HELP = "Code graph and change impact: two commits in, the affected functions out."
EPILOGUE = "Exit codes:\n\n" + "\n\n".join(f"{code.value}: {words}" for code, words in MEANING.items())


def application() -> App:
    """The commands and what cyclopts gives with them: help, version, shell completion."""
    app = App(
        name="kodus-ast",
        help=HELP,
        help_epilogue=EPILOGUE,
        version=tool_version,
        help_format="markdown",
        result_action="return_value",
    )
    for command in COMMANDS:
        app.command(command)
    for name, words in SERVING.items():
        app.command(f"kodus_ast.cli.{name}:{name}", name=name, help=words)
    for name, (words, commands) in GROUPS.items():
        group = App(name=name, help=words, result_action="return_value")
        for own_name, one in commands.items():
            group.command(one, name=own_name)
        app.command(group)
    app.register_install_completion_command(add_to_startup=False)
    return app


def run(arguments: Sequence[str], services: Services) -> int:
    """Runs one command; every failure becomes one line on stderr and an exit code."""
    try:
        code = _run(arguments, services)
        sys.stdout.flush()
    except CycloptsError as error:
        return _failed(f"{error} (see kodus-ast --help)", Exit.USAGE)
    except KodusAstError as error:
        return _failed(str(error), exit_of(error))
    except BrokenPipeError:
        # The reader has what it wanted; whatever is still buffered must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _failed("interrupted", Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the edge of the program: a person gets a line, not a traceback
        return _failed(f"internal error: {type(error).__name__}: {error}", Exit.INTERNAL)
    return code


def _run(arguments: Sequence[str], services: Services) -> int:
    app = application()
    command, bound, ignored = app.parse_args(
        list(arguments), exit_on_error=False, print_error=False, console=Console()
    )
    if "services" in ignored:
        bound.arguments["services"] = services
    try:
        result = _called(command, bound)
    except BadArtifactError:
        # No answer was given yet, so all can be done again, from the source.
        notice("a kept graph is damaged; all are built anew", "yellow")
        services.graphs.clear()
        result = _called(command, bound)
    return result if isinstance(result, int) else Exit.OK


def _called(command: Callable[..., object], bound: inspect.BoundArguments) -> object:
    result = command(*bound.args, **bound.kwargs)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def refused(error: KodusAstError) -> int:
    """The same for a failure before any command."""
    return _failed(str(error), exit_of(error))


def _failed(message: str, code: Exit) -> int:
    notice(f"kodus-ast: {message}", "bold red" if code is Exit.INTERNAL else "red")
    return code
