"""The program: reads the settings, chooses the adapters, hands both to the command line."""

import sys

from kodus_ast import cli
from kodus_ast.adapters.cache import CacheDirectory
from kodus_ast.adapters.git import GitRepos
from kodus_ast.config import settings_from
from kodus_ast.errors import BadOptionError
from kodus_ast.ports import Services


def main() -> None:
    """The entry point `kodus-ast`."""
    try:
        settings = settings_from()
    except BadOptionError as error:
        sys.exit(cli.refused(error))
    artifacts = CacheDirectory(settings.cache_directory / "graphs", settings.cache_bytes)
    sys.exit(cli.run(sys.argv[1:], Services(settings, GitRepos(settings), artifacts)))


if __name__ == "__main__":
    main()
