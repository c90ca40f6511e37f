"""Which lines of a file a diff, or a bare piece of code, is about. Nothing is read here."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
FILE = re.compile(r"## file: ", re.IGNORECASE)
NUMBERED = re.compile(r"(\d+) ?([ +-]?)(.*)")
NEW, OLD = "__new hunk__", "__old hunk__"
TELLING = 8
"""A line of fewer characters stands in too many places to tell which is meant."""

Lines = list[tuple[int, str]]


@dataclass
class Touched:
    """The lines of one file: those that a diff shows of the new side, that it adds, that it takes away."""

    shown: Lines = field(default_factory=list)
    added: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)
    """By their numbers on the old side."""
    by: Literal["lines", "text", "nothing"] = "nothing"

    def meets(self, first: int, last: int, side: Literal["new", "old"]) -> bool:
        """Whether something changed between the two lines, both included."""
        lines = self.added if side == "new" else self.removed
        return any(first <= number <= last for number in lines)

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """What is shown of the new side, as first and last lines."""
        return ranges(number for number, _ in self.shown)


def touched(diff: str) -> Touched:
    """Reads unified and git diffs, and the form with `__new hunk__` markers; anything else tells nothing."""
    found = _marked(diff) if NEW in diff or OLD in diff else _unified(diff)
    if not found.added and not found.removed:
        # A diff without marks: all that it shows is meant.
        found.added = {number for number, _ in found.shown}
    return found


def of_file(diff: str, path: str) -> str:
    """What of a diff is about this file; all of it where it is about one file, named or not."""
    sections = [_Section()]
    lines = diff.splitlines()
    for (line, is_hunk), following in zip(_lines(lines), [*lines[1:], ""], strict=False):
        if not is_hunk:
            begins = line.startswith("diff --git ") or FILE.match(line) is not None
            names = line.startswith("--- ") and following.startswith("+++ ")
            if begins or (names and sections[-1].is_begun):
                sections.append(_Section())
            if begins or names or line.startswith(("+++ ", "rename ")):
                sections[-1].head += line + "\n"
        sections[-1].lines.append(line)
        sections[-1].is_begun |= is_hunk
    named = [section for section in sections if section.head]
    if len(named) < 2:
        return diff
    return "\ndiff --git \n".join("\n".join(section.lines) for section in named if section.names(path))


def _lines(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is of a hunk, as long as that says: there a line may look like a head."""
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

    def names(self, path: str) -> bool:
        """Whether one of the names in its head is this; those of git have a letter before them."""
        own = re.escape(path)
        return re.search(rf"(?m)(?: |'|\")(?:[abciow]/)?{own}(?:['\"\t]| b/|$)", self.head) is not None


def of_text(code: str, file: str) -> Touched:
    """Where a bare piece of code stands in a file: all of it in a row, else its telling lines one by one."""
    wanted = [line.strip() for line in code.splitlines() if line.strip()]
    lines = [(number, line) for number, line in enumerate(file.splitlines(), start=1) if line.strip()]
    bare = [line.strip() for _, line in lines]
    size = len(wanted)
    if not size:
        return Touched()
    for start in range(len(bare) - size + 1):
        if bare[start : start + size] == wanted:
            return _standing(lines[start : start + size])
    telling = {line for line in wanted if len(line) >= TELLING and bare.count(line) == 1}
    return _standing([(number, line) for number, line in lines if line.strip() in telling])


def _standing(lines: Lines) -> Touched:
    return Touched(lines, {number for number, _ in lines}, set(), "text" if lines else "nothing")


def _unified(diff: str) -> Touched:
    found = Touched()
    old = new = 0
    for line in diff.splitlines():
        if hunk := HUNK.match(line):
            old, new = int(hunk[1]), int(hunk[3])
            found.by = "lines"
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


def _marked(diff: str) -> Touched:
    found = Touched(by="lines")
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
            # Numbered or not: the lines of the old side follow each other from where the hunk begins.
            mark = NUMBERED.fullmatch(line)
            if line.startswith("-") or (mark and mark[2] == "-"):
                found.removed.add(int(mark[1]) if mark else old)
            old += 1
    return found


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as first and last of those that follow each other."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
