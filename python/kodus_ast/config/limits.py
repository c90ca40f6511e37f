"""Limits of the work on one repository: of the core, of git, and of processes that read code."""

from dataclasses import dataclass

from kodus_ast.config.kinds import BYTES, MIB, NUMBER, SECONDS, number
from kodus_ast.config.reader import setting


@dataclass(frozen=True, slots=True)
class CoreLimits:
    """Limits of the core, named as in `source/limits.rs`; 0 leaves one as it is there."""

    file_bytes: int = setting(
        "KODUS_AST_FILE_BYTES", BYTES, "0", "Larger files are skipped, and neither checked nor excerpted."
    )
    line_bytes: int = setting(
        "KODUS_AST_LINE_BYTES", BYTES, "0", "A file counts as minified if most of it is in longer lines."
    )
    files: int = setting(
        "KODUS_AST_FILES",
        NUMBER,
        "0",
        "The most files of one state; further ones, in order of path, are skipped.",
    )
    names: int = setting("KODUS_AST_NAMES", NUMBER, "0", "The most names to look at while listing one state.")
    depth: int = setting("KODUS_AST_FILE_DEPTH", NUMBER, "0", "A file with deeper nested syntax is skipped.")
    nodes: int = setting(
        "KODUS_AST_FILE_NODES", NUMBER, "0", "A file with more syntax nodes and tokens is skipped."
    )
    parse_ms: int = setting(
        "KODUS_AST_PARSE_MS", number(int, "ms"), "0", "A file that takes longer to parse is skipped."
    )
    held_bytes: int = setting(
        "KODUS_AST_HELD_BYTES",
        BYTES,
        "0",
        "The most text to keep in memory while listing; beyond it files are read twice.",
    )


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one fetch may cost; more is an error, and git is killed."""

    seconds: float = setting(
        "KODUS_AST_GIT_TIMEOUT_S", SECONDS, "600", "The most time that one git command may take."
    )
    size: int = setting("KODUS_AST_FETCH_MIB", MIB, "2048", "The most that one fetch may write.")
    objects: int = setting(
        "KODUS_AST_FETCH_OBJECTS", NUMBER, "2000000", "The most objects that one fetch may bring."
    )
    memory: int = setting(
        "KODUS_AST_GIT_MEMORY_MIB", MIB, "4096", "The most address space of each git process that fetches."
    )


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one process that reads code may use."""

    memory: int = setting("KODUS_AST_CHILD_MEMORY_MIB", MIB, "4096", "The most memory of one process.")
    seconds: float = setting(
        "KODUS_AST_CHILD_TIMEOUT_S", SECONDS, "1500", "The most time from its start to its end."
    )
    cpu_s: int = setting(
        "KODUS_AST_CHILD_CPU_S",
        number(int, "s"),
        "7200",
        "The most processor time, of all its threads together.",
    )
    file_size: int = setting("KODUS_AST_CHILD_FILE_MIB", MIB, "8192", "The largest file that it may write.")
    open_files: int = setting(
        "KODUS_AST_CHILD_OPEN_FILES", NUMBER, "512", "The most files that it may have open."
    )
    file_seconds: float = setting(
        "KODUS_AST_FILE_TIMEOUT_S",
        SECONDS,
        "60",
        "A process that reads one file for longer is killed, and the file skipped.",
    )
