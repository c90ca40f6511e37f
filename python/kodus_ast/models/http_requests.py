"""Bodies and queries of the HTTP API. Unknown fields are ignored, and null means absent."""

import re
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, field

from kodus_ast.models.task_requests import ImpactOptions
from kodus_ast.models.tasks import Priority, TaskStatus

# PostgreSQL stores no NUL in text.
Name = Annotated[str, Meta(max_length=1000, pattern=r"^[^\x00]*$")]
PROVIDERS = {
    "": "",
    "UNSPECIFIED": "",
    "GITHUB": "GITHUB",
    "GITLAB": "GITLAB",
    "BITBUCKET": "BITBUCKET",
    "AZURE_DEVOPS": "AZURE_DEVOPS",
    "AZURE_REPOS": "AZURE_DEVOPS",
}
"""The spellings that clients use, after a prefix that some leave out, and the provider."""
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
PREFIX = "PROTO_PLATFORM_TYPE_"


def uuid_of(text: str | int | None) -> UUID | None:
    """The id, or None for what is no UUID: the earlier service ignored such ids, and clients send them."""
    return UUID(text) if isinstance(text, str) and UUID_TEXT.fullmatch(text) else None


def _in_either_case(text: str) -> str:
    return "".join(f"[{one.upper()}{one.lower()}]" if one.isalpha() else one for one in text)


_SPELLINGS = "|".join(_in_either_case(one) for one in PROVIDERS if one)
Provider = Annotated[str, Meta(pattern=f"^((?:{_in_either_case(PREFIX)})?(?:{_SPELLINGS}))?$")]
Status = Annotated[str, Meta(pattern=f"^([1-5]|{'|'.join(map(_in_either_case, TaskStatus))})$")]
Base64 = Annotated[str, Meta(extra_json_schema={"format": "byte"})]
Id = Name | int | None
"""Some clients send ids of hosts as numbers, others as texts."""
TaskId = Annotated[str, Meta(max_length=100)]
"""The id of a requested task. Any text is accepted; one that is no UUID is the id of no task."""
OwnId = (
    Annotated[
        str,
        Meta(max_length=1000, extra_json_schema={"description": "A UUID; anything else means absent"}),
    ]
    | int
)
FilePath = Annotated[str, Meta(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]
FileId = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Url = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^[^\x00-\x20]+$")]


class Auth(Struct, frozen=True, rename="camel"):
    """Credentials for one repository: a token, or a user name and a password."""

    token: str | None = None
    username: str | None = None
    password: str | None = None
    type: Id = None
    org: Id = None

    def __repr__(self) -> str:
        """Without the content: a repr ends up in tracebacks and logs."""
        return "Auth(…)"


class Repo(Struct, frozen=True, rename="camel", kw_only=True):
    """A repository and a state of it: `commitSha` wins over `branch`."""

    url: Url
    organization_id: Id = None
    repository_id: Id = None
    repository_name: Name | None = None
    branch: Name | None = None
    commit_sha: Name | None = None
    default_branch: Name | None = None
    provider: Provider | None = None
    """GITHUB, GITLAB, BITBUCKET or AZURE_DEVOPS, also after PROTO_PLATFORM_TYPE_; if absent, by the host."""
    auth: Auth | None = None
    installation_id: Id = None
    workspace_id: Id = None


class InitializeGraphs(Struct, frozen=True, rename="camel", kw_only=True):
    """Asks for the graphs of a base and a head."""

    base_repo: Repo | None = None
    head_repo: Repo
    file_paths: list[FilePath] | None = None
    """Sent by clients of the earlier service and ignored: a graph always covers the whole repository,
    because callers of these files are elsewhere."""
    priority: Priority | None = None
    task_id: OwnId | None = None


class DeleteGraphs(Struct, frozen=True, rename="camel", kw_only=True):
    """Deletes everything that is kept of a repository; with `taskId`, what this task keeps."""

    base_repo: Repo | None = None
    head_repo: Repo
    task_id: OwnId | None = None


class InitializeChunk(Struct, frozen=True, rename="camel", kw_only=True):
    """Asks whom a chunk of changed code in one file affects."""

    base_repo: Repo
    head_repo: Repo
    code_chunk: str
    """A unified diff, a git diff, the form with `__new hunk__` markers, or code without diff marks."""
    file_name: FilePath
    graphs_task_id: OwnId | None = None
    priority: Priority | None = None
    task_id: OwnId | None = None


class RetrieveChunk(Struct, frozen=True, rename="camel", kw_only=True):
    """Asks for the result of an analysis; repositories in the body are ignored."""

    task_id: TaskId


class DiffContent(Struct, frozen=True, rename="camel", kw_only=True):
    """Asks for what a reviewer needs to read beside a diff."""

    task_id: TaskId
    head_repo: Repo
    base_repo: Repo | None = None
    diff: str
    file_path: FilePath
    # A float, because JSON clients may write a whole number as 150.0.
    budget: Annotated[float, Meta(ge=0, le=10_000_000)] | None = None
    """The most characters; 60,000 by default."""


class DiffFile(Struct, frozen=True, rename="camel"):
    """A file that the client sends, and the diff of its changes."""

    id: FileId
    file_path: FilePath
    content: Base64
    """The content, which may be compressed with gzip, in base64."""
    diff: str = ""


class InitializeContent(Struct, frozen=True, rename="camel", kw_only=True):
    """Asks for excerpts of files that the client sends."""

    files: Annotated[list[DiffFile], Meta(min_length=1, max_length=1000)]
    priority: Priority | None = None
    task_id: OwnId | None = None


class RetrieveContent(Struct, frozen=True, rename="camel"):
    """Asks for excerpts that were made."""

    task_id: TaskId


class EncodedFile(Struct, frozen=True, rename="camel"):
    """A file to check."""

    id: FileId
    encoded_data: Base64
    file_path: FilePath
    language: Name | None = None


class ValidateCode(Struct, frozen=True, rename="camel", kw_only=True):
    """Asks whether files are valid in their languages."""

    files: Annotated[list[EncodedFile], Meta(min_length=1, max_length=1000)]
    priority: Priority | None = None
    task_id: OwnId | None = None


class ValidateNow(Struct, frozen=True, rename="camel"):
    """Asks for validation within the request: at most 20 files and 1 MiB."""

    files: Annotated[list[EncodedFile], Meta(min_length=1, max_length=20)]


class SuggestedFile(Struct, frozen=True, rename="camel"):
    """A file as it would be with a suggestion: its whole text, in base64."""

    file_path: FilePath | None = None
    relevant_file: FilePath | None = None
    """Another name for `filePath`."""
    encoded_data: Base64 | None = None
    encoded_patch: Base64 | None = None
    """Another name for `encodedData`."""
    language: Name | None = None

    @property
    def path(self) -> str:
        """The path by either name, empty if there is none."""
        return self.file_path or self.relevant_file or ""

    @property
    def data(self) -> str | None:
        """The text by either name, None if there is none."""
        return self.encoded_patch if self.encoded_data is None else self.encoded_data


class DiagnoseSuggestions(Struct, frozen=True, rename="camel", kw_only=True):
    """Asks for the problems of files with suggestions; a repository in the body is ignored."""

    files: Annotated[list[SuggestedFile], Meta(max_length=1000)] | None = None
    suggestions: Annotated[list[SuggestedFile], Meta(max_length=1000)] | None = None
    """Another name for `files`."""
    language: Name | None = None
    priority: Priority | None = None
    task_id: OwnId | None = None


class InitializeImpact(Struct, frozen=True, rename="camel", kw_only=True):
    """Asks which definitions a change between two states of a repository affects."""

    base_repo: Repo
    head_repo: Repo
    diff: str | None = None
    options: ImpactOptions = field(default_factory=ImpactOptions)
    priority: Priority | None = None
    task_id: OwnId | None = None


WebhookUrl = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2000,
        # What every installation accepts; one may allow other ports and names as well.
        extra_json_schema={
            "pattern": r"^https://([a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?\.){1,5}[a-z]{2,20}(/[A-Za-z0-9_~-]+){1,20}$"
        },
    ),
]


class NewWebhook(Struct, frozen=True):
    """Asks for completion events at a URL: https, with a path, without user name and query."""

    url: WebhookUrl

    def __repr__(self) -> str:
        """Without the content: the path may hold a secret, and a repr ends up in tracebacks and logs."""
        return "NewWebhook(…)"


class TasksQuery(Struct, frozen=True):
    """Which tasks to list."""

    status: Status | None = None
    """A status, as a number or a name."""
    type: Name | None = None
    cursor: UUID | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class EventsQuery(Struct, frozen=True):
    """Which events to list."""

    after: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    """The id of the last event that the client has; the header `Last-Event-ID` wins."""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 1000


class SideQuery(Struct, frozen=True):
    """Which graph of the task is queried."""

    side: Annotated[str, Meta(pattern="^(head|base)$")] = "head"


class NeighboursQuery(SideQuery, frozen=True):
    """How many steps to follow, and the least confidence of calls."""

    depth: Annotated[int, Meta(ge=1, le=20)] = 1
    min_confidence: Annotated[float, Meta(ge=0, le=1)] = 0.5


class PathQuery(SideQuery, frozen=True, kw_only=True):
    """The end of the path."""

    to: Annotated[str, Meta(min_length=1, max_length=4096)]
    min_confidence: Annotated[float, Meta(ge=0, le=1)] = 0.5


class SearchQuery(SideQuery, frozen=True, kw_only=True):
    """The text that the id contains."""

    q: Annotated[str, Meta(min_length=1, max_length=500)]
    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class LettersQuery(Struct, frozen=True):
    """How many dead letters to list, oldest first."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
