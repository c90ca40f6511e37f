"""What a reviewer needs to read beside a diff."""

import zlib

import msgspec

from kodus_ast import graph
from kodus_ast.api.problems import bad_field
from kodus_ast.api.request_context import Call, Submission
from kodus_ast.api.validate import bytes_of
from kodus_ast.changed_lines import of_file, touched
from kodus_ast.errors import ArtifactGoneError, TaskNotEndedError, TooLargeError
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
from kodus_ast.tasks.content import NOT_LOOKED_FOR, new_lines, rendered
from kodus_ast.tasks.impact import EXCERPT_CHARACTERS

GZIP = b"\x1f\x8b"
MOST_UNPACKED = 64 * 1024 * 1024


async def content(call: Call, body: DiffContent) -> ContentReply:
    """What is to be read beside a diff: changed code, callers, callees, types, imports and tests."""
    task = await call.task(body.task_id)
    if not task.status.is_terminal:
        # Its graphs are still to come; without them the answer would be less than it can be.
        raise TaskNotEndedError
    before, after = task.metadata.get("baseCommit"), task.metadata.get("headCommit")
    diff = of_file(body.diff, body.file_path)
    lines = touched(diff)
    kept: dict[str, str] = task.metadata.get(GRAPHS) or {}
    if TEXTS in kept and lines.shown:
        symbols = call.context.symbols
        texts, head = await symbols.file(task, TEXTS), await symbols.file(task, "head")
        base = await symbols.file(task, "base") if "base" in kept else None
        options = {
            "characters": int(body.budget or 0) or EXCERPT_CHARACTERS,
            "focus": [(body.file_path, first, last) for first, last in lines.ranges],
        }
        limits = call.durable.settings.limits
        found, _ = await graph.content(texts, None, head, base=base, options=options, limits=limits)
        if found.files:
            _, result = await call.result(task.id)
            return ContentReply(
                content=found.text,
                flag="simple",
                cut_lines=found.cut.lines,
                base_commit=before,
                head_commit=after,
                tool_version=result.summary.get("toolVersion"),
                format=result.format,
                left_out=LeftOut(files=files_left_out(result, "head")),
            )
    # No graph of it is kept, or none that holds the file: the diff itself is what there is.
    return ContentReply(
        content=rendered(body.file_path, new_lines(diff)),
        flag="diff",
        not_looked_for=list(NOT_LOOKED_FOR),
        base_commit=before,
        head_commit=after,
    )


async def initialize(call: Call, body: InitializeContent) -> TaskAccepted:
    """Make excerpts of files that the client sends, without any repository; the answer names the task."""
    files: dict[str, bytes] = {}
    for number, file in enumerate(body.files):
        if file.id in files:
            raise bad_field(f"files[{number}].id", "another file has it")
        packed = bytes_of(file.content, f"files[{number}].content")
        files[file.id] = _unpacked(packed, f"files[{number}].content")
        files[f"diff:{file.id}"] = file.diff.encode()
        if sum(map(len, files.values())) > MOST_UNPACKED:
            raise TooLargeError(f"files may hold {MOST_UNPACKED} bytes together, unpacked")
    return await call.submit(
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


async def retrieve(call: Call, body: RetrieveContent) -> FileContentsReply:
    """The excerpts that were made."""
    _, result = await call.result(body.task_id, TaskKind.CONTENT)
    if result.artifact is None:
        raise ArtifactGoneError
    raw = await call.durable.artifacts.read(result.artifact)
    return FileContentsReply(msgspec.json.decode(raw, type=FileContents))


def _unpacked(packed: bytes, name: str) -> bytes:
    if not packed.startswith(GZIP):
        return packed
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(packed, MOST_UNPACKED + 1)
    except zlib.error:
        raise bad_field(name, "not gzip") from None
    if len(unpacked) > MOST_UNPACKED:
        raise TooLargeError(f"{name} holds more than {MOST_UNPACKED} bytes, unpacked")
    return unpacked
