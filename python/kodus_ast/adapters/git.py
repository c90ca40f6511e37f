"""The `Repos` port over the git program: reads local repositories; `git_remote` fetches from hosts."""

from dataclasses import dataclass
from pathlib import Path

from kodus_ast.adapters.git_remote import REFERENCE, RemoteGit
from kodus_ast.errors import GitError, UnknownRevisionError


@dataclass(frozen=True, slots=True)
class GitRepos(RemoteGit):
    """Repositories, read and fetched with the git program of this machine."""

    async def locate(self, path: Path) -> Path | None:
        """The top directory of the repository that holds `path` (of a bare one, itself), or None."""
        ran = await self._run(path, "rev-parse", "--show-toplevel")
        if ran.code == 0:
            return Path(ran.out.strip("\n"))
        if "must be run in a work tree" in ran.err:
            bare = await self._run(path, "rev-parse", "--absolute-git-dir")
            if bare.code == 0:
                return Path(bare.out.strip("\n"))
        if "dubious ownership" in ran.err:
            raise GitError(f"{path} belongs to another user; see 'git help config', safe.directory")
        return None

    async def is_bare(self, repo: Path) -> bool:
        """Whether the repository has no work tree."""
        return (await self._git(repo, "rev-parse", "--is-bare-repository")).strip() == "true"

    async def is_dirty(self, repo: Path) -> bool:
        """Whether the work tree differs from HEAD, new files that are not ignored included."""
        return bool(await self._git(repo, "status", "--porcelain=v1", "-z", "--ignore-submodules=dirty"))

    async def is_shallow(self, repo: Path) -> bool:
        """Whether history was cut off when the repository was cloned."""
        return (await self._git(repo, "rev-parse", "--is-shallow-repository")).strip() == "true"

    async def commit_of(self, repo: Path, reference: str) -> str:
        """The full commit id of a reference; `UnknownRevisionError` if there is none."""
        commit = await self._commit(repo, reference) if REFERENCE.fullmatch(reference) else None
        if commit is None:
            raise UnknownRevisionError(f"{repo} has no commit, branch or tag '{reference}'")
        return commit

    async def head(self, repo: Path) -> str | None:
        """The commit of HEAD, or None when the repository has no commit."""
        return await self._commit(repo, "HEAD")

    async def default_branch(self, repo: Path) -> tuple[str, str] | None:
        """The remote's HEAD; else `main` or `master`, of the remote before the local one."""
        ran = await self._run(repo, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
        candidates = [ran.out.strip().removeprefix("refs/remotes/")] if ran.code == 0 else []
        if not candidates and await self.is_bare(repo):
            ran = await self._run(repo, "symbolic-ref", "--quiet", "HEAD")
            candidates = [ran.out.strip().removeprefix("refs/heads/")] if ran.code == 0 else []
        for branch in (*candidates, "origin/main", "origin/master", "main", "master"):
            namespace = "remotes" if branch.startswith("origin/") else "heads"
            if commit := await self._commit(repo, f"refs/{namespace}/{branch}"):
                return branch, commit
        return None

    async def merge_base(self, repo: Path, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, or None."""
        ran = await self._run(repo, "merge-base", one, other)
        return ran.out.split("\n")[0] if ran.code == 0 and ran.out else None

    async def _commit(self, repo: Path, reference: str) -> str | None:
        ran = await self._run(
            repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}"
        )
        return ran.out.strip() if ran.code == 0 else None
