"""Excerpts of files that a client sends: changed lines and those around them; unpacked within a limit."""

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from kodus_ast.changed_lines import Lines, parse_diff
from kodus_ast.errors import BadRequestError, TooLargeError

CUT_MARK = "<- CUT CONTENT ->"
CONTEXT_LINES = 12
"""So many lines before and after a changed line are shown with it."""
WHOLE_FILE_LINES = 300
"""A file of at most so many lines is shown whole."""
NOT_LOOKED_FOR = ("definitions", "callers", "callees", "types", "imports")
"""What such an excerpt does not hold, because no graph was asked."""
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
"""The most bytes of the contents and diffs of one task together."""
GZIP = b"\x1f\x8b"
Flag = Literal["diff", "full", "simple"]


def unpack(file: Path, most: int, field: str) -> bytes:
    """The content of a file that may be compressed with gzip; never holds more than `most` bytes of it.

    Raises `TooLargeError` and `BadRequestError`, which name the field of the request.
    """
    with file.open("rb") as opened:
        is_packed = opened.read(len(GZIP)) == GZIP
    try:
        with gzip.open(file) if is_packed else file.open("rb") as opened:
            content = opened.read(most + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BadRequestError(f"{field}: not gzip") from None
    if len(content) > most:
        raise TooLargeError(f"{field}: unpacked, the files hold more than {MAX_UNPACKED_BYTES} bytes")
    return content


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
