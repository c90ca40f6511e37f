"""Confines the process that calls it, for good: limits of the kernel, and the paths that it may use."""

import contextlib
import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from kodus_ast import graph

SYSTEM_PATHS = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/urandom",
    "/proc/self",
    "/sys/fs/cgroup",
)
RESERVED_BYTES = 1 << 30
"""The kernel limits reserved memory, the parent used memory; allocators reserve more than they use."""
GRACE_S = 5
"""Processor time between the soft limit, whose signal tells the cause, and the hard limit."""
PAGE = os.sysconf("SC_PAGE_SIZE")


class Limits(Struct, frozen=True):
    """Limits for the kernel (bytes, seconds, counts), and the paths that stay accessible."""

    memory: int
    cpu_s: int
    file_size: int
    open_files: int
    readable: list[str]
    writable: list[str]


def confine(limits: Limits) -> list[str]:
    """Applies the limits to this process; returns the names of the protections that are in force."""
    in_force = []
    for name, kind, soft, grace in (
        ("memory", resource.RLIMIT_DATA, limits.memory + RESERVED_BYTES, 0),
        ("processor time", resource.RLIMIT_CPU, limits.cpu_s, GRACE_S),
        ("file size", resource.RLIMIT_FSIZE, limits.file_size, 0),
        ("open files", resource.RLIMIT_NOFILE, limits.open_files, 0),
        ("core dumps", resource.RLIMIT_CORE, 0, 0),
    ):
        if _set_limit(kind, soft, soft + grace):
            in_force.append(name)
    return [
        *in_force,
        *graph.confine(_existing([*SYSTEM_PATHS, *_python_paths(), *limits.readable]), limits.writable),
    ]


def resident(pid: int) -> int:
    """Bytes of memory that a process uses; 0 when that cannot be read."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    return 0


def _set_limit(kind: int, soft: int, hard: int) -> bool:
    _, before = resource.getrlimit(kind)
    if before != resource.RLIM_INFINITY:
        soft, hard = min(soft, before), min(hard, before)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (OSError, ValueError):
        return False
    return True


def _python_paths() -> Sequence[str]:
    return [sys.prefix, sys.base_prefix, *(entry for entry in sys.path if entry)]


def _existing(paths: Sequence[str]) -> list[str]:
    return sorted({path for path in paths if os.path.exists(path)})  # noqa: PTH110 - paths as text
