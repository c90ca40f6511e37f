"""The exit codes of the command line, documented in docs/cli.md and in --help."""

from enum import IntEnum

from kodus_ast.errors import KodusAstError


class Exit(IntEnum):
    """The exit codes of `kodus-ast`."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    NOT_FOUND = 3
    INVALID = 4
    OUTSIDE = 5
    INTERRUPTED = 130


MEANING = {
    Exit.OK: "the answer was given, an empty one too",
    Exit.INTERNAL: "a defect of kodus-ast",
    Exit.USAGE: "bad options or input, such as a path that is no repository",
    Exit.NOT_FOUND: "no such path, commit, branch or symbol; or a name that several symbols have",
    Exit.INVALID: "validate found a file that is invalid or cannot be read",
    Exit.OUTSIDE: "something outside failed: git, the network, the disk, the database, the queue",
    Exit.INTERRUPTED: "interrupted",
}

_BY_CODE = {
    "not_found": Exit.NOT_FOUND,
    "not_a_directory": Exit.USAGE,
    "not_a_repository": Exit.USAGE,
    "unknown_revision": Exit.NOT_FOUND,
    "broken_repository": Exit.OUTSIDE,
    "bad_artifact": Exit.OUTSIDE,
    "no_such_symbol": Exit.NOT_FOUND,
    "ambiguous_symbol": Exit.NOT_FOUND,
    "bad_option": Exit.USAGE,
    "bad_diff": Exit.USAGE,
    "io": Exit.OUTSIDE,
    "cancelled": Exit.INTERRUPTED,
    "git": Exit.OUTSIDE,
    "repository_not_found": Exit.NOT_FOUND,
    "bad_credentials": Exit.OUTSIDE,
    "commit_missing": Exit.NOT_FOUND,
    "repository_too_large": Exit.OUTSIDE,
    "fetch_timeout": Exit.OUTSIDE,
    "host_refused": Exit.USAGE,
    "network": Exit.OUTSIDE,
    "poisoned_files": Exit.OUTSIDE,
    "build_limit": Exit.OUTSIDE,
    "database_away": Exit.OUTSIDE,
    "queue_away": Exit.OUTSIDE,
    "bad_migration": Exit.OUTSIDE,
    "bad_topology": Exit.OUTSIDE,
    "stalled": Exit.OUTSIDE,
    "task_not_found": Exit.NOT_FOUND,
    "task_ended": Exit.USAGE,
    "task_conflict": Exit.USAGE,
    "sealed_gone": Exit.USAGE,
    "insecure": Exit.USAGE,
    "missing_extra": Exit.USAGE,
}


def exit_of(error: KodusAstError) -> Exit:
    """The exit code of an error."""
    return _BY_CODE.get(error.code, Exit.INTERNAL)
