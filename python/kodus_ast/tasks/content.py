"""`TaskKind.CONTENT`: excerpts of files that a client sends, unpacked and read in a child process."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from kodus_ast.models.task_requests import ContentRequest, GivenFile
from kodus_ast.sandbox.jobs import FileExcerptsJob, StoredFile
from kodus_ast.task_context import Outcome, TaskContext, result_of


async def run(context: TaskContext) -> Outcome:
    """One excerpt per file, in the order of the request."""
    request = context.request(ContentRequest)
    sealed = await context.sealed()
    directory = context.directory / "given"
    stored = await asyncio.to_thread(_write_files, directory, request.files, sealed.files)
    # A file and not the answer of the child: this process never holds what was unpacked.
    excerpts = context.directory / "content.json"
    await context.run_job("file excerpts", FileExcerptsJob(str(directory), stored, str(excerpts)), type(None))
    artifact = await context.service.artifacts.put(context.artifact_name(excerpts.name), excerpts)
    return Outcome(result_of(artifact, {"files": len(request.files)}))


def _write_files(directory: Path, files: list[GivenFile], contents: Mapping[str, bytes]) -> list[StoredFile]:
    """Writes content and diff of each file, as they were sent, under names of our own."""
    directory.mkdir(mode=0o700)
    stored = []
    for number, file in enumerate(files):
        one = StoredFile(file.id, file.file_path, f"{number}.content", f"{number}.diff")
        (directory / one.content).write_bytes(contents.get(file.id, b""))
        (directory / one.diff).write_bytes(contents.get(f"diff:{file.id}", b""))
        stored.append(one)
    return stored
