"""Builds that go on without files that kill the child: such a file is found, left out and named.

The core writes to a journal which file each thread begins (`build/journal.rs`). When the child
dies, the files
that were open are suspects: the next try reads them first and one by one, and the file that is open at a
second death is the cause. While names are resolved the journal is not written, because that takes time. When
a child dies in that stage, the next try writes it there too.
"""

import functools
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kodus_ast.config import ServiceSettings, Settings
from kodus_ast.errors import BuildLimitError, ChildKilledError, PoisonedFilesError
from kodus_ast.models.core_answers import BuildReport
from kodus_ast.sandbox.jobs import BuildJob, Watch
from kodus_ast.sandbox.parent import run_job

SLOT_BYTES = 8 << 10
"""Each thread has a slot of the journal: length (4 bytes), count (4 bytes), path."""
MAX_POISONED_FILES = 3
MAX_TRIES = 2 * (MAX_POISONED_FILES + 1) + 3

LIMIT_MESSAGES = {
    "memory": "building the graph takes more memory than it may",
    "time": "building the graph gets on no more",
}


@dataclass(slots=True)
class Journal:
    """Which files the threads of a child have open, since when, and whether the build makes progress."""

    file: Path
    max_s: float
    """The longest time for one file, and for resolving without progress, in seconds."""
    stage: str = ""
    _since: dict[tuple[int, int], float] = field(default_factory=dict)
    _done: int = 0
    _last_progress: float = 0.0

    def record_progress(self, stage: str, done: int) -> None:
        """Takes a progress report of the child."""
        if (stage, done) != (self.stage, self._done):
            self.stage, self._done, self._last_progress = stage, done, time.monotonic()

    def open_files(self) -> dict[tuple[int, int], str]:
        """Paths by (thread, count)."""
        try:
            written = self.file.read_bytes()
        except OSError:
            return {}
        found = {}
        for start in range(0, len(written), SLOT_BYTES):
            length = int.from_bytes(written[start : start + 4], "little")
            count = int.from_bytes(written[start + 4 : start + 8], "little")
            if length:
                path = written[start + 8 : start + 8 + length].decode(errors="replace")
                found[start // SLOT_BYTES, count] = path
        return found

    def check(self) -> str:
        """`time` when a file is open for too long or resolving makes no progress, else an empty string."""
        now = time.monotonic()
        if self.stage == "resolve" and now - self._last_progress > self.max_s:
            return "time"
        self._since = {entry: self._since.get(entry, now) for entry in self.open_files()}
        return "time" if any(now - since > self.max_s for since in self._since.values()) else ""


async def build_resiliently(job: BuildJob, settings: Settings, watch: Watch | None = None) -> BuildReport:
    """The report of a build that may have taken several tries.

    Raises `PoisonedFilesError` after more than three files that kill, `BuildLimitError` when memory or time
    ends and no single file causes it, `ChildKilledError` when the cause is not known.
    """
    service: ServiceSettings = settings.service
    left_out: dict[str, str] = {}
    suspects: set[str] = set()
    closely = False
    for _ in range(MAX_TRIES):
        journal = Journal(Path(f"{job.artifact}.journal"), service.child.file_seconds)
        guard = {
            "journal": str(journal.file),
            "suspects": sorted(suspects),
            "left_out": left_out,
            "closely": closely,
        }
        try:
            record = functools.partial(_record_progress, journal, watch)
            return await run_job(
                msgspec.structs.replace(job, guard=guard), BuildReport, service, record, journal.check
            )
        except ChildKilledError as death:
            open_files = sorted(set(journal.open_files().values()))
            if not open_files:
                # The report of a new stage may come late, so `parse` may mean the beginning of `resolve`.
                if journal.stage in {"parse", "resolve"} and not closely:
                    closely = True
                    continue
                if death.cause in LIMIT_MESSAGES:
                    raise BuildLimitError(LIMIT_MESSAGES[death.cause]) from None
                raise
            if death.cause == "memory" and suspects and suspects.isdisjoint(open_files):
                # Each suspect was read alone without harm: it is the whole that takes the memory.
                raise BuildLimitError(LIMIT_MESSAGES["memory"]) from None
            if len(open_files) == 1 and open_files[0] in suspects:
                left_out[open_files[0]] = "memory" if death.cause == "killed" else death.cause
            suspects = set(open_files) - left_out.keys()
            if len(left_out) > MAX_POISONED_FILES:
                names = ", ".join(sorted(left_out))
                raise PoisonedFilesError(
                    f"each of these files kills the process that reads it: {names}"
                ) from None
        finally:
            journal.file.unlink(missing_ok=True)
    raise ChildKilledError


def _record_progress(journal: Journal, watch: Watch | None, stage: str, done: int, total: int) -> None:
    journal.record_progress(stage, done)
    if watch:
        watch(stage, done, total)
