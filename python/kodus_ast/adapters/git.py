"""Repositories through the `git` program: arguments as lists, no prompt, no hook."""

import asyncio
import base64
import contextlib
import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kodus_ast.config import Settings
from kodus_ast.errors import (
    BadCredentialsError,
    BadOptionError,
    GitError,
    RepositoryNotFoundError,
    StorageError,
    UnknownRevisionError,
)
from kodus_ast.models.requests import RepoAuth

SAFE = (
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "core.quotePath=false",
    "-c", "fetch.fsckObjects=true",
    "-c", "gc.auto=0",
    "-c", "protocol.ext.allow=never",
    "-c", "submodule.recurse=false",
)  # fmt: skip
REFERENCE = re.compile(r"(?!-)[^\x00-\x20\x7f]+(?: [^\x00-\x20\x7f]+)*")

REFUSED = re.compile(r"Authentication failed|could not read (?:Username|Password)|returned error: 40[13]")
MISSING = re.compile(
    r"repository '[^']*' (?:not found|does not exist)|does not appear to be a git repository"
)
USERNAMES = {"gitlab": "oauth2", "bitbucket": "x-token-auth"}
"""Who a token belongs to, as hosts want it said."""


@dataclass(frozen=True, slots=True)
class GitRepos:
    """The `Repos` port over the git program of this machine."""

    settings: Settings

    async def locate(self, path: Path) -> Path | None:
        """The top of the repository that holds `path` (of a bare one, itself), or None."""
        code, out, err = await self._run(path, "rev-parse", "--show-toplevel")
        if code == 0:
            return Path(out.strip("\n"))
        if "must be run in a work tree" in err:
            code, out, err = await self._run(path, "rev-parse", "--absolute-git-dir")
            if code == 0:
                return Path(out.strip("\n"))
        if "dubious ownership" in err:
            raise GitError(f"{path} belongs to another user; see 'git help config', safe.directory")
        return None

    async def fetch(self, url: str, auth: RepoAuth | None = None) -> Path:
        """A bare clone in the cache directory; the next call for the same URL fetches into it."""
        _accept(url, self.settings.git_protocols)
        header = _header(url, auth) if auth else {}
        clone, part = await asyncio.to_thread(self._places, url)
        if part is None:
            await self._git(
                clone, "fetch", "--quiet", "--prune", "--no-recurse-submodules", "origin", header=header
            )
            return clone
        try:
            await self._git(
                part, "clone", "--quiet", "--bare", "--no-recurse-submodules", "--template=", "--", url, ".",
                header=header,
            )  # fmt: skip
            # Said while cloning it would be a second update of each branch, which git refuses.
            await self._git(part, "config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*")
            with contextlib.suppress(OSError):
                # Another process may have been quicker; its clone is as good.
                await asyncio.to_thread(part.rename, clone)
        finally:
            await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)
        return clone

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
        """What the remote calls its HEAD; else `main` or `master`, the remote's before our own."""
        code, out, _ = await self._run(repo, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
        named = [out.strip().removeprefix("refs/remotes/")] if code == 0 else []
        if not named and await self.is_bare(repo):
            code, out, _ = await self._run(repo, "symbolic-ref", "--quiet", "HEAD")
            named = [out.strip().removeprefix("refs/heads/")] if code == 0 else []
        for branch in (*named, "origin/main", "origin/master", "main", "master"):
            space = "remotes" if branch.startswith("origin/") else "heads"
            if commit := await self._commit(repo, f"refs/{space}/{branch}"):
                return branch, commit
        return None

    async def merge_base(self, repo: Path, one: str, other: str) -> str | None:
        """The commit where two histories part, or None."""
        code, out, _ = await self._run(repo, "merge-base", one, other)
        return out.split("\n")[0] if code == 0 and out else None

    def _places(self, url: str) -> tuple[Path, Path | None]:
        """Where the clone stands, and where to make it when it does not stand yet."""
        clones = self.settings.cache_directory / "clones"
        clone = clones / f"{hashlib.sha256(url.encode()).hexdigest()}.git"
        if clone.is_dir():
            return clone, None
        try:
            clones.mkdir(parents=True, exist_ok=True, mode=0o700)
            return clone, Path(tempfile.mkdtemp(dir=clones, suffix=".part"))
        except OSError as error:
            raise StorageError(f"{clones} cannot be written: {error.strerror}") from None

    async def _commit(self, repo: Path, reference: str) -> str | None:
        code, out, _ = await self._run(
            repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}"
        )
        return out.strip() if code == 0 else None

    async def _git(self, directory: Path, *arguments: str, header: Mapping[str, str] | None = None) -> str:
        code, out, err = await self._run(directory, *arguments, header=header)
        if code != 0:
            if REFUSED.search(err):
                raise BadCredentialsError
            if MISSING.search(err):
                raise RepositoryNotFoundError
            reason = next((line for line in reversed(err.splitlines()) if line.strip()), f"exit code {code}")
            raise GitError(f"git {arguments[0]} failed in {directory}: {reason.removeprefix('fatal: ')}")
        return out

    async def _run(
        self, directory: Path, *arguments: str, header: Mapping[str, str] | None = None
    ) -> tuple[int, str, str]:
        try:
            process = await asyncio.create_subprocess_exec(
                "git", *SAFE, *arguments,
                cwd=directory,
                env={**self.settings.git_environment, **(header or {})},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        except FileNotFoundError:
            raise GitError("git is not installed, or not on the PATH") from None
        except OSError as error:
            raise GitError(f"git cannot be run in {directory}: {error.strerror}") from None
        try:
            async with asyncio.timeout(self.settings.git_timeout_s):
                out, err = await process.communicate()
        except TimeoutError:
            raise GitError(
                f"git {arguments[0]} took longer than {self.settings.git_timeout_s:.0f} seconds"
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, _text(out), _text(err)


def _header(url: str, auth: RepoAuth) -> dict[str, str]:
    """Credentials as git's configuration of one process, in its environment: in no argument and no file."""
    host = urlsplit(url).hostname or ""
    by_host = next((name for part, name in USERNAMES.items() if part in host), "x-access-token")
    pair = f"{auth.username or by_host}:{auth.token or auth.password}"
    basic = base64.b64encode(pair.encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": f"http.{url}.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        # A redirect would be sent the header too, wherever it leads.
        "GIT_CONFIG_KEY_1": "http.followRedirects",
        "GIT_CONFIG_VALUE_1": "false",
    }


def _text(output: bytes) -> str:
    return output.decode(errors="surrogateescape")


def _accept(url: str, protocols: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in protocols.split(":"):
        raise BadOptionError(f"cannot clone over {parts.scheme}: allowed is {protocols.replace(':', ', ')}")
    if parts.username or parts.password:
        raise BadOptionError(
            "a URL must not carry a user name or password; let a git credential helper give them"
        )
