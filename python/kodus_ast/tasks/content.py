"""`TaskKind.CONTENT`: excerpts of files that a client sends: changed lines, numbered, and those around."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from kodus_ast.changed_lines import Lines, parse_diff
from kodus_ast.models.task_requests import ContentRequest
from kodus_ast.task_context import Outcome, TaskContext, result_of

CUT_MARK = "<- CUT CONTENT ->"
CONTEXT_LINES = 12
"""So many lines before and after a changed line are shown with it."""
WHOLE_FILE_LINES = 300
"""A file of at most so many lines is shown whole."""
NOT_LOOKED_FOR = ("definitions", "callers", "callees", "types", "imports")
"""What such an excerpt does not hold, because no graph was asked."""
Flag = Literal["diff", "full", "simple"]


async def run(context: TaskContext) -> Outcome:
    """One excerpt per file, in the order of the request."""
    request = context.request(ContentRequest)
    sealed = await context.sealed()
    files = []
    for file in request.files:
        text = sealed.files.get(file.id, b"").decode(errors="replace")
        diff = sealed.files.get(f"diff:{file.id}", b"").decode(errors="replace")
        content, flag = excerpt(file.file_path, text, diff)
        files.append({"id": file.id, "content": content, "flag": flag})
    body = msgspec.json.encode({"files": files, "notLookedFor": NOT_LOOKED_FOR})
    stored = await context.service.artifacts.put_bytes(context.artifact_name("content.json"), body)
    return Outcome(result_of(stored, {"files": len(files)}))


def excerpt(path: str, text: str, diff: str) -> tuple[str, Flag]:
    """The text to show of a file: the lines of the diff, the whole file, or the lines around changes."""
    if not text:
        return render_lines(path, new_lines(diff)), "diff"
    lines = text.splitlines()
    changed = {number for number, _ in new_lines(diff)}
    if len(lines) <= WHOLE_FILE_LINES or not changed:
        return render_lines(path, enumerate(lines, start=1)), "full"
    near = {one for number in changed for one in range(number - CONTEXT_LINES, number + CONTEXT_LINES + 1)}
    return render_lines(path, ((n, line) for n, line in enumerate(lines, start=1) if n in near)), "simple"


def new_lines(diff: str) -> Lines:
    """The lines that a diff shows of the new side, with their numbers; other text is numbered from 1."""
    found = parse_diff(diff)
    return found.shown if found.matched_by == "lines" else list(enumerate(diff.splitlines(), start=1))


def render_lines(path: str, lines: Iterable[tuple[int, str]]) -> str:
    """`<-- path -->`, then the lines as `12: code`, with a mark where lines are left out."""
    out = [f"<-- {path} -->"]
    last = 0
    for number, line in lines:
        if last and number != last + 1:
            out.append(CUT_MARK)
        out.append(f"{number}: {line}")
        last = number
    return "\n".join(out)
