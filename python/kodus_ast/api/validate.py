"""Whether code that a client sends is valid in its language: as a task, or within the request."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec

from kodus_ast.api.problems import bad_field
from kodus_ast.api.request_context import RequestContext, Submission
from kodus_ast.api.request_parsing import parse_base64
from kodus_ast.errors import TooLargeError
from kodus_ast.models.http_requests import EncodedFile, ValidateCode, ValidateNow, uuid_of
from kodus_ast.models.http_responses import FileVerdicts, TaskAccepted, ValidateReply
from kodus_ast.models.task_requests import GivenFile, Sealed, ValidateRequest
from kodus_ast.models.tasks import TaskKind
from kodus_ast.tasks.validate_code import validate_files

MAX_BYTES = 1024 * 1024
"""The most bytes of all files together that are validated within a request."""


async def create_validation(context: RequestContext, body: ValidateCode) -> TaskAccepted:
    """Check files; the answer names the task."""
    contents = _contents(body.files)
    return await context.submit(
        Submission(
            TaskKind.VALIDATE_CODE,
            ValidateRequest(_given_files(body.files)),
            Sealed(files=contents),
            contents=tuple(contents.values()),
            is_pinned=True,
            priority=body.priority,
            task_id=uuid_of(body.task_id),
        )
    )


async def get_validation(context: RequestContext, task_id: str) -> ValidateReply:
    """The verdicts of a task."""
    _, result = await context.result(task_id, TaskKind.VALIDATE_CODE)
    return ValidateReply(msgspec.json.decode(await context.read_artifact(result), type=FileVerdicts))


async def validate_code(context: RequestContext, body: ValidateNow) -> dict[str, Any]:
    """Check at most 20 files of 1 MiB together within the request; for more submit a task."""
    contents = _contents(body.files)
    if sum(map(len, contents.values())) > MAX_BYTES:
        raise TooLargeError(f"files may hold {MAX_BYTES} bytes together; more as a task")
    settings = context.service.settings
    with tempfile.TemporaryDirectory(prefix="kodus-ast-") as directory:
        async with context.api.validation_slots:
            results = await validate_files(Path(directory), _given_files(body.files), contents, settings)
    return {"result": {"results": results}}


def _given_files(files: list[EncodedFile]) -> list[GivenFile]:
    return [GivenFile(file.id, file.file_path, file.language or "") for file in files]


def _contents(files: list[EncodedFile]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for number, file in enumerate(files):
        if file.id in contents:
            raise bad_field(f"files[{number}].id", "another file has it")
        contents[file.id] = parse_base64(file.encoded_data, f"files[{number}].encodedData")
    return contents
