"""Graphs of commits for tasks: taken from the cache, or fetched and built in a child process."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kodus_ast.errors import BrokenRepositoryError, UnknownRevisionError
from kodus_ast.models.core_answers import BuildReport
from kodus_ast.models.task_requests import Remote, RepoAuth, RepoRef
from kodus_ast.repositories.checkouts import checkout, remote_for, resolve_commit
from kodus_ast.repositories.graph_cache import CachedGraph
from kodus_ast.sandbox.jobs import BuildJob, PackJob, Watch
from kodus_ast.sandbox.resilient_build import build_resiliently
from kodus_ast.task_context import TaskContext

DAMAGED = frozenset({"unreadable", "missing from the object store"})
"""The core's reasons for skipping files that the object store should have."""


@dataclass(frozen=True, slots=True)
class BuiltGraph:
    """The graph of one commit, on this machine."""

    remote: Remote
    commit: str
    """Empty for a state that is no commit: a commit without a diff that it contains."""
    file: Path
    report: BuildReport | None
    """None when the report was not kept."""

    @property
    def left_out(self) -> int | None:
        """How many files the graph does not hold; None when that is not known."""
        return len(self.report.skipped) if self.report else None

    @property
    def summary(self) -> dict[str, Any]:
        """The commit and the report, for the summary of a task."""
        return {
            "commit": self.commit or None,
            "report": msgspec.to_builtins(self.report) if self.report else None,
        }


async def build_graph(
    context: TaskContext,
    ref: RepoRef,
    auth: RepoAuth | None,
    name: str,
    percent: tuple[int, int],
    base: Path | None = None,
) -> BuiltGraph:
    """The graph of a reference, from the cache or built.

    `name` is base or head. `percent` is the range of the task's progress that this takes up.
    """
    first, last = percent
    context.report(f"looking up {name}", first)
    remote = remote_for(context, ref, auth)
    commit = await resolve_commit(context, ref, remote)
    file = context.directory / f"{name}.graph"
    cached = CachedGraph(context, context.service.repos.store_path(remote), commit)
    if report := await cached.find(file):
        context.report(f"{name} was built before", last)
        return BuiltGraph(remote, commit, file, report)

    def watch(stage: str, done: int, total: int) -> None:
        share = done / total if total else 0.0
        context.report(f"building {name}: {stage}", first + round((last - first) * share))

    context.report(f"fetching {name}", first)
    report = await _fetch_and_build(context, BuiltGraph(remote, commit, file, None), base, watch)
    await cached.put(file, report)
    return BuiltGraph(remote, commit, file, report)


async def build_without_diff(context: TaskContext, head: BuiltGraph, diff: str) -> BuiltGraph:
    """The graph of the state before a diff that head contains. It is no commit, so it is not cached."""
    file = context.directory / "base.graph"
    async with checkout(context, head.remote, head.commit) as repo:
        report = await _build(context, repo, head.commit, file, head.file, diff)
    return BuiltGraph(head.remote, "", file, report)


async def _fetch_and_build(
    context: TaskContext, wanted: BuiltGraph, base: Path | None, watch: Watch
) -> BuildReport:
    """Builds; if the stored objects turn out to be damaged, fetches them again and builds once more."""
    repos = context.service.repos
    try:
        async with checkout(context, wanted.remote, wanted.commit) as repo:
            report = await _build(context, repo, wanted.commit, wanted.file, base, None, watch)
        if not any(skipped.reason in DAMAGED for skipped in report.skipped):
            return report
    except (BrokenRepositoryError, UnknownRevisionError):
        pass
    await repos.remove(repos.store_path(wanted.remote))
    async with checkout(context, wanted.remote, wanted.commit) as repo:
        return await _build(context, repo, wanted.commit, wanted.file, base, None, watch)


async def _build(
    context: TaskContext,
    repo: Path,
    commit: str,
    file: Path,
    base: Path | None,
    undo: str | None,
    watch: Watch | None = None,
) -> BuildReport:
    settings, metrics = context.service.settings, context.service.metrics
    job = BuildJob(
        str(repo),
        commit,
        str(file),
        str(base) if base else None,
        settings.threads,
        settings.limits,
        undo=undo,
    )
    with context.stage("build"):
        report = await build_resiliently(job, settings, watch)
    metrics.files_parsed.inc(report.files - report.reused)
    metrics.bytes_parsed.inc(report.bytes)
    metrics.files_skipped.inc(len(report.skipped))
    return report


async def pack_texts(context: TaskContext, source: BuiltGraph) -> Path:
    """Packs the texts of the graph's files into one file, for later jobs that have no repository."""
    file = context.directory / "head.texts"
    async with checkout(context, source.remote, source.commit) as repo:
        limits = context.service.settings.limits
        job = PackJob(str(repo), source.commit, str(source.file), str(file), limits)
        await context.run_job("pack", job, type(None))
    return file


async def store_texts(context: TaskContext, file: Path) -> str:
    """Stores packed texts beside the graph; their name in `Artifacts`."""
    return (await context.service.artifacts.put(context.artifact_name(file.name), file)).name
