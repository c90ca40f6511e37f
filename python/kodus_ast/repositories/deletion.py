"""Deletes a repository of an organization: what its tasks keep, and everything cached of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from kodus_ast.host_policy import is_same_repository
from kodus_ast.models.task_requests import Remote, RepoRef
from kodus_ast.models.tasks import DELETED, RepositoryTask, Task, TaskStatus, sealed_name
from kodus_ast.ports import ServiceContext
from kodus_ast.repositories.invalidation import invalidate_repository

REMOVALS_AT_ONCE = 16
SIDES = ("headRepo", "baseRepo")


@dataclass(slots=True)
class Deleted:
    """What was removed, by kind."""

    tasks: int = 0
    """Ended tasks that kept something."""
    artifacts: int = 0
    sealed: int = 0
    graphs: int = 0
    """Files of graphs in the artefact store."""
    repositories: int = 0
    """Fetched repositories on this machine; other machines remove theirs within a minute."""
    cancelled: int = 0
    unfinished: int = 0
    """Tasks about other states of the repository, which go on."""


async def delete_repository(
    service: ServiceContext, organization: str, refs: Sequence[RepoRef], *, actor: str
) -> Deleted:
    """Deletes what is kept of these repositories, however their URLs are spelled.

    Cancels unfinished tasks about the state that the first reference names, or all if it names none.
    """
    given = {ref.url for ref in refs}
    known = await service.tasks.repository_urls(organization)
    urls = given | {url for url in known if any(is_same_repository(url, one) for one in given)}
    found = await service.tasks.find_by_repository(organization, sorted(urls), refs[0])
    deleted = Deleted()
    ended = [task for task in found if task.status.is_terminal]
    for task in found:
        if task.status.is_terminal:
            continue
        if not task.is_named:
            deleted.unfinished += 1
        elif await _cancel(service, organization, task, actor):
            deleted.cancelled += 1
            ended.append(task)
        else:
            deleted.cancelled += 1
    await _remove_kept(service, ended, deleted)
    await _remove_cached(service, organization, urls, deleted)
    return deleted


async def delete_task(service: ServiceContext, task: Task, *, actor: str) -> Deleted:
    """Deletes what one task keeps, and everything that is cached of its repositories."""
    deleted = Deleted()
    kept = RepositoryTask(
        id=task.id, status=task.status, metadata=task.metadata, has_artifacts=True, is_named=True
    )
    if not task.status.is_terminal:
        deleted.cancelled = 1
    if task.status.is_terminal or await _cancel(service, task.organization_id, kept, actor):
        await _remove_kept(service, [kept], deleted)
    await _remove_cached(service, task.organization_id, urls_of(task), deleted)
    return deleted


async def forget_deleted(service: ServiceContext, task: Task) -> None:
    """Removes what a task has cached that was cancelled by a deletion and ran on for a while."""
    if task.metadata.get(DELETED):
        await _remove_cached(service, task.organization_id, urls_of(task), Deleted())


def urls_of(task: Task) -> set[str]:
    """The URLs of the repositories that the task is about."""
    return {ref["url"] for ref in map(task.request.get, SIDES) if ref}


async def _cancel(service: ServiceContext, organization: str, task: RepositoryTask, actor: str) -> bool:
    """Whether the task has ended with this. Else its worker removes what it keeps, when it stops."""
    changed = await service.tasks.cancel(task.id, organization, actor=actor, reason={DELETED: True})
    if changed is None:
        # It was cancelled before, or has just ended.
        changed = await service.tasks.find(task.id, organization)
    return changed is not None and changed.status.is_terminal


async def _remove_kept(service: ServiceContext, tasks: Sequence[RepositoryTask], deleted: Deleted) -> None:
    # The rows first: from then on no process reads the artefacts, whatever it has cached of them.
    await service.tasks.clear_artifacts([task.id for task in tasks])
    slots = asyncio.Semaphore(REMOVALS_AT_ONCE)

    async def remove(task: RepositoryTask) -> tuple[int, int]:
        async with slots:
            artifacts = sealed = 0
            if task.has_artifacts or task.status is TaskStatus.IN_PROGRESS:
                artifacts = await service.artifacts.remove(f"tasks/{task.id}/")
            name = sealed_name(task.metadata)
            if name and await service.secrets.is_sealed(task.id, name):
                await service.secrets.remove(task.id, name)
                sealed = 1
            return artifacts, sealed

    for artifacts, sealed in await asyncio.gather(*map(remove, tasks)):
        deleted.tasks += bool(artifacts or sealed)
        deleted.artifacts += artifacts
        deleted.sealed += sealed


async def _remove_cached(
    service: ServiceContext, organization: str, urls: set[str], deleted: Deleted
) -> None:
    for url in sorted(urls):
        invalidated = await invalidate_repository(service, Remote(url=url, organization=organization))
        deleted.repositories += invalidated.had_objects
        deleted.graphs += invalidated.graphs
