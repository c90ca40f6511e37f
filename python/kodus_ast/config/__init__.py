"""The settings, read once from the environment. The only reader of `os.environ`.

`settings` and the modules that it imports declare them, `kinds` says which texts they accept, `reader` reads
what is declared, `production` refuses what is not secure.
"""

import os
from collections.abc import Mapping
from dataclasses import replace

from kodus_ast.config.api_settings import ApiSettings
from kodus_ast.config.kinds import MEBIBYTE
from kodus_ast.config.limits import ChildLimits, CoreLimits, FetchLimits
from kodus_ast.config.process_environments import child_environment, git_environment, task_git_environment
from kodus_ast.config.reader import read, refuse_unknown, settings_of
from kodus_ast.config.service_settings import ServiceSettings
from kodus_ast.config.settings import FOR_DEVELOPMENT, Settings

# ruff: noqa: PLC0415 - every command reads the settings, and waits for what is imported here

__all__ = [
    "MEBIBYTE",
    "ApiSettings",
    "ChildLimits",
    "CoreLimits",
    "FetchLimits",
    "ServiceSettings",
    "Settings",
    "is_terminal_forced",
    "known_variables",
    "settings_from",
]


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that these variables describe.

    `BadOptionError` for a value that is not accepted or a variable that does not exist, `InsecureError` for
    what production refuses.
    """
    refuse_unknown(environment, known_variables())
    settings = read(Settings, environment)
    if settings.service.is_production:
        from kodus_ast.config.production import refuse_insecure_connections

        refuse_insecure_connections(settings.service)
    return replace(
        settings,
        git_environment=git_environment(environment, settings.git_protocols),
        task_git_environment=task_git_environment(environment, settings.git_protocols),
        service=replace(settings.service, child_environment=child_environment(environment)),
    )


def known_variables() -> list[str]:
    """The name of every variable that sets something, those of development included."""
    return [*(one.variable for _, _, one in settings_of(Settings, "")), *FOR_DEVELOPMENT]


def is_terminal_forced(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a pipe is to be written to as a terminal, by the variables that rich reads."""
    return bool(environment.get("FORCE_COLOR")) or environment.get("TTY_COMPATIBLE") == "1"
