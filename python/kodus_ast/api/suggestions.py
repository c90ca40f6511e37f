"""Problems of files with suggestions, as clients of the earlier service ask for them: those of syntax."""

import msgspec

from kodus_ast.api.request_context import RequestContext, Submission
from kodus_ast.api.request_parsing import parse_base64
from kodus_ast.models.http_requests import DiagnoseSuggestions, uuid_of
from kodus_ast.models.http_responses import (
    Diagnostic,
    DiagnosticPosition,
    DiagnosticRange,
    DiagnosticsReply,
    FileDiagnostics,
    FileVerdict,
    FileVerdicts,
    TaskAccepted,
)
from kodus_ast.models.task_requests import GivenFile, Sealed, ValidateRequest
from kodus_ast.models.tasks import TaskKind

UNCHECKED = "unchecked"
"""Key in the metadata of a task: paths whose text was not sent."""
ERROR = 1
"""A severity of the Language Server Protocol."""


async def create_diagnosis(context: RequestContext, body: DiagnoseSuggestions) -> TaskAccepted:
    """Check the syntax of files as they would be with suggestions; the answer names the task."""
    name, given = ("files", body.files) if body.files is not None else ("suggestions", body.suggestions or [])
    files: list[GivenFile] = []
    contents: dict[str, bytes] = {}
    unchecked: list[str] = []
    for number, one in enumerate(given):
        if one.data is None:
            unchecked.append(one.path)
            continue
        file = GivenFile(str(number), one.path, one.language or body.language or "")
        files.append(file)
        contents[file.id] = parse_base64(one.data, f"{name}[{number}].encodedData")
    return await context.submit(
        Submission(
            TaskKind.VALIDATE_CODE,
            ValidateRequest(files),
            Sealed(files=contents),
            contents=(*contents.values(), *(path.encode() for path in unchecked)),
            is_pinned=True,
            priority=body.priority,
            task_id=uuid_of(body.task_id),
            metadata={UNCHECKED: unchecked} if unchecked else {},
        )
    )


async def get_diagnosis(context: RequestContext, task_id: str) -> DiagnosticsReply:
    """The problems of each file; types, names and imports are not looked at."""
    task, result = await context.result(task_id, TaskKind.VALIDATE_CODE)
    verdicts = msgspec.json.decode(await context.read_artifact(result), type=FileVerdicts)
    found = [_diagnostics(one) for one in verdicts.results]
    found += [FileDiagnostics("unchecked", path) for path in task.metadata.get(UNCHECKED, [])]
    return DiagnosticsReply(found)


def _diagnostics(verdict: FileVerdict) -> FileDiagnostics:
    path = verdict.file_path or ""
    if verdict.status == "VALID":
        return FileDiagnostics("clean", path)
    if verdict.status != "INVALID_SYNTAX":
        return FileDiagnostics("unchecked", path)
    # The protocol counts from 0, and has the end of a range after its last character.
    line, character = 0, 0
    if verdict.position:
        line, character = max(verdict.position.line - 1, 0), max(verdict.position.column - 1, 0)
    where = DiagnosticRange(DiagnosticPosition(line, character), DiagnosticPosition(line, character + 1))
    message = (verdict.error or "").partition(": ")[2] or "not valid here"
    return FileDiagnostics("error", path, [Diagnostic(where, ERROR, message)])
