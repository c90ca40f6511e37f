"""The repository and the states of it that a command is about, with defaults and labels for people."""

import re
from dataclasses import dataclass
from pathlib import Path

from kodus_ast.errors import (
    BadOptionError,
    NotADirectoryOrRepositoryError,
    NotARepositoryError,
    NotFoundError,
    UnknownRevisionError,
)
from kodus_ast.ports import Repos, Services

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of the source: a commit, or the files of a directory."""

    root: Path
    commit: str | None
    label: str
    undo: str | None = None
    """A diff that the commit contains: the revision is the state before it."""

    @property
    def words(self) -> str:
        """A label for people: the short commit id, and the name that was given."""
        if self.commit is None or self.undo is not None:
            return self.label
        short = self.commit[:9]
        return short if self.commit.startswith(self.label) else f"{short} ({self.label})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states of one repository."""

    repo: str
    base: Revision
    head: Revision


async def comparison(
    services: Services, repo: str, base: str | None, head: str | None, worktree: bool, diff: str | None = None
) -> Comparison:
    """The two states to compare, by the defaults of docs/cli.md. With a diff, base is head without it."""
    if head and worktree:
        raise BadOptionError("--head and --worktree exclude each other")
    if base and diff is not None:
        raise BadOptionError("--base and --diff exclude each other: the diff says what was before")
    root = await _repository(services.repos, repo)
    after = await _head(services.repos, root, head, worktree)
    if diff is not None:
        before = Revision(root, after.commit, f"{after.words} without the diff", diff)
    else:
        before = await _base(services.repos, root, base, after)
    return Comparison(repo if URL.match(repo) else str(root), before, after)


async def single(services: Services, repo: str, ref: str | None) -> Revision:
    """The state that a query is about: `ref`, else the directory; HEAD if the directory is unchanged."""
    repos = services.repos
    if not URL.match(repo):
        directory = _directory(repo)
        root = await repos.locate(directory)
        if root is None:
            if ref:
                raise NotARepositoryError(f"{directory} is not a git repository")
            return Revision(directory, None, "the directory")
        if ref is None and (directory.resolve() != root.resolve() or await repos.head(root) is None):
            return Revision(directory, None, "the directory")
    root = await _repository(repos, repo)
    return await _head(repos, root, ref, worktree=False)


async def branches(
    services: Services, repo: str, one: str, other: str, base: str | None
) -> tuple[Revision, Revision, Revision]:
    """The merge base (or the given base) and both revisions."""
    root = await _repository(services.repos, repo)
    first = Revision(root, await services.repos.commit_of(root, one), one)
    second = Revision(root, await services.repos.commit_of(root, other), other)
    if base:
        return Revision(root, await services.repos.commit_of(root, base), base), first, second
    parting = await services.repos.merge_base(root, first.commit or one, second.commit or other)
    if parting is None:
        shallow = await services.repos.is_shallow(root)
        hint = "the clone is shallow, fetch more history" if shallow else "name one with --base"
        raise UnknownRevisionError(f"{root}: no common ancestor of {one} and {other}; {hint}")
    return Revision(root, parting, "where they part"), first, second


def _directory(repo: str) -> Path:
    path = Path(repo).expanduser()
    try:
        if path.is_dir():
            return path
        exists = path.exists()
    except OSError as error:
        raise NotFoundError(f"{repo} cannot be read: {error.strerror}") from None
    if not exists:
        raise NotFoundError(f"{repo} does not exist")
    raise NotADirectoryOrRepositoryError(f"{repo} is a file; name a directory or a git repository")


async def _repository(repos: Repos, repo: str) -> Path:
    if URL.match(repo):
        return await repos.fetch(repo)
    root = await repos.locate(_directory(repo))
    if root is None:
        raise NotARepositoryError(f"{repo} is not a git repository")
    return root


async def _head(repos: Repos, root: Path, head: str | None, worktree: bool) -> Revision:
    if head:
        return Revision(root, await repos.commit_of(root, head), head)
    bare = await repos.is_bare(root)
    if worktree and bare:
        raise BadOptionError(f"{root} is a bare repository and has no working tree")
    tip = await repos.head(root)
    if tip is None:
        raise UnknownRevisionError(f"{root} has no commit yet")
    if worktree or (not bare and await repos.is_dirty(root)):
        return Revision(root, None, "the working tree")
    return Revision(root, tip, "HEAD")


async def _base(repos: Repos, root: Path, base: str | None, head: Revision) -> Revision:
    if base:
        return Revision(root, await repos.commit_of(root, base), base)
    tip = head.commit or await repos.commit_of(root, "HEAD")
    default = await repos.default_branch(root)
    if default:
        branch, commit = default
        parting = await repos.merge_base(root, commit, tip)
        if parting is None:
            shallow = await repos.is_shallow(root)
            hint = "the clone is shallow, fetch more history" if shallow else "name one with --base"
            raise UnknownRevisionError(f"{root}: no common ancestor with {branch}; {hint}")
        if parting != tip:
            return Revision(root, parting, f"merge base with {branch}")
    if head.commit is None:
        return Revision(root, tip, "HEAD")
    try:
        return Revision(root, await repos.commit_of(root, f"{tip}~1"), f"{head.label}~1")
    except UnknownRevisionError:
        shallow = await repos.is_shallow(root)
        why = "the clone is shallow, its parent was not fetched" if shallow else "it is the first commit"
        raise UnknownRevisionError(f"{head.words} has no parent to compare with: {why}") from None
