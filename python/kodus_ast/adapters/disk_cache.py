"""The `Graphs` port over a directory: bounded by bytes, the least recently used files are removed first."""

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
    """A directory of graphs, each file written whole. Any file may be deleted at any time."""

    directory: Path
    max_bytes: int

    def find(self, key: str, group: str = "") -> Path | None:
        """The stored graph, which becomes the most recently used one; None if there is none."""
        file = self._file(key, group)
        try:
            os.utime(file)
        except OSError:
            return None
        return file

    def put(self, key: str, file: Path, group: str = "") -> Path:
        """Copies the file to a temporary name, then renames it: a reader sees the whole file or none."""
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
            # A full or read-only disk is no failure: the caller's own file will do.
            if part:
                part.unlink(missing_ok=True)
            return file
        self._shrink(keep=stored)
        return stored

    def remove_group(self, group: str) -> None:
        """Removes everything that was put with this group, under any key."""
        for file in self.directory.glob(f"{_digest(group)}-*{SUFFIX}"):
            with contextlib.suppress(OSError):
                file.unlink()

    def clear(self) -> None:
        """Removes every graph."""
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
