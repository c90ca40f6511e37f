"""Repositories and graphs for handlers: fetched with sealed credentials, or from the cache."""

import asyncio
import hashlib
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kodus_ast import graph
from kodus_ast.errors import ArtifactGoneError, BrokenRepositoryError, UnknownRevisionError
from kodus_ast.models.answers import BuildReport
from kodus_ast.models.requests import Remote, RepoAuth, RepoRef
from kodus_ast.tasks.building import guarded
from kodus_ast.tasks.child import BuildJob, PackJob, call
from kodus_ast.tasks.work import Work

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
GRAPHS_OF = "graphs"
"""In `Artifacts`: graphs by repository (`Repos.store`) and by all that they depend on, for every worker."""
DAMAGED = frozenset({"unreadable", "missing from the object store"})
"""What the core says of files that a store should have and has not."""


@dataclass(frozen=True, slots=True)
class Built:
    """The graph of one commit, on this machine."""

    remote: Remote
    commit: str
    file: Path
    report: BuildReport | None
    """None when the graph was built before."""

    @property
    def words(self) -> dict[str, Any]:
        """For summaries."""
        return {"commit": self.commit, "report": msgspec.to_builtins(self.report) if self.report else None}


def remote_of(work: Work, ref: RepoRef, auth: RepoAuth | None) -> Remote:
    """The repository, on behalf of the task's organization: no other's objects and graphs are used for it."""
    return Remote(url=ref.url, organization=work.task.organization_id, provider=ref.provider, auth=auth)


async def located(work: Work, ref: RepoRef, remote: Remote) -> str:
    """Which commit a reference stands for. One that is named in full is not asked for anywhere."""
    # The commit wins: a branch may have moved on since the client looked.
    if COMMIT.fullmatch(named := ref.commit_sha.lower()):
        return named
    with work.stage("resolve"):
        return await work.durable.repos.resolve(remote, ref.commit_sha or ref.branch)


@asynccontextmanager
async def checked_out(work: Work, remote: Remote, commit: str) -> AsyncIterator[Path]:
    """The repository with the files of the commit, ours while entered."""

    def looked(is_here: bool) -> None:
        work.durable.meters.looked("objects", is_hit=is_here)

    async with AsyncExitStack() as stack:
        with work.stage("fetch"):
            repo = await stack.enter_async_context(work.durable.repos.checkout(remote, commit, looked=looked))
        yield repo


async def built(
    work: Work,
    ref: RepoRef,
    auth: RepoAuth | None,
    name: str,
    span: tuple[int, int],
    base: Path | None = None,
) -> Built:
    """The graph of a reference; `span` is the part of the task's progress that this makes."""
    first, last = span
    work.report(f"looking up {name}", first)
    remote = remote_of(work, ref, auth)
    repos, settings = work.durable.repos, work.durable.settings
    commit = await located(work, ref, remote)
    place = repos.store(remote)
    key = await asyncio.to_thread(graph.key, place, commit, settings.limits)
    file = work.directory / f"{name}.graph"
    # Where this machine keeps things is nothing to others.
    depends = hashlib.sha256(graph.key(Path("/"), commit, settings.limits).encode()).hexdigest()
    stored = f"{GRAPHS_OF}/{place.stem}/{commit}.{depends[:16]}.graph"
    if await _was_built(work, key, place.stem, stored, file):
        work.report(f"{name} was built before", last)
        return Built(remote, commit, file, None)

    def watch(stage: str, done: int, total: int) -> None:
        share = done / total if total else 0.0
        work.report(f"building {name}: {stage}", first + round((last - first) * share))

    work.report(f"fetching {name}", first)
    report = None
    for is_last in (False, True):
        async with checked_out(work, remote, commit) as repo:
            job = BuildJob(
                str(repo), commit, str(file), str(base) if base else None, settings.threads, settings.limits
            )
            try:
                with work.stage("build"):
                    report = await guarded(job, settings, watch)
            except (BrokenRepositoryError, UnknownRevisionError):
                if is_last:
                    raise
        if report and not any(one.reason in DAMAGED for one in report.skipped):
            break
        if not is_last:
            # What was fetched whole has been damaged since.
            await repos.forget(place)
    await asyncio.to_thread(work.durable.graphs.put, key, file, place.stem)
    # For the other workers; another release's graph has another key.
    await work.durable.artifacts.put(stored, file)
    _count(work, report)
    return Built(remote, commit, file, report)


async def _was_built(work: Work, key: str, group: str, stored: str, file: Path) -> bool:
    """Puts the graph that is kept here, or that another worker has stored, at `file`."""
    graphs, meters = work.durable.graphs, work.durable.meters
    kept = graphs.find(key, group)
    meters.looked("graphs", is_hit=kept is not None)
    if kept:
        await asyncio.to_thread(_hold, kept, file)
        return True
    try:
        await work.durable.artifacts.fetch(stored, file)
    except ArtifactGoneError:
        meters.looked("stored graphs", is_hit=False)
        return False
    meters.looked("stored graphs", is_hit=True)
    await asyncio.to_thread(graphs.put, key, file, group)
    return True


def _count(work: Work, report: BuildReport | None) -> None:
    if report:
        meters = work.durable.meters
        meters.files_parsed.inc(report.files - report.reused)
        meters.bytes_parsed.inc(report.bytes)
        meters.files_skipped.inc(len(report.skipped))


async def packed(work: Work, source: Built) -> Path:
    """The texts of the graph's files in one file, for questions where no repository is."""
    file = work.directory / "head.texts"
    async with checked_out(work, source.remote, source.commit) as repo:
        job = PackJob(str(repo), source.commit, str(source.file), str(file))
        with work.stage("pack"):
            await call(job, type(None), work.durable.settings.service)
    return file


async def stored_texts(work: Work, file: Path) -> str:
    """Stores them beside the graph; their name."""
    return (await work.durable.artifacts.put(work.name(file.name), file)).name


def _hold(kept: Path, own: Path) -> None:
    """A link of our own: another process may drop the kept one meanwhile."""
    try:
        own.hardlink_to(kept)
    except OSError:
        shutil.copyfile(kept, own)
