"""Every exception that a caller can act on. The docstring of each is its message when none is given."""

from typing import ClassVar


class KodusAstError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class InternalError(KodusAstError):
    """A defect of kodus-ast itself."""


class NotFoundError(KodusAstError):
    """The path does not exist."""

    code = "not_found"


class NotADirectoryOrRepositoryError(KodusAstError):
    """The path is a file; name a directory or a git repository."""

    code = "not_a_directory"


class NotARepositoryError(KodusAstError):
    """The path is not a git repository."""

    code = "not_a_repository"


class UnknownRevisionError(KodusAstError):
    """The repository has no such commit, branch or tag."""

    code = "unknown_revision"


class BrokenRepositoryError(KodusAstError):
    """The object store of the repository cannot be read."""

    code = "broken_repository"


class BadArtifactError(KodusAstError):
    """The file is not a usable graph artefact."""

    code = "bad_artifact"


class NoSuchSymbolError(KodusAstError):
    """The graph holds no such symbol."""

    code = "no_such_symbol"


class AmbiguousSymbolError(KodusAstError):
    """The name stands for several symbols."""

    code = "ambiguous_symbol"


class BadOptionError(KodusAstError):
    """An option's value is not accepted."""

    code = "bad_option"


class BadDiffError(KodusAstError):
    """The diff cannot be read as one."""

    code = "bad_diff"


class StorageError(KodusAstError):
    """Reading or writing a file failed."""

    code = "io"


class CancelledError(KodusAstError):
    """The work was stopped by its caller."""

    code = "cancelled"


class GitError(KodusAstError):
    """git could not do what was asked."""

    code = "git"


_ALL: list[type[KodusAstError]] = KodusAstError.__subclasses__()
BY_CODE = {error.code: error for error in _ALL}
"""The exception of each stable code, as the core and the adapters give it."""
