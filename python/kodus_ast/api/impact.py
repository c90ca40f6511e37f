"""Change impact: of one chunk of code as the earlier service's routes have it, and of a whole change."""

from typing import Any
from uuid import UUID

import msgspec

from kodus_ast.api.repository_references import is_pinned, reference_of, sealed_of
from kodus_ast.api.request_context import RequestContext, Submission
from kodus_ast.models.http_requests import InitializeChunk, InitializeImpact, RetrieveChunk, uuid_of
from kodus_ast.models.http_responses import TaskAccepted
from kodus_ast.models.task_requests import ChunkRequest, ImpactRequest
from kodus_ast.models.tasks import TaskKind, TaskStatus


async def create_chunk_impact(context: RequestContext, body: InitializeChunk) -> TaskAccepted:
    """Find whom a chunk of changed code in one file affects; the answer names the task."""
    base, head = reference_of(body.base_repo), reference_of(body.head_repo)
    graphs_task_id, task_id = uuid_of(body.graphs_task_id), uuid_of(body.task_id)
    if task_id and await _has_built_graphs(context, task_id):
        # Clients of the earlier service name the task of the graphs in either field.
        graphs_task_id, task_id = graphs_task_id or task_id, None
    return await context.submit(
        Submission(
            TaskKind.CHUNK_IMPACT,
            ChunkRequest(
                base_repo=base, head_repo=head, file_name=body.file_name, graphs_task_id=graphs_task_id
            ),
            sealed_of(body.base_repo, body.head_repo, code_chunk=body.code_chunk),
            contents=(body.code_chunk.encode(),),
            is_pinned=is_pinned(base) and is_pinned(head),
            priority=body.priority,
            task_id=task_id,
        )
    )


async def _has_built_graphs(context: RequestContext, task_id: UUID) -> bool:
    """Whether it is a task of the organization that has built graphs."""
    task = await context.service.tasks.find(task_id, context.organization)
    return task is not None and task.kind == TaskKind.REPOSITORY_GRAPH and task.status is TaskStatus.COMPLETED


async def get_chunk_impact(context: RequestContext, body: RetrieveChunk) -> dict[str, Any]:
    """Whom a chunk affects, once its task has completed."""
    task, result = await context.result(body.task_id, TaskKind.CHUNK_IMPACT)
    found: dict[str, Any] = msgspec.json.decode(await context.read_artifact(result))
    # Results of earlier releases lack this field; those releases did not look for twins.
    found.setdefault("notLookedFor", [] if found.get("functionSimilarity") else ["functionSimilarity"])
    return found | {
        "baseCommit": task.metadata.get("baseCommit"),
        "headCommit": task.metadata.get("headCommit"),
    }


async def create_impact(context: RequestContext, body: InitializeImpact) -> TaskAccepted:
    """Compare two states of a repository and find the affected definitions; the answer names the task."""
    base, head = reference_of(body.base_repo), reference_of(body.head_repo)
    return await context.submit(
        Submission(
            TaskKind.IMPACT,
            ImpactRequest(base_repo=base, head_repo=head, options=body.options),
            sealed_of(body.base_repo, body.head_repo, diff=body.diff or ""),
            contents=((body.diff or "").encode(),),
            is_pinned=is_pinned(base) and is_pinned(head),
            priority=body.priority,
            task_id=uuid_of(body.task_id),
        )
    )
