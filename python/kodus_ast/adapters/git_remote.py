"""Fetches repositories from hosts with git: checks the URL, pins addresses, limits the cost."""

import asyncio
import contextlib
import functools
import re
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kodus_ast.adapters.bare_repositories import BareRepositories, size_of
from kodus_ast.adapters.credentials import authorization_header, configuration_environment, convention_of
from kodus_ast.adapters.git_errors import error_of
from kodus_ast.adapters.git_process import Ran, run
from kodus_ast.config import Settings
from kodus_ast.errors import (
    BrokenRepositoryError,
    CommitMissingError,
    GitError,
    HostRefusedError,
    KodusAstError,
    NetworkError,
)
from kodus_ast.graph import default_limits
from kodus_ast.host_policy import Origin, check_addresses, spelled_plainly
from kodus_ast.models.task_requests import FULL_COMMIT, Remote

REFERENCE = re.compile(r"(?!-)[^\x00-\x20\x7f]+(?: [^\x00-\x20\x7f]+)*")
RESOLVE_S = 10.0
MAX_TRIES = 3
"""When the disk budget is far too small, others may remove a repository between fetching and reading it."""
FETCHED_REFS = "refs/kodus"
"""One reference per fetched commit: it keeps the objects alive, and tells the host which ones are here."""

HISTORY = 10_000
"""How many commits back the one with a short id is searched."""

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve_addresses(name: str, port: int) -> Sequence[str]:
    """The addresses of a host name, resolved once: git will connect to these."""
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(
                name.strip("[]"), port, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError, TimeoutError):
        raise NetworkError(f"{name} has no address that can be found") from None
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, slots=True)
class _Access:
    """How git reaches a repository: a checked URL, and the environment of the git process."""

    url: str
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class RemoteGit:
    """Fetches into `BareRepositories`: whole histories for commands, single commits for tasks."""

    settings: Settings
    resolver: Resolver = resolve_addresses

    async def fetch(self, url: str) -> Path:
        """Clones `url` with its history, or updates the clone; its path. For the command line."""
        origin = self.settings.host_rules.check_url(url, None)
        path = self._stores.path_of(origin.url, "")
        environment = dict(self.settings.git_environment)

        async def clone(part: Path) -> None:
            await self._remote(
                part, "clone", "--progress", "--bare", "--no-recurse-submodules", "--template=", "--",
                origin.url, ".", environment=environment,
            )  # fmt: skip
            # Not as an option of clone: it would update each branch a second time, which git refuses.
            await self._git(part, "config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*")

        async def update() -> None:
            is_here = (path / "HEAD").is_file()
            await self._stores.create(path, clone)
            if is_here:
                await self._remote(
                    path, "fetch", "--progress", "--prune", "--no-recurse-submodules", "origin",
                    environment=environment,
                )  # fmt: skip

        async with self._stores.writing(path):
            await self._with_refetch(path, update)
        # Held until the command ends, because it reads from the repository to its end.
        self._stores.hold(path)
        await self._stores.shrink(path)
        return path

    async def resolve(self, remote: Remote, reference: str) -> str:
        """Asks the host which commit a branch or tag is at; an empty reference means the default branch."""
        if reference and not REFERENCE.fullmatch(reference):
            raise CommitMissingError("the name of the branch is none that git knows")
        access = await self._check_access(remote)
        wanted = [reference] if reference.startswith("refs/") else ["HEAD"]
        if reference and not reference.startswith("refs/"):
            wanted = [f"refs/heads/{reference}", f"refs/tags/{reference}^{{}}", f"refs/tags/{reference}"]
        listing = await self._remote(
            self._stores.directory.parent, "ls-remote", "--quiet", "--", access.url,
            *wanted, environment=access.environment,
        )  # fmt: skip
        found = {name: commit for commit, _, name in (line.partition("\t") for line in listing.splitlines())}
        commit = next((found[name] for name in wanted if name in found), None)
        if commit is None or not FULL_COMMIT.fullmatch(commit):
            if reference:
                raise CommitMissingError(f"the repository has no branch or tag '{reference}'")
            raise CommitMissingError(
                "the repository has no default branch with a commit; name a branch or a commit"
            )
        return commit

    async def resolve_short(self, remote: Remote, short: str, branch: str, directory: Path) -> str:
        """The commit whose id begins so: at a branch or tag, else in the latest history of `branch`.

        Hosts hand out commits by their full id only.
        """
        access = await self._check_access(remote)
        listing = await self._remote(
            self._stores.directory.parent, "ls-remote", "--quiet", "--", access.url,
            environment=access.environment,
        )  # fmt: skip
        tips = {line.partition("\t")[0] for line in listing.splitlines()}
        found = sorted(tip for tip in tips if tip.startswith(short) and FULL_COMMIT.fullmatch(tip))
        if not found:
            found = await self._find_in_history(access, short, await self.resolve(remote, branch), directory)
        if len(found) == 1:
            return found[0]
        if found:
            raise CommitMissingError(f"several commits begin with '{short}'; name one by its full id")
        raise CommitMissingError(
            f"no branch, tag or recent commit begins with '{short}'; name the commit by its full id"
        )

    async def _find_in_history(self, access: _Access, short: str, tip: str, directory: Path) -> list[str]:
        """Commits before `tip` whose id begins so. Nothing but commits is fetched."""
        # In a directory of its own: a repository with commits without their files is no use to checkouts.
        with tempfile.TemporaryDirectory(dir=directory) as name:
            history = Path(name)
            await self._git(history, "init", "--quiet", "--bare", "--template=", _object_format(tip))
            await self._remote(
                history, "fetch", "--progress", "--no-tags", f"--depth={HISTORY}", "--filter=tree:0",
                "--no-write-fetch-head", "--no-recurse-submodules", "--", access.url,
                f"+{tip}:{FETCHED_REFS}/tip",
                environment=access.environment,
            )  # fmt: skip
            commits = await self._git(history, "rev-list", f"{FETCHED_REFS}/tip")
        return [commit for commit in commits.split() if commit.startswith(short)]

    @contextlib.asynccontextmanager
    async def checkout(
        self, remote: Remote, commit: str, *, on_lookup: Callable[[bool], None] = lambda _: None
    ) -> AsyncIterator[Path]:
        """A bare repository with the files of one commit, fetched if needed; locked inside the block."""
        if not FULL_COMMIT.fullmatch(commit):
            raise CommitMissingError(f"'{commit}' is no commit id in full")
        path = self.store_path(remote)
        for turn in range(MAX_TRIES):
            async with self._stores.reading(path):
                if await self._has(path, commit):
                    on_lookup(not turn)
                    yield path
                    return
            access = await self._check_access(remote)
            async with self._stores.writing(path):
                # Another worker may have fetched it meanwhile.
                if not await self._has(path, commit):
                    await self._with_refetch(path, functools.partial(self._fetch, path, access, commit))
            await self._stores.shrink(path)
        raise BrokenRepositoryError("what is fetched of the repository does not stay")

    def store_path(self, remote: Remote) -> Path:
        """Where `checkout` keeps the objects, whether any are there or not; one path per organization."""
        origin = self.settings.host_rules.check_url(remote.url, remote.organization)
        return self._stores.path_of(origin.url, remote.organization)

    def former_path(self, remote: Remote) -> Path:
        """The same, also for a URL that is not accepted any more: what was fetched can still be removed."""
        try:
            return self.store_path(remote)
        except HostRefusedError:
            return self._stores.path_of(spelled_plainly(remote.url), remote.organization)

    async def remove(self, path: Path) -> bool:
        """Removes the objects at a path that `store_path` returned; whether there were any."""
        async with self._stores.writing(path):
            was_here = await asyncio.to_thread(path.exists)
            await self._stores.remove(path)
            return was_here

    async def _check_access(self, remote: Remote) -> _Access:
        """Checks the URL and every address of its host, then pins them, so that git does not resolve anew."""
        origin = self.settings.host_rules.check_url(remote.url, remote.organization)
        convention = convention_of(origin, remote.provider)
        url = origin.url.rstrip("/") if origin.host else origin.url
        if origin.host and not url.endswith(convention.suffix):
            url += convention.suffix
        pairs = [("http.followRedirects", "false"), ("credential.helper", "")]
        if origin.host:
            pairs += await self._pin_addresses(origin)
            if remote.auth:
                header = authorization_header(convention, remote.auth)
                pairs.append((f"http.{url}.extraHeader", f"Authorization: {header}"))
        return _Access(url, {**self.settings.task_git_environment, **configuration_environment(pairs)})

    async def _pin_addresses(self, origin: Origin) -> list[tuple[str, str]]:
        accepted = check_addresses(origin, await self.resolver(origin.name, origin.port))
        addresses = ",".join(f"[{one}]" if ":" in one else one for one in accepted)
        is_address = origin.name.strip("[]") in accepted
        return [] if is_address else [("http.curloptResolve", f"{origin.name}:{origin.port}:{addresses}")]

    async def _fetch(self, path: Path, access: _Access, commit: str) -> None:
        """Fetches the files of one commit: no history, no tags, no file larger than the core reads."""
        max_bytes = self.settings.limits.get("file_bytes") or default_limits()["file_bytes"]

        async def init(part: Path) -> None:
            await self._git(part, "init", "--quiet", "--bare", "--template=", _object_format(commit))
            for key, value in (
                ("core.repositoryFormatVersion", "1"),
                ("extensions.partialClone", "origin"),
                ("remote.origin.promisor", "true"),
            ):
                await self._git(part, "config", key, value)

        await self._stores.create(path, init)
        await self._git(path, "config", "remote.origin.url", access.url)
        await self._git(path, "config", "remote.origin.partialCloneFilter", f"blob:limit={max_bytes + 1}")
        await self._remote(
            path, "fetch", "--progress", "--no-tags", "--depth=1", "--no-write-fetch-head",
            "--no-recurse-submodules", "origin", f"+{commit}:{FETCHED_REFS}/{commit}",
            environment=access.environment,
        )  # fmt: skip
        if not await self._has(path, commit):
            kind = await self._run(path, "cat-file", "-t", f"{FETCHED_REFS}/{commit}")
            if kind.code == 0 and kind.out.strip() != "commit":
                raise CommitMissingError("what is named is no commit")
            raise BrokenRepositoryError("the host sent another commit than the one that was asked for")

    async def _with_refetch(self, path: Path, work: Callable[[], Awaitable[None]]) -> None:
        """Does the work; if the repository may be damaged, removes it and does the work once more."""
        was_here = (path / "HEAD").is_file()
        try:
            await work()
        except (BrokenRepositoryError, GitError):
            if not was_here:
                await self._stores.remove(path)
                raise
            await self._stores.remove(path)
            await work()
        except KodusAstError:
            if not was_here:
                await self._stores.remove(path)
            raise

    async def _has(self, path: Path, commit: str) -> bool:
        if not (path / "HEAD").is_file():
            return False
        return (
            await self._run(path, "rev-parse", "--verify", "--quiet", f"{FETCHED_REFS}/{commit}^{{tree}}")
        ).code == 0

    async def _remote(self, directory: Path, *arguments: str, environment: dict[str, str]) -> str:
        """Runs a git command that talks to a host, limited in time, bytes, objects and memory."""
        await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True, mode=0o700)
        writes = arguments[0] != "ls-remote"
        before = size_of(directory) if writes else 0
        ran = await run(
            directory, *arguments, environment=environment, limits=self.settings.fetch,
            written_bytes=lambda: size_of(directory) - before if writes else 0,
        )  # fmt: skip
        if ran.code != 0:
            raise error_of(arguments[0], ran.err, ran.code)
        return ran.out

    async def _git(self, directory: Path, *arguments: str) -> str:
        ran = await self._run(directory, *arguments)
        if ran.code != 0:
            reason = next(
                (line for line in reversed(ran.err.splitlines()) if line.strip()), f"exit code {ran.code}"
            )
            raise GitError(f"git {arguments[0]} failed in {directory}: {reason.removeprefix('fatal: ')}")
        return ran.out

    async def _run(self, directory: Path, *arguments: str) -> Ran:
        return await run(
            directory, *arguments, environment=self.settings.git_environment, limits=self.settings.fetch
        )

    @property
    def _stores(self) -> BareRepositories:
        return BareRepositories(
            self.settings.cache_directory / "repositories", self.settings.repositories_bytes
        )


def _object_format(commit: str) -> str:
    """The option of `git init` for a repository with such ids."""
    return f"--object-format={'sha256' if len(commit) == 64 else 'sha1'}"
