"""The table of commands. The module of a command is imported when the command is called."""

from collections.abc import Callable
from importlib import import_module

from cyclopts import App

from kodus_ast.cli.exit_codes import MEANING
from kodus_ast.version import tool_version

COMMANDS = {
    "impact": "impact:impact",
    "content": "content:content",
    "overlap": "overlap:overlap",
    "twins": "twins:twins",
    "graph": "graph:graph",
    "callers": "neighbours:callers",
    "callees": "neighbours:callees",
    "path": "path:path",
    "validate": "validate:validate",
    "languages": "languages:languages",
    "migrate": "migrate:migrate",
}
SERVING = {
    "up": "Run API, worker, database and queue in this one command, for this machine alone.",
    "api": "Serve the HTTP API until SIGTERM or SIGINT.",
    "worker": "Do tasks until SIGTERM or SIGINT.",
}
"""Their help stands here, because their modules need an extra and `kodus-ast --help` does not."""
GROUPS = {
    "keys": (
        "API keys of organizations.",
        {"create": "keys:create", "list": "keys:list_", "revoke": "keys:revoke"},
    ),
    "dlq": (
        "Dead letters: messages that no worker will take again.",
        {"list": "dlq:list_", "show": "dlq:show_", "replay": "dlq:replay", "purge": "dlq:purge"},
    ),
    "topology": (
        "Exchanges and queues of the broker.",
        {"apply": "topology:apply", "check": "topology:check"},
    ),
}
HELP = "Code graph and change impact: two commits in, the affected functions out."
EPILOGUE = "Exit codes:\n\n" + "\n\n".join(f"{code.value}: {words}" for code, words in MEANING.items())


def application(first: str = "") -> App:
    """The commands and what cyclopts gives with them: help, version, shell completion.

    `first` is the first argument. If it is a command, only the module of that command will be imported;
    a page that lists commands says what their docstrings say, and imports them.
    """
    app = App(
        name="kodus-ast",
        help=HELP,
        help_epilogue=EPILOGUE,
        version=tool_version,
        help_format="markdown",
        result_action="return_value",
    )
    is_listed = first not in {*COMMANDS, *SERVING, *GROUPS}
    for name, function in COMMANDS.items():
        app.command(_imported(function) if is_listed else _path(function), name=name)
    for name, words in SERVING.items():
        app.command(_path(f"{name}:{name}"), name=name, help=words)
    for name, (words, commands) in GROUPS.items():
        group = App(name=name, help=words, result_action="return_value")
        for own_name, function in commands.items():
            group.command(_imported(function) if first == name else _path(function), name=own_name)
        app.command(group)
    if is_listed:
        app.register_install_completion_command(add_to_startup=False)
    return app


def _path(function: str) -> str:
    """What cyclopts imports when the command is called."""
    return f"kodus_ast.cli.{function}"


def _imported(function: str) -> Callable[..., object]:
    module, _, name = _path(function).partition(":")
    found: Callable[..., object] = getattr(import_module(module), name)
    return found
