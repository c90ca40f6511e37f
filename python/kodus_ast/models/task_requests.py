"""Requests of tasks: the part that is stored in the row, and the part that is sealed until the task ends."""

import hashlib
import re
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, field

FULL_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""A commit id in full: SHA-1 or SHA-256."""
SHORT_COMMIT = re.compile(r"[0-9a-f]{7,63}")
"""The beginning of a commit id; hosts show seven digits at least."""


class RepoAuth(Struct, frozen=True, rename="camel"):
    """Credentials for one repository. Never in a row, a message or a log."""

    token: str = ""
    username: str = ""
    password: str = ""
    type: str = ""
    org: str = ""

    def __repr__(self) -> str:
        """Without the content: a repr ends up in tracebacks and logs."""
        return "RepoAuth(…)"


class RepoRef(Struct, frozen=True, rename="camel", kw_only=True):
    """A repository and a state of it, as stored in rows."""

    organization_id: str = ""
    repository_id: str = ""
    repository_name: str = ""
    url: str
    provider: str = ""
    branch: str = ""
    commit_sha: str = ""
    default_branch: str = ""
    installation_id: str = ""
    workspace_id: str = ""

    @property
    def short_commit(self) -> str | None:
        """The beginning of a commit id, if the reference names the commit by one."""
        commit = self.commit_sha.lower()
        return commit if SHORT_COMMIT.fullmatch(commit) and not self.full_commit else None

    @property
    def full_commit(self) -> str | None:
        """The commit, if the reference names it by its full id."""
        commit = self.commit_sha.lower()
        return commit if FULL_COMMIT.fullmatch(commit) else None


class Remote(Struct, frozen=True, kw_only=True):
    """A repository for fetching: its URL, the organization on whose behalf, and the credentials."""

    url: str
    organization: str
    provider: str = ""
    auth: RepoAuth | None = None


class ImpactOptions(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Options of the impact analysis, with the defaults of `kodus-ast impact`."""

    depth: int = 3
    min_confidence: float = 0.5
    max_affected: int = 1000
    test_depth: int = 10
    # A float, because JSON clients may write a whole number as 150.0.
    budget: Annotated[float, Meta(ge=0, le=10_000_000)] = 0
    """The most characters of `prompt`, a page for people and language models; 0: no page."""


class GraphRequest(Struct, frozen=True, rename="camel", kw_only=True):
    """The request of `TaskKind.REPOSITORY_GRAPH`."""

    head_repo: RepoRef
    base_repo: RepoRef | None = None


class ChunkRequest(Struct, frozen=True, rename="camel", kw_only=True):
    """The request of `TaskKind.CHUNK_IMPACT`; the chunk itself is sealed."""

    base_repo: RepoRef
    head_repo: RepoRef
    file_name: str
    graphs_task_id: UUID | None = None


class GivenFile(Struct, frozen=True, rename="camel"):
    """A file that the client has sent; its content is sealed."""

    id: str
    file_path: str
    language: str = ""


class ValidateRequest(Struct, frozen=True, rename="camel"):
    """The request of `TaskKind.VALIDATE_CODE`."""

    files: list[GivenFile]


class ContentRequest(Struct, frozen=True, rename="camel"):
    """The request of `TaskKind.CONTENT`; contents and diffs are sealed, diffs as `diff:<id>`."""

    files: list[GivenFile]


class ImpactRequest(Struct, frozen=True, rename="camel", kw_only=True):
    """The request of `TaskKind.IMPACT`."""

    base_repo: RepoRef
    head_repo: RepoRef
    options: ImpactOptions = field(default_factory=ImpactOptions)


class Sealed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The part that only workers may read: stored by the `Secrets` port, never in a row."""

    base_auth: RepoAuth | None = None
    head_auth: RepoAuth | None = None
    code_chunk: str = ""
    diff: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """Contents by `GivenFile.id`."""

    def __repr__(self) -> str:
        """Without the content: a repr ends up in tracebacks and logs."""
        return "Sealed(…)"


def input_hash(request: Struct, *contents: bytes) -> str:
    """The hash of everything that determines the answer: the request and sealed contents, not credentials."""
    digest = hashlib.sha256(msgspec.json.encode(request, order="sorted"))
    for content in contents:
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def as_row(request: Struct) -> dict[str, Any]:
    """The request for `Task.request`."""
    row: dict[str, Any] = msgspec.to_builtins(request)
    return row
