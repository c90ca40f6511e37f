"""Which lines of a file a diff, or a piece of code without diff marks, is about. Reads no file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
FILE = re.compile(r"## file: ", re.IGNORECASE)
NUMBERED = re.compile(r"(\d+) ?([ +-]?)(.*)")
NEW, OLD = "__new hunk__", "__old hunk__"
MIN_UNIQUE_CHARACTERS = 8
"""A shorter line occurs in too many places to locate a piece of code by it."""

Lines = list[tuple[int, str]]


@dataclass
class ChangedLines:
    """The lines of one file that a diff shows of the new side, adds, and removes."""

    shown: Lines = field(default_factory=list)
    added: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)
    """By their numbers on the old side."""
    matched_by: Literal["lines", "text", "nothing"] = "nothing"
    """How the lines were found: by the marks of a diff, by the text of the code, or not at all."""

    def overlaps(self, first: int, last: int, side: Literal["new", "old"]) -> bool:
        """Whether a line from `first` to `last`, both included, is added (new) or removed (old)."""
        lines = self.added if side == "new" else self.removed
        return any(first <= number <= last for number in lines)

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """The shown lines of the new side, as (first line, last line)."""
        return group_lines(number for number, _ in self.shown)


def parse_diff(diff: str) -> ChangedLines:
    """Reads unified and git diffs, and the form with `__new hunk__` markers; other text gives no lines."""
    found = _parse_marked(diff) if NEW in diff or OLD in diff else _parse_unified(diff)
    if not found.added and not found.removed:
        # A diff without + and - counts as a change of all lines that it shows.
        found.added = {number for number, _ in found.shown}
    return found


def select_file(diff: str, path: str) -> str:
    """The part of a diff that is about this file; the whole diff if it is about a single file."""
    sections = [_Section()]
    lines = diff.splitlines()
    for (line, is_hunk), following in zip(_mark_hunks(lines), [*lines[1:], ""], strict=False):
        if not is_hunk:
            begins = line.startswith("diff --git ") or FILE.match(line) is not None
            has_names = line.startswith("--- ") and following.startswith("+++ ")
            if begins or (has_names and sections[-1].is_begun):
                sections.append(_Section())
            if begins or has_names or line.startswith(("+++ ", "rename ")):
                sections[-1].head += line + "\n"
        sections[-1].lines.append(line)
        sections[-1].is_begun |= is_hunk
    of_files = [section for section in sections if section.head]
    if len(of_files) < 2:
        return diff
    return "\ndiff --git \n".join("\n".join(section.lines) for section in of_files if section.is_of(path))


def _mark_hunks(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it belongs to a hunk: inside a hunk a line may look like a file header."""
    old = new = 0
    for line in lines:
        if hunk := HUNK.match(line):
            old, new = int(hunk[2] or 1), int(hunk[4] or 1)
            yield line, True
        elif (old > 0 or new > 0) and line[:1] in {"", " ", "-", "+", "\\"}:
            old -= line[:1] in {"", " ", "-"}
            new -= line[:1] in {"", " ", "+"}
            yield line, True
        else:
            old = new = 0
            yield line, False


@dataclass
class _Section:
    """The part of a diff about one file."""

    head: str = ""
    lines: list[str] = field(default_factory=list)
    is_begun: bool = False

    def is_of(self, path: str) -> bool:
        """Whether its header names this path; git writes a letter and a slash before paths."""
        escaped = re.escape(path)
        return re.search(rf"(?m)(?: |'|\")(?:[abciow]/)?{escaped}(?:['\"\t]| b/|$)", self.head) is not None


def locate_text(code: str, file: str) -> ChangedLines:
    """Where a piece of code stands in a file: all of it in a row, else its unique lines one by one."""
    wanted = [line.strip() for line in code.splitlines() if line.strip()]
    lines = [(number, line) for number, line in enumerate(file.splitlines(), start=1) if line.strip()]
    bare = [line.strip() for _, line in lines]
    size = len(wanted)
    if not size:
        return ChangedLines()
    for start in range(len(bare) - size + 1):
        if bare[start : start + size] == wanted:
            return _matched_by_text(lines[start : start + size])
    unique = {line for line in wanted if len(line) >= MIN_UNIQUE_CHARACTERS and bare.count(line) == 1}
    return _matched_by_text([(number, line) for number, line in lines if line.strip() in unique])


def _matched_by_text(lines: Lines) -> ChangedLines:
    return ChangedLines(lines, {number for number, _ in lines}, set(), "text" if lines else "nothing")


def _parse_unified(diff: str) -> ChangedLines:
    found = ChangedLines()
    old = new = 0
    for line in diff.splitlines():
        if hunk := HUNK.match(line):
            old, new = int(hunk[1]), int(hunk[3])
            found.matched_by = "lines"
        elif line.startswith("diff --git ") or not (old or new):
            old = new = 0
        elif line.startswith("+"):
            found.shown.append((new, line[1:]))
            found.added.add(new)
            new += 1
        elif line.startswith("-"):
            found.removed.add(old)
            old += 1
        elif line.startswith(" ") or not line:
            found.shown.append((new, line[1:]))
            old, new = old + 1, new + 1
    return found


def _parse_marked(diff: str) -> ChangedLines:
    found = ChangedLines(matched_by="lines")
    old = 0
    side = ""
    for line in diff.splitlines():
        if hunk := HUNK.match(line):
            old, side = int(hunk[1]), ""
        elif NEW in line or OLD in line:
            side = NEW if NEW in line else OLD
        elif side == NEW and (numbered := NUMBERED.fullmatch(line)):
            found.shown.append((int(numbered[1]), numbered[3]))
            if numbered[2] == "+":
                found.added.add(int(numbered[1]))
        elif side == OLD:
            # With or without numbers: the lines of the old side follow each other from the start of the hunk.
            mark = NUMBERED.fullmatch(line)
            if line.startswith("-") or (mark and mark[2] == "-"):
                found.removed.add(int(mark[1]) if mark else old)
            old += 1
    return found


def group_lines(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Line numbers as (first, last) of each run of consecutive numbers."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
