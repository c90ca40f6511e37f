"""Whether code that a client sends is valid in its language: as a task, or little at once."""

import base64
import binascii
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from kodus_ast.api.problems import bad_field
from kodus_ast.api.request_context import Call, Submission
from kodus_ast.errors import ArtifactGoneError, TooLargeError
from kodus_ast.models.http_requests import EncodedFile, ValidateCode, ValidateNow, uuid_of
from kodus_ast.models.http_responses import FileVerdicts, TaskAccepted, ValidateReply
from kodus_ast.models.task_requests import GivenFile, Sealed, ValidateRequest
from kodus_ast.models.tasks import TaskKind
from kodus_ast.tasks.validate_code import checked

NOW_BYTES = 1024 * 1024


async def initialize(call: Call, body: ValidateCode) -> TaskAccepted:
    """Check files; the answer names the task."""
    contents = _contents(body.files)
    return await call.submit(
        Submission(
            TaskKind.VALIDATE_CODE,
            ValidateRequest(_given(body.files)),
            Sealed(files=contents),
            contents=tuple(contents.values()),
            is_pinned=True,
            priority=body.priority,
            task_id=uuid_of(body.task_id),
        )
    )


async def result(call: Call, task_id: str) -> ValidateReply:
    """The verdicts of a task."""
    _, found = await call.result(task_id, TaskKind.VALIDATE_CODE)
    if found.artifact is None:
        raise ArtifactGoneError
    raw = await call.durable.artifacts.read(found.artifact)
    return ValidateReply(msgspec.json.decode(raw, type=FileVerdicts))


async def at_once(call: Call, body: ValidateNow) -> dict[str, Any]:
    """Check little, and answer at once: at most 20 files and 1 MiB; more is for the task."""
    contents = _contents(body.files)
    if sum(map(len, contents.values())) > NOW_BYTES:
        raise TooLargeError(f"files may hold {NOW_BYTES} bytes together; more as a task")
    settings = call.durable.settings
    with tempfile.TemporaryDirectory(prefix="kodus-ast-") as directory:
        async with call.context.checks:
            results = await checked(Path(directory), _given(body.files), contents, settings)
    return {"result": {"results": results}}


def _given(files: list[EncodedFile]) -> list[GivenFile]:
    return [GivenFile(file.id, file.file_path, file.language or "") for file in files]


def _contents(files: list[EncodedFile]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for number, file in enumerate(files):
        if file.id in contents:
            raise bad_field(f"files[{number}].id", "another file has it")
        contents[file.id] = bytes_of(file.encoded_data, f"files[{number}].encodedData")
    return contents


def bytes_of(text: str, name: str) -> bytes:
    """What a field holds in base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise bad_field(name, "not base64") from None
