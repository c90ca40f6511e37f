"""What the program needs from outside, by role; `adapters` holds the products that fill the roles."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kodus_ast.config import Settings


class Repos(Protocol):
    """Git repositories: what a reference stands for, and where to find the objects."""

    async def locate(self, path: Path) -> Path | None:
        """The top of the repository that holds `path` (of a bare one, itself), or None."""

    async def fetch(self, url: str) -> Path:
        """A bare repository with the objects of `url`, brought up to date."""

    async def is_bare(self, repo: Path) -> bool:
        """Whether the repository has no work tree."""

    async def is_dirty(self, repo: Path) -> bool:
        """Whether the work tree differs from HEAD, new files that are not ignored included."""

    async def is_shallow(self, repo: Path) -> bool:
        """Whether history was cut off when the repository was cloned."""

    async def commit_of(self, repo: Path, reference: str) -> str:
        """The full commit id of a reference; `UnknownRevisionError` if there is none."""

    async def head(self, repo: Path) -> str | None:
        """The commit of HEAD, or None when the repository has no commit."""

    async def default_branch(self, repo: Path) -> tuple[str, str] | None:
        """Name and commit of the branch that changes go to, or None when it cannot be told."""

    async def merge_base(self, repo: Path, one: str, other: str) -> str | None:
        """The commit where two histories part, or None."""


class Artifacts(Protocol):
    """Graphs that were built before, by a key that says all they depend on."""

    def find(self, key: str) -> Path | None:
        """The stored artefact, or None."""

    def put(self, key: str, file: Path) -> Path:
        """Keeps a finished file under the key; returns where it is now."""

    def clear(self) -> None:
        """Forgets all of them."""


@dataclass(frozen=True, slots=True)
class Services:
    """All that a command may reach."""

    settings: Settings
    repos: Repos
    artifacts: Artifacts
