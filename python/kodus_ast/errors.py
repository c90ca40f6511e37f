"""All exceptions with a stable code. The docstring of each is its default message."""

from collections.abc import Sequence
from typing import ClassVar


class KodusAstError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal"
    transient: ClassVar[bool] = False
    """Whether a retry may succeed: workers retry transient errors only."""

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
    transient = True


class CancelledError(KodusAstError):
    """The work was stopped by its caller."""

    code = "cancelled"


class GitError(KodusAstError):
    """git could not do what was asked."""

    code = "git"
    transient = True


class RepositoryNotFoundError(KodusAstError):
    """There is no such repository, or these credentials may not see it."""

    code = "repository_not_found"


class BadCredentialsError(KodusAstError):
    """The host refuses these credentials."""

    code = "bad_credentials"


class CommitMissingError(KodusAstError):
    """The repository has no such commit, branch or tag, or its host does not give it out."""

    code = "commit_missing"


class RepositoryTooLargeError(KodusAstError):
    """The repository is larger than may be fetched."""

    code = "repository_too_large"


class FetchTimeoutError(KodusAstError):
    """Fetching took longer than it may."""

    code = "fetch_timeout"


class HostRefusedError(KodusAstError):
    """Repositories may not come from there."""

    code = "host_refused"


class NetworkError(KodusAstError):
    """The host of the repository cannot be reached, or broke the connection."""

    code = "network"
    transient = True


class PoisonedFilesError(KodusAstError):
    """Several files of the repository each kill the process that reads them."""

    code = "poisoned_files"


class BuildLimitError(KodusAstError):
    """Building the graph takes more memory or time than it may."""

    code = "build_limit"


class DatabaseAwayError(KodusAstError):
    """The database cannot be reached or did not answer in time."""

    code = "database_away"
    transient = True


class BadMigrationError(KodusAstError):
    """The schema is not what the migrations of this release say."""

    code = "bad_migration"


class QueueAwayError(KodusAstError):
    """The queue cannot be reached or did not answer in time."""

    code = "queue_away"
    transient = True


class BadTopologyError(KodusAstError):
    """Exchanges and queues are not as this release needs them."""

    code = "bad_topology"


class TaskNotFoundError(KodusAstError):
    """There is no such task."""

    code = "task_not_found"


class TaskEndedError(KodusAstError):
    """The task has ended."""

    code = "task_ended"


class TaskNotEndedError(KodusAstError):
    """The task has not ended yet."""

    code = "task_not_ended"


class TaskConflictError(KodusAstError):
    """Another task has this id, or this idempotency key with another request."""

    code = "task_conflict"


class TooManyTasksError(KodusAstError):
    """Too many tasks of this organization are waiting."""

    code = "too_many_tasks"
    retry_after_s: ClassVar[int] = 15


class WebhookNotFoundError(KodusAstError):
    """There is no such webhook."""

    code = "webhook_not_found"


class TooManyWebhooksError(KodusAstError):
    """The organization has as many webhooks as it may have."""

    code = "too_many_webhooks"


class WebhookRefusedError(KodusAstError):
    """The receiver of a webhook did not accept an event."""

    code = "webhook_refused"
    transient = True


class LeaseLostError(KodusAstError):
    """Another worker may hold the task by now."""

    code = "lease_lost"


class StalledError(KodusAstError):
    """Messages wait, but none is delivered."""

    code = "stalled"
    transient = True


class ChildKilledError(KodusAstError):
    """The process that did the work died."""

    code = "child_killed"
    transient = True

    def __init__(self, message: str | None = None, cause: str = "crash") -> None:
        super().__init__(message)
        self.cause = cause
        """`crash`, `memory`, `time`, or `killed` for a SIGKILL from outside."""


class TaskTimeoutError(KodusAstError):
    """The task took longer than it may."""

    code = "timeout"


class PoisonError(KodusAstError):
    """The processes that worked on this task, and on nothing else, died without an answer."""

    code = "poison"


class DeadLetterError(KodusAstError):
    """The queue gave up the message before a worker could claim the task."""

    code = "dead_letter"


class BadRequestError(KodusAstError):
    """The request is not of the agreed shape."""

    code = "bad_request"
    fields: Sequence[object] = ()
    """The problems of single fields, where they are known."""


class UnsupportedKindError(KodusAstError):
    """This release does not know this kind of task."""

    code = "unsupported_kind"


class SealedGoneError(KodusAstError):
    """What was sealed for the task is gone; submit it again."""

    code = "sealed_gone"


class ArtifactGoneError(KodusAstError):
    """The artefact is no longer kept."""

    code = "artifact_gone"


class InsecureError(KodusAstError):
    """In production every connection must be encrypted and verified."""

    code = "insecure"


class MissingExtraError(KodusAstError):
    """An optional part of the package is not installed."""

    code = "missing_extra"


class UnauthorizedError(KodusAstError):
    """The key is missing, unknown or revoked."""

    code = "unauthorized"


class ForbiddenError(KodusAstError):
    """The key does not have the scope that this needs."""

    code = "forbidden"


class NoSuchRouteError(KodusAstError):
    """There is nothing at this address."""

    code = "no_such_route"


class MethodNotAllowedError(KodusAstError):
    """The address does not accept this method."""

    code = "method_not_allowed"


class NotAcceptableError(KodusAstError):
    """The answer has none of the media types that the request accepts."""

    code = "not_acceptable"


class UnsupportedMediaTypeError(KodusAstError):
    """The body must be JSON in UTF-8, and not compressed."""

    code = "unsupported_media_type"


class TooLargeError(KodusAstError):
    """The request is larger than is accepted."""

    code = "too_large"


class TooSlowError(KodusAstError):
    """The body did not arrive in time."""

    code = "too_slow"
    transient = True


class RateLimitedError(KodusAstError):
    """This key asks more often than it may."""

    code = "rate_limited"
    transient = True
    retry_after_s: ClassVar[int] = 1


class TaskFailedError(KodusAstError):
    """The task has ended without a result."""

    code = "task_failed"


class ApiAwayError(KodusAstError):
    """The service cannot be reached, or did not answer in time."""

    code = "api_away"
    transient = True


_ALL: list[type[KodusAstError]] = KodusAstError.__subclasses__()
BY_CODE = {error.code: error for error in _ALL}
"""The exception class of each code."""
