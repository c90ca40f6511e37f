"""Settings, read once from the environment. The only reader of `os.environ`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kodus_ast.errors import BadOptionError

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """How kodus-ast runs on this machine; what is asked of it comes with each command."""

    cache_directory: Path
    """KODUS_AST_CACHE: where artefacts of commits and clones of URLs are kept."""
    cache_bytes: int = 1024 * MEBIBYTE
    """KODUS_AST_CACHE_MIB: the least recently used artefacts go when there are more."""
    threads: int = 0
    """KODUS_AST_THREADS: 0 means one per processor."""
    file_bytes: int | None = None
    """KODUS_AST_FILE_BYTES: larger files are skipped and counted; unset means the core's own limit."""
    git_timeout_s: float = 600.0
    """KODUS_AST_GIT_TIMEOUT_S: the most that one git command may take."""
    git_protocols: str = "https"
    """KODUS_AST_GIT_PROTOCOLS: what may be cloned from, separated by colons, as git's own allow-list."""
    git_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What git sees of the environment: nothing that would point it at another repository."""

    @property
    def limits(self) -> dict[str, int]:
        """The limits that the core is told of, part of the key of an artefact."""
        return {} if self.file_bytes is None else {"file_bytes": self.file_bytes}


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that these variables describe; an unreadable number is a `BadOptionError`."""
    file_bytes = _number(environment, "KODUS_AST_FILE_BYTES", 0)
    git_protocols = environment.get("KODUS_AST_GIT_PROTOCOLS", "https")
    return Settings(
        cache_directory=_cache_directory(environment),
        cache_bytes=_number(environment, "KODUS_AST_CACHE_MIB", 1024) * MEBIBYTE,
        threads=_number(environment, "KODUS_AST_THREADS", 0),
        file_bytes=file_bytes or None,
        git_timeout_s=float(_number(environment, "KODUS_AST_GIT_TIMEOUT_S", 600)),
        git_protocols=git_protocols,
        git_environment=_git_environment(environment, git_protocols),
    )


def _git_environment(environment: Mapping[str, str], protocols: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith("GIT_") or name.startswith("GIT_SSL_")
    }
    return kept | {
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_ASKPASS": "",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "SSH_ASKPASS": "",
    }


def _cache_directory(environment: Mapping[str, str]) -> Path:
    if own := environment.get("KODUS_AST_CACHE"):
        return Path(own).absolute()
    # XDG wants relative values ignored.
    xdg = Path(environment.get("XDG_CACHE_HOME", ""))
    home = environment.get("HOME")
    cache = xdg if xdg.is_absolute() else (Path(home) if home else Path.home()) / ".cache"
    return cache / "kodus-ast"


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit():
        raise BadOptionError(f"{name} must be a whole number, not '{text}'")
    return int(text)
