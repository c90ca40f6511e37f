"""Change impact: of one chunk of code as the kept routes know it, and the whole job in one call."""

from typing import Any

import msgspec

from kodus_ast.api.repositories import is_pinned, ref_of, sealed_of
from kodus_ast.api.request_context import Call, Submission
from kodus_ast.errors import ArtifactGoneError
from kodus_ast.models.http_requests import InitializeChunk, InitializeImpact, RetrieveChunk, uuid_of
from kodus_ast.models.http_responses import TaskAccepted
from kodus_ast.models.task_requests import ChunkRequest, ImpactRequest
from kodus_ast.models.tasks import TaskKind


async def initialize(call: Call, body: InitializeChunk) -> TaskAccepted:
    """Find whom a chunk of changed code in one file affects; the answer names the task."""
    base, head = ref_of(body.base_repo), ref_of(body.head_repo)
    return await call.submit(
        Submission(
            TaskKind.CHUNK_IMPACT,
            ChunkRequest(
                base_repo=base,
                head_repo=head,
                file_name=body.file_name,
                graphs_task_id=uuid_of(body.graphs_task_id),
            ),
            sealed_of(body.base_repo, body.head_repo, code_chunk=body.code_chunk),
            contents=(body.code_chunk.encode(),),
            is_pinned=is_pinned(base) and is_pinned(head),
            priority=body.priority,
            task_id=uuid_of(body.task_id),
        )
    )


async def retrieve(call: Call, body: RetrieveChunk) -> dict[str, Any]:
    """What the analysis of a chunk has found."""
    task, result = await call.result(body.task_id, TaskKind.CHUNK_IMPACT)
    if result.artifact is None:
        raise ArtifactGoneError
    found: dict[str, Any] = msgspec.json.decode(await call.durable.artifacts.read(result.artifact))
    # Of a task that an earlier release has done: nobody had looked.
    found.setdefault("notLookedFor", [] if found.get("functionSimilarity") else ["functionSimilarity"])
    return found | {
        "baseCommit": task.metadata.get("baseCommit"),
        "headCommit": task.metadata.get("headCommit"),
    }


async def whole(call: Call, body: InitializeImpact) -> TaskAccepted:
    """Do the whole job: two states in, the affected definitions out; the answer names the task."""
    base, head = ref_of(body.base_repo), ref_of(body.head_repo)
    return await call.submit(
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
