"""Repositories and graphs for handlers: fetched with sealed credentials, or from the cache."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kodus_ast import graph
from kodus_ast.errors import UnknownRevisionError
from kodus_ast.models.answers import BuildReport
from kodus_ast.models.requests import RepoAuth, RepoRef
from kodus_ast.tasks.child import BuildJob, call
from kodus_ast.tasks.work import Work


@dataclass(frozen=True, slots=True)
class Built:
    """The graph of one commit, on this machine."""

    repo: Path
    commit: str
    file: Path
    report: BuildReport | None
    """None when the graph was built before."""

    @property
    def words(self) -> dict[str, Any]:
        """For summaries."""
        return {"commit": self.commit, "report": msgspec.to_builtins(self.report) if self.report else None}


async def located(work: Work, ref: RepoRef, auth: RepoAuth | None) -> tuple[Path, str]:
    """Where the objects of a reference are, and which commit it stands for."""
    repos = work.durable.repos
    repo = await repos.fetch(ref.url, auth)
    # The commit wins: a branch may have moved on since the client looked.
    if ref.commit_sha:
        return repo, await repos.commit_of(repo, ref.commit_sha)
    if ref.branch:
        return repo, await repos.commit_of(repo, ref.branch)
    branch = await repos.default_branch(repo)
    if branch is None:
        raise UnknownRevisionError("the repository has no default branch; name a branch or a commit")
    return repo, branch[1]


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
    work.report(f"fetching {name}", first)
    repo, commit = await located(work, ref, auth)
    settings = work.durable.settings
    key = await asyncio.to_thread(graph.key, repo, commit, settings.limits)
    file = work.directory / f"{name}.graph"
    if kept := work.durable.graphs.find(key):
        work.report(f"{name} was built before", last)
        return Built(repo, commit, await asyncio.to_thread(_held, kept, file), None)

    def watch(stage: str, done: int, total: int) -> None:
        share = done / total if total else 0.0
        work.report(f"building {name}: {stage}", first + round((last - first) * share))

    job = BuildJob(
        str(repo), commit, str(file), str(base) if base else None, settings.threads, settings.limits
    )
    report = await call(job, BuildReport, settings.service.child_environment, watch)
    work.durable.graphs.put(key, file)
    return Built(repo, commit, file, report)


def _held(kept: Path, own: Path) -> Path:
    """A link of our own: another process may drop the kept one meanwhile."""
    try:
        own.hardlink_to(kept)
    except OSError:
        return kept
    return own
