"""Maps what git writes to stderr to errors with codes: one table, the first row that matches decides."""

import re
from collections.abc import Callable

from kodus_ast.errors import (
    BadCredentialsError,
    BrokenRepositoryError,
    CommitMissingError,
    FetchTimeoutError,
    GitError,
    HostRefusedError,
    KodusAstError,
    NetworkError,
    RepositoryNotFoundError,
    RepositoryTooLargeError,
    StorageError,
)

MAX_REASON_CHARACTERS = 200
"""How much of an unknown message is kept: the host may have written part of it."""


def _row(
    pattern: str, error: Callable[[], KodusAstError]
) -> tuple[re.Pattern[str], Callable[[], KodusAstError]]:
    return re.compile(pattern), error


def _broken() -> KodusAstError:
    return BrokenRepositoryError("the host sent objects that git takes for damaged, or left some out")


PATTERNS = (
    _row(
        r"Authentication failed|could not read (?:Username|Password)|returned error: 40[13]|Access denied",
        BadCredentialsError,
    ),
    _row(
        r"returned error: 30\d|redirection",
        lambda: HostRefusedError(
            "the host redirects, and redirects are not followed: name the repository's own URL"
        ),
    ),
    _row(
        r"repository '[^']*' (?:not found|does not exist)|does not appear to be a git repository"
        r"|returned error: 4(?:04|10)|is this a git repository|dumb http transport",
        RepositoryNotFoundError,
    ),
    _row(r"not our ref|couldn't find remote ref|unadvertised object|no such remote ref", CommitMissingError),
    _row(
        r"signal 25|File too large|exceeds maximum allowed size|[Oo]ut of memory|memory exhausted|signal 9\b"
        r"|unable to create thread",
        RepositoryTooLargeError,
    ),
    _row(r"No space left on device|Disk quota exceeded", lambda: StorageError("the disk is full")),
    _row(r"Operation too slow|Operation timed out", FetchTimeoutError),
    _row(
        r"certificate",
        lambda: NetworkError("the certificate of the host is not trusted, or is another host's"),
    ),
    _row(
        r"early EOF|disconnect|RPC failed|Could not resolve|Failed to connect|Couldn't connect|[Cc]onnection"
        r"|returned error: (?:429|5\d\d)|Recv failure|SSL|GnuTLS|Empty reply|hung up|transfer closed"
        r"|expected (?:flush|')|protocol error|bad line length|bad band|unexpected|invalid server response",
        NetworkError,
    ),
    _row(
        r"fsck|index-pack|[Bb]ad (?:pack|object|tree|revision)|corrupt|inflate|bogus|object directory"
        r"|missing (?:blob|tree|commit|necessary)|did not send all necessary objects|not a git repository"
        r"|Could not read|invalid hash|too many objects",
        _broken,
    ),
)


def error_of(command: str, stderr: str, code: int) -> KodusAstError:
    """The error for a failed git command. Lines that the host writes (`remote:`) are ignored."""
    lines = [line for line in stderr.splitlines() if line.strip() and not line.startswith("remote:")]
    text = "\n".join(lines)
    for pattern, error in PATTERNS:
        if pattern.search(text):
            return error()
    reason = lines[-1].removeprefix("fatal: ")[:MAX_REASON_CHARACTERS] if lines else f"exit code {code}"
    return GitError(f"git {command} failed: {reason}")
