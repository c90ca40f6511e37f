"""`TaskKind.CONTENT`: excerpts of files that a client sends: changed lines, numbered, and those around."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from kodus_ast.changed_lines import Lines, touched
from kodus_ast.models.task_requests import ContentRequest
from kodus_ast.models.tasks import TaskResult
from kodus_ast.task_context import Outcome, Work

CUT = "<- CUT CONTENT ->"
AROUND = 12
"""So many lines before and after a changed one belong to it."""
WHOLE_LINES = 300
"""A file of so few lines is given whole."""
NOT_LOOKED_FOR = ("definitions", "callers", "callees", "types", "imports")
"""What an excerpt should hold and this one was not asked of any graph for."""
Flag = Literal["diff", "full", "simple"]


async def run(work: Work) -> Outcome:
    """One excerpt per file, in the order of the request."""
    request = work.request(ContentRequest)
    sealed = await work.sealed()
    files = []
    for file in request.files:
        text = sealed.files.get(file.id, b"").decode(errors="replace")
        diff = sealed.files.get(f"diff:{file.id}", b"").decode(errors="replace")
        content, flag = excerpt(file.file_path, text, diff)
        files.append({"id": file.id, "content": content, "flag": flag})
    body = msgspec.json.encode({"files": files, "notLookedFor": NOT_LOOKED_FOR})
    stored = await work.durable.artifacts.put_bytes(work.name("content.json"), body)
    return Outcome(
        TaskResult(
            summary={"files": len(files)},
            artifact=stored.name,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
        )
    )


def excerpt(path: str, text: str, diff: str) -> tuple[str, Flag]:
    """What is to be read of a file: the lines of the diff, the whole file, or those around changes."""
    if not text:
        return rendered(path, new_lines(diff)), "diff"
    lines = text.splitlines()
    wanted = {number for number, _ in new_lines(diff)}
    if len(lines) <= WHOLE_LINES or not wanted:
        return rendered(path, enumerate(lines, start=1)), "full"
    near = {one for number in wanted for one in range(number - AROUND, number + AROUND + 1)}
    return rendered(path, ((n, line) for n, line in enumerate(lines, start=1) if n in near)), "simple"


def new_lines(diff: str) -> Lines:
    """The lines that a diff shows of the new side, with their numbers; text without marks counts from 1."""
    found = touched(diff)
    return found.shown if found.by == "lines" else list(enumerate(diff.splitlines(), start=1))


def rendered(path: str, lines: Iterable[tuple[int, str]]) -> str:
    """`<-- path -->`, then the lines as `12: code`, with a mark where some are left out."""
    out = [f"<-- {path} -->"]
    last = 0
    for number, line in lines:
        if last and number != last + 1:
            out.append(CUT)
        out.append(f"{number}: {line}")
        last = number
    return "\n".join(out)
