"""What a process that reads untrusted code may use: set by itself, before it reads any, for good."""

import contextlib
import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from kodus_ast import graph

SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/urandom",
    "/proc/self",
    "/sys/fs/cgroup",
)
RESERVED = 1 << 30
"""Allocators reserve more than they use. The kernel counts what is reserved, the parent what is used."""
WARNING_S = 5
"""Of processor time: at the soft limit the kernel says which it is, at the hard one it only kills."""
PAGE = os.sysconf("SC_PAGE_SIZE")


class Limits(Struct, frozen=True):
    """Numbers for the kernel, and the parts of the file system that are to be seen."""

    memory: int
    cpu_s: int
    file_size: int
    open_files: int
    readable: list[str]
    writable: list[str]


def confine(limits: Limits) -> list[str]:
    """Sets the limits and leaves everything else behind; says what is in force, by name."""
    said = []
    for name, kind, most, beyond in (
        ("memory", resource.RLIMIT_DATA, limits.memory + RESERVED, 0),
        ("processor time", resource.RLIMIT_CPU, limits.cpu_s, WARNING_S),
        ("file size", resource.RLIMIT_FSIZE, limits.file_size, 0),
        ("open files", resource.RLIMIT_NOFILE, limits.open_files, 0),
        ("core dumps", resource.RLIMIT_CORE, 0, 0),
    ):
        if _limited(kind, most, most + beyond):
            said.append(name)
    return [*said, *graph.confine(_existing([*SYSTEM, *_python(), *limits.readable]), limits.writable)]


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 where that cannot be known."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    return 0


def _limited(kind: int, soft: int, hard: int) -> bool:
    _, before = resource.getrlimit(kind)
    if before != resource.RLIM_INFINITY:
        soft, hard = min(soft, before), min(hard, before)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (OSError, ValueError):
        return False
    return True


def _python() -> Sequence[str]:
    return [sys.prefix, sys.base_prefix, *(entry for entry in sys.path if entry)]


def _existing(paths: Sequence[str]) -> list[str]:
    return sorted({path for path in paths if os.path.exists(path)})  # noqa: PTH110 - texts in, texts out
