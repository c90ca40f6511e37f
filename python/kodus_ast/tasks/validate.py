"""`TaskKind.VALIDATE_CODE`: whether the files that a client sends are valid in their languages."""

import asyncio
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from kodus_ast.models.answers import Verdict
from kodus_ast.models.requests import GivenFile, Sealed, ValidateRequest
from kodus_ast.models.tasks import TaskResult
from kodus_ast.tasks.child import ValidateJob, call
from kodus_ast.tasks.work import Outcome, Work


async def run(work: Work) -> Outcome:
    """One verdict per file, in the order of the request."""
    request = work.request(ValidateRequest)
    sealed = await work.sealed()
    work.report("checking", 20)
    paths = await asyncio.to_thread(_written, work.directory, request.files, sealed)
    environment = work.durable.settings.service.child_environment
    verdicts = await call(ValidateJob([str(path) for path in paths]), list[Verdict], environment)
    results = [_result(file, verdict) for file, verdict in zip(request.files, verdicts, strict=True)]
    stored = await work.durable.artifacts.put_bytes(
        work.name("results.json"), msgspec.json.encode({"results": results})
    )
    counts: dict[str, int] = {}
    for verdict in verdicts:
        counts[verdict.status] = counts.get(verdict.status, 0) + 1
    return Outcome(
        TaskResult(
            summary={"files": len(results), "statuses": counts},
            artifact=stored.name,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
        )
    )


def _written(directory: Path, files: list[GivenFile], sealed: Sealed) -> list[Path]:
    """Under names of our own: of the client's only the last part counts, which says the language."""
    paths = []
    for number, file in enumerate(files):
        suffix = "".join(PurePosixPath(file.file_path).suffixes[-1:])
        path = directory / f"{number}{suffix if suffix.isascii() and '/' not in suffix else ''}"
        path.write_bytes(sealed.files.get(file.id, b""))
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
