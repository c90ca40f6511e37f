"""What a reviewer needs to read beside a diff."""

import msgspec

from kodus_ast import graph
from kodus_ast.api.problems import bad_field
from kodus_ast.api.request_context import RequestContext, Submission
from kodus_ast.api.request_parsing import parse_base64
from kodus_ast.changed_lines import parse_diff, select_file
from kodus_ast.errors import TaskNotEndedError
from kodus_ast.file_excerpts import NOT_LOOKED_FOR, new_lines, render_lines
from kodus_ast.models.http_requests import DiffContent, InitializeContent, RetrieveContent, uuid_of
from kodus_ast.models.http_responses import (
    ContentReply,
    FileContents,
    FileContentsReply,
    LeftOut,
    TaskAccepted,
    files_left_out,
)
from kodus_ast.models.task_requests import ContentRequest, GivenFile, Sealed
from kodus_ast.models.tasks import TaskKind
from kodus_ast.task_context import GRAPHS, TEXTS
from kodus_ast.tasks.impact import EXCERPT_CHARACTERS


async def get_diff_content(context: RequestContext, body: DiffContent) -> ContentReply:
    """What is to be read beside a diff: changed code, callers, callees, types, imports and tests."""
    task = await context.task(body.task_id)
    if not task.status.is_terminal:
        # Without its graphs, which are still being built, the answer would be incomplete.
        raise TaskNotEndedError
    base_commit, head_commit = task.metadata.get("baseCommit"), task.metadata.get("headCommit")
    lines = parse_diff(select_file(body.diff, body.file_path))
    kept: dict[str, str] = task.metadata.get(GRAPHS) or {}
    if TEXTS in kept and lines.shown:
        stored = context.api.stored_graphs
        texts, head = await stored.fetch(task, TEXTS), await stored.fetch(task, "head")
        base = await stored.fetch(task, "base") if "base" in kept else None
        options = {
            "characters": int(body.budget or 0) or EXCERPT_CHARACTERS,
            "focus": [(body.file_path, first, last) for first, last in lines.ranges],
        }
        limits = context.service.settings.limits
        found, _ = await graph.content(texts, None, head, base=base, options=options, limits=limits)
        if found.files:
            _, result = await context.result(task.id)
            return ContentReply(
                content=found.text,
                flag="simple",
                cut_lines=found.cut.lines,
                base_commit=base_commit,
                head_commit=head_commit,
                tool_version=result.summary.get("toolVersion"),
                format=result.format,
                left_out=LeftOut(files=files_left_out(result, "head")),
            )
    # No graph is kept, or the graph does not hold the file: only the lines of the diff can be shown.
    return ContentReply(
        content=render_lines(body.file_path, new_lines(select_file(body.diff, body.file_path))),
        flag="diff",
        not_looked_for=list(NOT_LOOKED_FOR),
        base_commit=base_commit,
        head_commit=head_commit,
    )


async def create_file_excerpts(context: RequestContext, body: InitializeContent) -> TaskAccepted:
    """Make excerpts of files that the client sends, without any repository; the answer names the task."""
    files: dict[str, bytes] = {}
    for number, file in enumerate(body.files):
        if file.id in files:
            raise bad_field(f"files[{number}].id", "another file has it")
        # Not unpacked here: a worker does that, in a process with limits.
        files[file.id] = parse_base64(file.content, f"files[{number}].content")
        files[f"diff:{file.id}"] = file.diff.encode()
    return await context.submit(
        Submission(
            TaskKind.CONTENT,
            ContentRequest([GivenFile(file.id, file.file_path) for file in body.files]),
            Sealed(files=files),
            contents=tuple(files.values()),
            is_pinned=True,
            priority=body.priority,
            task_id=uuid_of(body.task_id),
        )
    )


async def get_file_excerpts(context: RequestContext, body: RetrieveContent) -> FileContentsReply:
    """The excerpts that a task has made."""
    _, result = await context.result(body.task_id, TaskKind.CONTENT)
    return FileContentsReply(msgspec.json.decode(await context.read_artifact(result), type=FileContents))
