"""Repositories and graphs for handlers: fetched with sealed credentials, or from the cache."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kodus_ast.errors import BrokenRepositoryError, UnknownRevisionError
from kodus_ast.models.core_answers import BuildReport
from kodus_ast.models.task_requests import Remote, RepoAuth, RepoRef
from kodus_ast.repositories.graph_cache import Kept
from kodus_ast.sandbox.child import BuildJob, PackJob, Watch, call
from kodus_ast.sandbox.resilient_build import guarded
from kodus_ast.task_context import Work

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
DAMAGED = frozenset({"unreadable", "missing from the object store"})
"""What the core says of files that a store should have and has not."""


@dataclass(frozen=True, slots=True)
class Built:
    """The graph of one commit, on this machine."""

    remote: Remote
    commit: str
    """Empty for what is no commit: one without a diff that is in it."""
    file: Path
    report: BuildReport | None
    """None when nobody kept it."""

    @property
    def left_out(self) -> int | None:
        """How many files it does not hold."""
        return len(self.report.skipped) if self.report else None

    @property
    def words(self) -> dict[str, Any]:
        """For summaries."""
        return {
            "commit": self.commit or None,
            "report": msgspec.to_builtins(self.report) if self.report else None,
        }


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
    commit = await located(work, ref, remote)
    file = work.directory / f"{name}.graph"
    kept = Kept(work, work.durable.repos.store(remote), commit)
    if known := await kept.find(file):
        work.report(f"{name} was built before", last)
        return Built(remote, commit, file, known)

    def watch(stage: str, done: int, total: int) -> None:
        share = done / total if total else 0.0
        work.report(f"building {name}: {stage}", first + round((last - first) * share))

    work.report(f"fetching {name}", first)
    report = await _build(work, Built(remote, commit, file, None), base, watch)
    await kept.put(file, report)
    return Built(remote, commit, file, report)


async def without(work: Work, head: Built, diff: str) -> Built:
    """What was there before a diff that is in head: no commit, so it is kept for nobody."""
    file = work.directory / "base.graph"
    async with checked_out(work, head.remote, head.commit) as repo:
        report = await _guarded(work, repo, head.commit, file, head.file, diff)
    return Built(head.remote, "", file, report)


async def _build(work: Work, wanted: Built, base: Path | None, watch: Watch) -> BuildReport:
    """Twice at most: what was fetched whole may have been damaged since."""
    repos = work.durable.repos
    try:
        async with checked_out(work, wanted.remote, wanted.commit) as repo:
            report = await _guarded(work, repo, wanted.commit, wanted.file, base, None, watch)
        if not any(one.reason in DAMAGED for one in report.skipped):
            return report
    except (BrokenRepositoryError, UnknownRevisionError):
        pass
    await repos.forget(repos.store(wanted.remote))
    async with checked_out(work, wanted.remote, wanted.commit) as repo:
        return await _guarded(work, repo, wanted.commit, wanted.file, base, None, watch)


async def _guarded(
    work: Work,
    repo: Path,
    commit: str,
    file: Path,
    base: Path | None,
    undo: str | None,
    watch: Watch | None = None,
) -> BuildReport:
    settings, meters = work.durable.settings, work.durable.meters
    job = BuildJob(
        str(repo),
        commit,
        str(file),
        str(base) if base else None,
        settings.threads,
        settings.limits,
        undo=undo,
    )
    with work.stage("build"):
        report = await guarded(job, settings, watch)
    meters.files_parsed.inc(report.files - report.reused)
    meters.bytes_parsed.inc(report.bytes)
    meters.files_skipped.inc(len(report.skipped))
    return report


async def packed(work: Work, source: Built) -> Path:
    """The texts of the graph's files in one file, for questions where no repository is."""
    file = work.directory / "head.texts"
    async with checked_out(work, source.remote, source.commit) as repo:
        settings = work.durable.settings
        job = PackJob(str(repo), source.commit, str(source.file), str(file), settings.limits)
        with work.stage("pack"):
            await call(job, type(None), settings.service)
    return file


async def stored_texts(work: Work, file: Path) -> str:
    """Stores them beside the graph; their name."""
    return (await work.durable.artifacts.put(work.name(file.name), file)).name
