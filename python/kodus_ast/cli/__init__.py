"""The command line: one module per command. `run` turns arguments into an exit code and never a traceback."""

import inspect
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kodus_ast.cli.exit_codes import Exit, exit_of
from kodus_ast.errors import BadArtifactError, BadOptionError, KodusAstError
from kodus_ast.extras import missing_module
from kodus_ast.version import tool_version

if TYPE_CHECKING:
    from kodus_ast.ports import Services

# ruff: noqa: PLC0415 - what `--version` does not need is imported later, so that it answers soon


def run(arguments: Sequence[str], services: "Callable[[], Services]") -> int:
    """Runs one command; every failure becomes one line on stderr and an exit code.

    `services` is called once if the command needs them.
    """
    try:
        code = _run(arguments, services)
        sys.stdout.flush()
    except KodusAstError as error:
        return refused(error)
    except BrokenPipeError:
        # The reader has what it wanted; whatever is still buffered must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except KeyboardInterrupt:
        return _failed("interrupted", Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the edge of the program: a person gets a line, not a traceback
        if isinstance(error, ImportError) and (missing := missing_module(arguments[0], error)):
            return refused(missing)
        return _failed(f"internal error: {type(error).__name__}: {error}", Exit.INTERNAL)
    return code


def _run(arguments: Sequence[str], services: "Callable[[], Services]") -> int:
    if list(arguments) == ["--version"]:
        sys.stdout.write(f"{tool_version()}\n")
        return Exit.OK
    command, bound, own = _parsed(arguments, services)
    try:
        result = _called(command, bound)
    except BadArtifactError:
        if own is None:
            raise
        # No answer was given yet, so all can be done again, from the source.
        from kodus_ast.cli.terminal import notice

        notice("a kept graph is damaged; all are built anew", "yellow")
        own.graphs.clear()
        result = _called(command, bound)
    return result if isinstance(result, int) else Exit.OK


def _parsed(
    arguments: Sequence[str], services: "Callable[[], Services]"
) -> "tuple[Callable[..., object], inspect.BoundArguments, Services | None]":
    """The function of the command, its arguments, and the services that are among them."""
    from cyclopts import CycloptsError

    from kodus_ast.cli.commands import application

    try:
        command, bound, ignored = application(*arguments[:1]).parse_args(
            list(arguments), exit_on_error=False, print_error=False
        )
    except CycloptsError as error:
        raise BadOptionError(f"{error} (see kodus-ast --help)") from None
    if "services" not in ignored:
        return command, bound, None
    own = services()
    bound.arguments["services"] = own
    return command, bound, own


def _called(command: Callable[..., object], bound: inspect.BoundArguments) -> object:
    result = command(*bound.args, **bound.kwargs)
    if not inspect.iscoroutine(result):
        return result
    import asyncio

    try:
        return asyncio.run(result)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def refused(error: KodusAstError) -> int:
    """The exit code of a failure, said in a line on stderr."""
    return _failed(str(error), exit_of(error))


def _failed(message: str, code: Exit) -> int:
    from kodus_ast.cli.terminal import notice

    notice(f"kodus-ast: {message}", "bold red" if code is Exit.INTERNAL else "red")
    return code
