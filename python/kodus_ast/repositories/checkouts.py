"""Repositories for tasks: which commit a reference means, its files on this machine, and lines of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from kodus_ast.models.task_requests import Remote, RepoAuth, RepoRef
from kodus_ast.sandbox.jobs import ExcerptsJob
from kodus_ast.task_context import TaskContext

Lines = tuple[str, int, int]
"""Path, first line, last line."""


def remote_for(context: TaskContext, ref: RepoRef, auth: RepoAuth | None) -> Remote:
    """The repository on behalf of the task's organization, whose objects no other organization uses."""
    organization = context.task.organization_id
    return Remote(url=ref.url, organization=organization, provider=ref.provider, auth=auth)


async def resolve_commit(context: TaskContext, ref: RepoRef, remote: Remote) -> str:
    """The commit that a reference means. A full commit id is not looked up."""
    # The commit wins over the branch, which may have moved on since the client looked.
    if commit := ref.full_commit:
        return commit
    with context.stage("resolve"):
        if short := ref.short_commit:
            return await context.service.repos.resolve_short(remote, short, ref.branch, context.directory)
        return await context.service.repos.resolve(remote, ref.commit_sha or ref.branch)


@asynccontextmanager
async def checkout(context: TaskContext, remote: Remote, commit: str) -> AsyncIterator[Path]:
    """A bare repository with the files of the commit, locked against changes inside the block."""

    def on_lookup(is_here: bool) -> None:
        context.service.metrics.count_lookup("objects", is_hit=is_here)

    async with AsyncExitStack() as stack:
        with context.stage("fetch"):
            repo = await stack.enter_async_context(
                context.service.repos.checkout(remote, commit, on_lookup=on_lookup)
            )
        yield repo


async def read_lines(
    context: TaskContext, remote: Remote, commit: str, ranges: Sequence[Lines]
) -> list[str | None]:
    """The text of each range in the files of the commit; None for a file that is not there or not read."""
    async with checkout(context, remote, commit) as repo:
        job = ExcerptsJob(str(repo), commit, list(ranges), context.service.settings.limits)
        return await context.run_job("excerpts", job, list[str | None])
