"""`TaskKind.VALIDATE_CODE`: whether the files that a client sends are valid in their languages."""

import asyncio
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from kodus_ast.config import Settings
from kodus_ast.models.core_answers import Verdict
from kodus_ast.models.task_requests import GivenFile, ValidateRequest
from kodus_ast.models.tasks import TaskResult
from kodus_ast.sandbox.child import ValidateJob, call
from kodus_ast.task_context import Outcome, Work


async def run(work: Work) -> Outcome:
    """One verdict per file, in the order of the request."""
    request = work.request(ValidateRequest)
    sealed = await work.sealed()
    work.report("checking", 20)
    settings = work.durable.settings
    with work.stage("validate"):
        results = await checked(work.directory, request.files, sealed.files, settings)
    stored = await work.durable.artifacts.put_bytes(
        work.name("results.json"), msgspec.json.encode({"results": results})
    )
    counts: dict[str, int] = {}
    for one in results:
        counts[one["status"]] = counts.get(one["status"], 0) + 1
    return Outcome(
        TaskResult(
            summary={"files": len(results), "statuses": counts},
            artifact=stored.name,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
        )
    )


async def checked(
    directory: Path, files: list[GivenFile], contents: Mapping[str, bytes], settings: Settings
) -> list[dict[str, Any]]:
    """One verdict per file, in order, from a process of its own. The caller removes the directory."""
    paths = await asyncio.to_thread(_written, directory, files, contents)
    job = ValidateJob([str(path) for path in paths], settings.limits)
    verdicts = await call(job, list[Verdict], settings.service)
    return [_result(file, verdict) for file, verdict in zip(files, verdicts, strict=True)]


def _written(directory: Path, files: list[GivenFile], contents: Mapping[str, bytes]) -> list[Path]:
    """Under names of our own: of the client's only the last part counts, which says the language."""
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
        result["error"] = f"line {verdict.error.line}, column {verdict.error.column}: {verdict.error.message}"
    return result
