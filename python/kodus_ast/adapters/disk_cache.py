"""Artefacts as files of a cache directory: written whole, bounded by bytes, the least recent go first."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".graph"


@dataclass(frozen=True, slots=True)
class CacheDirectory:
    """The `Graphs` port over a directory. Losing any file of it costs time, nothing else."""

    directory: Path
    max_bytes: int

    def find(self, key: str, group: str = "") -> Path | None:
        """The stored artefact, now the most recently used one."""
        file = self._file(key, group)
        try:
            os.utime(file)
        except OSError:
            return None
        return file

    def put(self, key: str, file: Path, group: str = "") -> Path:
        """Copies the file in under a name of its own, then renames: a reader sees all of it or nothing."""
        stored = self._file(key, group)
        part: Path | None = None
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self.directory, suffix=".part")
            os.close(handle)
            part = Path(name)
            shutil.copyfile(file, part)
            part.replace(stored)
        except OSError:
            # A full or read-only disk must not cost the answer: the caller's own file is as good.
            if part:
                part.unlink(missing_ok=True)
            return file
        self._shrink(keep=stored)
        return stored

    def forget(self, group: str) -> None:
        """Removes what was put under any key with that group."""
        for file in self.directory.glob(f"{_digest(group)}-*{SUFFIX}"):
            with contextlib.suppress(OSError):
                file.unlink()

    def clear(self) -> None:
        """Removes every stored artefact."""
        for file in self.directory.glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                file.unlink()

    def _file(self, key: str, group: str) -> Path:
        return self.directory / f"{_digest(group)}-{_digest(key)}{SUFFIX}"

    def _shrink(self, keep: Path) -> None:
        with contextlib.suppress(OSError):
            entries = [(file.stat(), file) for file in self.directory.glob(f"*{SUFFIX}")]
            total = sum(status.st_size for status, _ in entries)
            for status, file in sorted(entries, key=lambda entry: entry[0].st_mtime_ns):
                if total <= self.max_bytes:
                    return
                if file != keep:
                    file.unlink(missing_ok=True)
                    total -= status.st_size


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
