"""`TaskKind.VALIDATE_CODE`: whether the files that a client sends are valid in their languages."""

import asyncio
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from kodus_ast.config import Settings
from kodus_ast.models.core_answers import Verdict
from kodus_ast.models.task_requests import GivenFile, ValidateRequest
from kodus_ast.sandbox.jobs import ValidateJob
from kodus_ast.sandbox.parent import run_job
from kodus_ast.task_context import Outcome, TaskContext, result_of


async def run(context: TaskContext) -> Outcome:
    """One verdict per file, in the order of the request."""
    request = context.request(ValidateRequest)
    sealed = await context.sealed()
    context.report("checking", 20)
    settings = context.service.settings
    with context.stage("validate"):
        results = await validate_files(context.directory, request.files, sealed.files, settings)
    stored = await context.service.artifacts.put_bytes(
        context.artifact_name("results.json"), msgspec.json.encode({"results": results})
    )
    counts: dict[str, int] = {}
    for result in results:
        counts[result["status"]] = counts.get(result["status"], 0) + 1
    return Outcome(result_of(stored, {"files": len(results), "statuses": counts}))


async def validate_files(
    directory: Path, files: list[GivenFile], contents: Mapping[str, bytes], settings: Settings
) -> list[dict[str, Any]]:
    """One verdict per file, in order, from a child process.

    `contents` is by `GivenFile.id`. The files are written to `directory`, which the caller removes.
    """
    paths = await asyncio.to_thread(_write_files, directory, files, contents)
    job = ValidateJob([str(path) for path in paths], settings.limits)
    verdicts = await run_job(job, list[Verdict], settings.service)
    return [_result(file, verdict) for file, verdict in zip(files, verdicts, strict=True)]


def _write_files(directory: Path, files: list[GivenFile], contents: Mapping[str, bytes]) -> list[Path]:
    """Writes each file under a name of our own with the client's suffix, which tells the language."""
    paths = []
    for number, file in enumerate(files):
        suffix = "".join(PurePosixPath(file.file_path).suffixes[-1:])
        path = directory / f"{number}{suffix if suffix.isascii() and '/' not in suffix else ''}"
        path.write_bytes(contents.get(file.id, b""))
        paths.append(path)
    return paths


def _result(file: GivenFile, verdict: Verdict) -> dict[str, Any]:
    result: dict[str, Any] = {
        "id": file.id,
        "isValid": verdict.status == "VALID",
        "status": verdict.status,
        "filePath": file.file_path,
    }
    if verdict.error:
        result["position"] = {"line": verdict.error.line, "column": verdict.error.column}
        result["error"] = f"line {verdict.error.line}, column {verdict.error.column}: {verdict.error.message}"
    return result
