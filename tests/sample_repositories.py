"""Small git repositories for tests, and the program run as a command."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kodus_ast.adapters.disk_cache import CacheDirectory
from kodus_ast.adapters.git import GitRepos
from kodus_ast.config import Settings, settings_from

TIMEOUT_S = 60
IDENTITY = {
    "GIT_AUTHOR_NAME": "A Test",
    "GIT_AUTHOR_EMAIL": "test@localhost",
    "GIT_COMMITTER_NAME": "A Test",
    "GIT_COMMITTER_EMAIL": "test@localhost",
    "GIT_AUTHOR_DATE": "2025-01-01T00:00:00+00:00",
    "GIT_COMMITTER_DATE": "2025-01-01T00:00:00+00:00",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}

Content = str | bytes


@dataclass(frozen=True)
class Ran:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Repo:
    """A git repository to write to."""

    path: Path

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", *arguments]
        done = subprocess.run(
            command,
            cwd=self.path,
            env=os.environ | IDENTITY,
            capture_output=True,
            check=True,
            timeout=TIMEOUT_S,
        )
        return done.stdout.decode().strip()

    def write(self, files: Mapping[str, Content | None]) -> None:
        for name, content in files.items():
            path = self.path / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, Content | None], message: str = "change") -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")


@dataclass(frozen=True)
class Lab:
    """A temporary directory with repositories, and a cache of its own for the program."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return settings_from(os.environ | self.environment)

    @property
    def repos(self) -> GitRepos:
        return GitRepos(self.settings)

    @property
    def graphs(self) -> CacheDirectory:
        return CacheDirectory(self.path / "cache" / "graphs", 1 << 30)

    def repo(self, name: str = "repo", *commits: Mapping[str, Content | None]) -> Repo:
        repo = Repo(self.path / name)
        repo.path.mkdir(parents=True)
        repo.git("init", "--quiet", "--initial-branch=main")
        for files in commits:
            repo.commit(files)
        return repo

    def run(self, *arguments: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
        """`kodus-ast` in a process of its own, as in a pipe."""
        return self.python("-m", "kodus_ast", *arguments, cwd=cwd, **environment)

    def python(self, *arguments: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
        """Python in a process of its own, with the environment of `run`."""
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=cwd or self.path,
            env=os.environ | self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def refused(ran: Ran, code: int, *words: str) -> None:
    """Asserts what a refusal is: this code, nothing on stdout, one clear line on stderr, no traceback."""
    assert "Traceback" not in ran.err
    assert (ran.code, ran.out) == (code, ""), ran
    lines = [line for line in ran.err.splitlines() if not line.startswith(("comparing ", "graph of "))]
    assert len(lines) == 1, ran.err
    assert lines[0].startswith("kodus-ast: ")
    for word in words:
        assert word in lines[0]
