"""Repositories from elsewhere, through the `git` program: judged, pinned, bounded, kept."""

import asyncio
import contextlib
import functools
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kodus_ast.adapters.bare_repositories import Stores, size_of
from kodus_ast.adapters.credentials import as_configuration, authorization, convention
from kodus_ast.adapters.git_errors import error_of
from kodus_ast.adapters.git_process import Ran, run
from kodus_ast.config import Settings
from kodus_ast.errors import (
    BrokenRepositoryError,
    CommitMissingError,
    GitError,
    KodusAstError,
    NetworkError,
)
from kodus_ast.graph import default_limits
from kodus_ast.host_policy import Origin, acceptable
from kodus_ast.models.task_requests import Remote

REFERENCE = re.compile(r"(?!-)[^\x00-\x20\x7f]+(?: [^\x00-\x20\x7f]+)*")
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
RESOLVE_S = 10.0
TRIES = 3
"""Others may remove between fetching and reading, when there is far too little room."""
OURS = "refs/kodus"
"""One reference per fetched commit: it keeps the objects, and tells the host what is here already."""

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


async def addresses_of(name: str, port: int) -> Sequence[str]:
    """What the name stands for, asked once: these are what will be connected to."""
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(
                name.strip("[]"), port, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError, TimeoutError):
        raise NetworkError(f"{name} has no address that can be found") from None
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, slots=True)
class _Way:
    """How git reaches a repository: a vetted URL, and the environment of the process."""

    url: str
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class RemoteGit:
    """Fetches into `Stores`: whole histories for a person, single commits for tasks."""

    settings: Settings
    resolver: Resolver = addresses_of

    async def fetch(self, url: str) -> Path:
        """A bare clone of `url` with its history, brought up to date: for a person's own commands."""
        origin = self.settings.host_rules.judge(url, None)
        place = self._stores.place(origin.url, "")
        environment = dict(self.settings.git_environment)

        async def clone(part: Path) -> None:
            await self._remote(
                part, "clone", "--progress", "--bare", "--no-recurse-submodules", "--template=", "--",
                origin.url, ".", environment=environment,
            )  # fmt: skip
            # Said while cloning it would be a second update of each branch, which git refuses.
            await self._git(part, "config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*")

        async def update() -> None:
            is_here = (place / "HEAD").is_file()
            await self._stores.made(place, clone)
            if is_here:
                await self._remote(
                    place, "fetch", "--progress", "--prune", "--no-recurse-submodules", "origin",
                    environment=environment,
                )  # fmt: skip

        async with self._stores.writing(place):
            await self._mended(place, update)
        # A command is short, and reads from it to its end.
        self._stores.hold(place)
        await self._stores.shrink(place)
        return place

    async def resolve(self, remote: Remote, reference: str) -> str:
        """The commit that a branch or tag stands for, there and now; empty: the default branch."""
        if reference and not REFERENCE.fullmatch(reference):
            raise CommitMissingError("the name of the branch is none that git knows")
        way = await self._way(remote)
        wanted = [reference] if reference.startswith("refs/") else ["HEAD"]
        if reference and not reference.startswith("refs/"):
            wanted = [f"refs/heads/{reference}", f"refs/tags/{reference}^{{}}", f"refs/tags/{reference}"]
        said = await self._remote(
            self._stores.directory.parent, "ls-remote", "--quiet", "--", way.url,
            *wanted, environment=way.environment,
        )  # fmt: skip
        found = {name: commit for commit, _, name in (line.partition("\t") for line in said.splitlines())}
        commit = next((found[name] for name in wanted if name in found), None)
        if commit is None or not COMMIT.fullmatch(commit):
            if reference:
                raise CommitMissingError(f"the repository has no branch or tag '{reference}'")
            raise CommitMissingError(
                "the repository has no default branch with a commit; name a branch or a commit"
            )
        return commit

    @contextlib.asynccontextmanager
    async def checkout(
        self, remote: Remote, commit: str, *, looked: Callable[[bool], None] = lambda _: None
    ) -> AsyncIterator[Path]:
        """A bare repository with the files of one commit, fetched unless it is here; ours while entered."""
        if not COMMIT.fullmatch(commit):
            raise CommitMissingError(f"'{commit}' is no commit id in full")
        place = self.store(remote)
        for turn in range(TRIES):
            async with self._stores.reading(place):
                if await self._has(place, commit):
                    looked(not turn)
                    yield place
                    return
            way = await self._way(remote)
            async with self._stores.writing(place):
                # Another worker may have been quicker.
                if not await self._has(place, commit):
                    await self._mended(place, functools.partial(self._fetched, place, way, commit))
            await self._stores.shrink(place)
        raise BrokenRepositoryError("what is fetched of the repository does not stay")

    def store(self, remote: Remote) -> Path:
        """Where `checkout` keeps the objects, there or not: says which repository, on whose behalf."""
        origin = self.settings.host_rules.judge(remote.url, remote.organization)
        return self._stores.place(origin.url, remote.organization)

    async def forget(self, place: Path) -> None:
        """Removes what is kept at a place that `store` gave."""
        async with self._stores.writing(place):
            await self._stores.remove(place)

    async def _way(self, remote: Remote) -> _Way:
        """Judges the URL and every address of its host, then pins them: nobody resolves the name again."""
        origin = self.settings.host_rules.judge(remote.url, remote.organization)
        kind = convention(origin, remote.provider)
        url = origin.url.rstrip("/") if origin.host else origin.url
        if origin.host and not url.endswith(kind.suffix):
            url += kind.suffix
        pairs = [("http.followRedirects", "false"), ("credential.helper", "")]
        if origin.host:
            pairs += await self._pinned(origin)
            if remote.auth:
                header = authorization(kind, remote.auth)
                pairs.append((f"http.{url}.extraHeader", f"Authorization: {header}"))
        return _Way(url, {**self.settings.task_git_environment, **as_configuration(pairs)})

    async def _pinned(self, origin: Origin) -> list[tuple[str, str]]:
        vetted = acceptable(origin, await self.resolver(origin.name, origin.port))
        shown = ",".join(f"[{one}]" if ":" in one else one for one in vetted)
        is_address = origin.name.strip("[]") in vetted
        return [] if is_address else [("http.curloptResolve", f"{origin.name}:{origin.port}:{shown}")]

    async def _fetched(self, place: Path, way: _Way, commit: str) -> None:
        """Brings the files of one commit into the store: no history, no tags, nothing larger than is read."""
        most = self.settings.limits.get("file_bytes") or default_limits()["file_bytes"]

        async def make(part: Path) -> None:
            form = "sha256" if len(commit) == 64 else "sha1"
            await self._git(part, "init", "--quiet", "--bare", "--template=", f"--object-format={form}")
            for key, value in (
                ("core.repositoryFormatVersion", "1"),
                ("extensions.partialClone", "origin"),
                ("remote.origin.promisor", "true"),
            ):
                await self._git(part, "config", key, value)

        await self._stores.made(place, make)
        await self._git(place, "config", "remote.origin.url", way.url)
        await self._git(place, "config", "remote.origin.partialCloneFilter", f"blob:limit={most + 1}")
        await self._remote(
            place, "fetch", "--progress", "--no-tags", "--depth=1", "--no-write-fetch-head",
            "--no-recurse-submodules", "origin", f"+{commit}:{OURS}/{commit}", environment=way.environment,
        )  # fmt: skip
        if not await self._has(place, commit):
            kind = await self._run(place, "cat-file", "-t", f"{OURS}/{commit}")
            if kind.code == 0 and kind.out.strip() != "commit":
                raise CommitMissingError("what is named is no commit")
            raise BrokenRepositoryError("the host sent another commit than the one that was asked for")

    async def _mended(self, place: Path, work: Callable[[], Awaitable[None]]) -> None:
        """Does the work; a store that may be damaged is thrown away, and everything fetched once more."""
        was_here = (place / "HEAD").is_file()
        try:
            await work()
        except (BrokenRepositoryError, GitError):
            if not was_here:
                await self._stores.remove(place)
                raise
            await self._stores.remove(place)
            await work()
        except KodusAstError:
            if not was_here:
                await self._stores.remove(place)
            raise

    async def _has(self, place: Path, commit: str) -> bool:
        if not (place / "HEAD").is_file():
            return False
        return (
            await self._run(place, "rev-parse", "--verify", "--quiet", f"{OURS}/{commit}^{{tree}}")
        ).code == 0

    async def _remote(self, directory: Path, *arguments: str, environment: dict[str, str]) -> str:
        """A command that talks to a host; bounded in time, bytes, objects and memory."""
        await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True, mode=0o700)
        writes = arguments[0] != "ls-remote"
        before = size_of(directory) if writes else 0
        ran = await run(
            directory, *arguments, environment=environment, limits=self.settings.fetch,
            grows=lambda: size_of(directory) - before if writes else 0,
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
    def _stores(self) -> Stores:
        return Stores(self.settings.cache_directory / "repositories", self.settings.repositories_bytes)
