"""The entry point: reads the settings, chooses the adapters, and runs the command line."""

import sys
from typing import TYPE_CHECKING

from kodus_ast import cli
from kodus_ast.config import Settings, settings_from
from kodus_ast.errors import BadOptionError, InsecureError

if TYPE_CHECKING:
    from kodus_ast.ports import Services


def main() -> None:
    """The entry point `kodus-ast`."""
    try:
        settings = settings_from()
    except (BadOptionError, InsecureError) as error:
        sys.exit(cli.refused(error))
    sys.exit(cli.run(sys.argv[1:], lambda: services(settings)))


def services(settings: Settings) -> "Services":
    """What commands need from outside."""
    # ruff: noqa: PLC0415 - some commands need nothing from outside, and start sooner
    from kodus_ast.adapters.disk_cache import CacheDirectory
    from kodus_ast.adapters.git import GitRepos
    from kodus_ast.adapters.service_context import connect_service, operations
    from kodus_ast.ports import Services

    repos = GitRepos(settings)
    graphs = CacheDirectory(settings.cache_directory / "graphs", settings.cache_bytes)
    return Services(
        settings, repos, graphs, lambda: connect_service(settings, repos, graphs), operations(settings)
    )


if __name__ == "__main__":
    main()
