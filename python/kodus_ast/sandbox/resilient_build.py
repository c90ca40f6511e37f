"""Builds that survive their files: one that kills the child is found, left out and named, the rest is built.

The core writes to a journal which file each thread begins (`build/guard.rs`). When the child dies, the files
that were open are suspects: the next try reads them first and one by one, and what is open at a death is it.
While names are resolved nothing is written, for the time that it takes: when a child dies of that, the next
try writes there too.
"""

import functools
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kodus_ast.config import ServiceSettings, Settings
from kodus_ast.errors import BuildLimitError, ChildKilledError, PoisonedFilesError
from kodus_ast.models.core_answers import BuildReport
from kodus_ast.sandbox.child import BuildJob, Watch, call

SLOT = 8 << 10
MOST_POISONED = 3
TRIES = 2 * (MOST_POISONED + 1) + 3

LIMITED = {
    "memory": "building the graph takes more memory than it may",
    "time": "building the graph gets on no more",
}


@dataclass(slots=True)
class Journal:
    """Which files the threads of a child are at, and since when; and whether it gets on."""

    file: Path
    most_s: float
    stage: str = ""
    _since: dict[tuple[int, int], float] = field(default_factory=dict)
    _done: int = 0
    _moved: float = 0.0

    def told(self, stage: str, done: int) -> None:
        """What the child says of its progress."""
        if (stage, done) != (self.stage, self._done):
            self.stage, self._done, self._moved = stage, done, time.monotonic()

    def open_files(self) -> dict[tuple[int, int], str]:
        """Paths by (thread, count)."""
        try:
            written = self.file.read_bytes()
        except OSError:
            return {}
        found = {}
        for start in range(0, len(written), SLOT):
            length = int.from_bytes(written[start : start + 4], "little")
            count = int.from_bytes(written[start + 4 : start + 8], "little")
            if length:
                path = written[start + 8 : start + 8 + length].decode(errors="replace")
                found[start // SLOT, count] = path
        return found

    def look(self) -> str:
        """`time` when a file has been open, or resolving has not got on, for too long."""
        now = time.monotonic()
        if self.stage == "resolve" and now - self._moved > self.most_s:
            return "time"
        self._since = {entry: self._since.get(entry, now) for entry in self.open_files()}
        return "time" if any(now - since > self.most_s for since in self._since.values()) else ""


async def guarded(job: BuildJob, settings: Settings, watch: Watch | None = None) -> BuildReport:
    """The report of a build that may have taken several tries.

    Raises `PoisonedFilesError` after more than three files that kill, `BuildLimitError` when memory or time
    ends and it is no file's doing, `ChildKilledError` when nobody knows why.
    """
    service: ServiceSettings = settings.service
    left_out: dict[str, str] = {}
    suspects: set[str] = set()
    closely = False
    for _ in range(TRIES):
        journal = Journal(Path(f"{job.artifact}.journal"), service.child.file_seconds)
        guard = {
            "journal": str(journal.file),
            "suspects": sorted(suspects),
            "left_out": left_out,
            "closely": closely,
        }
        try:
            watching = functools.partial(_told, journal, watch)
            return await call(
                msgspec.structs.replace(job, guard=guard), BuildReport, service, watching, journal.look
            )
        except ChildKilledError as death:
            at_work = sorted(set(journal.open_files().values()))
            if not at_work:
                # What is told of the stage comes late.
                if journal.stage in {"parse", "resolve"} and not closely:
                    closely = True
                    continue
                if death.cause in LIMITED:
                    raise BuildLimitError(LIMITED[death.cause]) from None
                raise
            if death.cause == "memory" and suspects and suspects.isdisjoint(at_work):
                # Each of these was fine alone.
                raise BuildLimitError(LIMITED["memory"]) from None
            if len(at_work) == 1 and at_work[0] in suspects:
                left_out[at_work[0]] = "memory" if death.cause == "killed" else death.cause
            suspects = set(at_work) - left_out.keys()
            if len(left_out) > MOST_POISONED:
                named = ", ".join(sorted(left_out))
                raise PoisonedFilesError(
                    f"each of these files kills the process that reads it: {named}"
                ) from None
        finally:
            journal.file.unlink(missing_ok=True)
    raise ChildKilledError


def _told(journal: Journal, watch: Watch | None, stage: str, done: int, total: int) -> None:
    journal.told(stage, done)
    if watch:
        watch(stage, done, total)
