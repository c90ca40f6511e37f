"""What is measured: a pinned corpus as a git repository, and the yardstick, raw tree-sitter parsing of it."""

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "bench"
IDENTITY = {
    "GIT_AUTHOR_NAME": "bench",
    "GIT_AUTHOR_EMAIL": "bench@localhost",
    "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@localhost",
    "GIT_AUTHOR_DATE": "2025-01-01T00:00:00+00:00",
    "GIT_COMMITTER_DATE": "2025-01-01T00:00:00+00:00",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
EDITED_FILES = 10
EDIT = "\n\ndef added_by_the_edit(value):\n    return value.save()\n"


@dataclass(frozen=True)
class Corpus:
    """A repository with two commits: a release, and ten of its files edited."""

    repo: Path
    base: str
    head: str
    raw_parse: Path

    def raw_s(self, threads: int = 0) -> float:
        """Seconds that plain tree-sitter takes for the same files on as many threads (0: all)."""
        done = subprocess.run(
            [self.raw_parse, self.repo, str(threads)], capture_output=True, check=True, text=True, timeout=300
        )
        return float(done.stdout)


def django_corpus(root: Path) -> Corpus:
    """Django 5.2's source distribution, tests included, unpacked into `root`."""
    archive = fetched("django-5.2.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(root, filter="data")
    repo = next(root.iterdir())
    git(repo, "init", "--quiet", "--initial-branch=main")
    base = committed(repo, "base")
    sources = sorted((repo / "django").rglob("*.py"), key=lambda p: p.stat().st_size)[-400:]
    for source in sources[:: len(sources) // EDITED_FILES][:EDITED_FILES]:
        text = source.read_text()
        source.write_text(text.replace("    return ", "    return None or ", 1) + EDIT)
    head = committed(repo, "head")
    git(repo, "checkout", "--quiet", base)
    return Corpus(repo, base, head, example("raw_parse"))


def fetched(name: str) -> Path:
    """A pinned source distribution, downloaded once."""
    if not any(BUILD.glob("*.tar.gz")):
        print(f"downloading {name}", file=sys.stderr)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
             "--require-hashes", "--requirement", HERE / "corpora.txt", "--dest", BUILD],
            check=True, timeout=600,
        )  # fmt: skip
    return next(path for path in BUILD.glob("*.tar.gz") if path.name.lower() == name)


def example(name: str) -> Path:
    """An example program of the core, built with the flags of the core itself."""
    cargo = shutil.which("cargo")
    assert cargo, "a Rust toolchain is needed"
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    subprocess.run(
        [cargo, "build", "--quiet", "--release", "--locked", "--example", name],
        cwd=ROOT, check=True, timeout=1800,
    )  # fmt: skip
    return target / "release" / "examples" / name


def committed(repo: Path, message: str) -> str:
    """Commits everything; the full id."""
    git(repo, "add", "--all", "--force")
    git(repo, "commit", "--quiet", "--message", message)
    return git(repo, "rev-parse", "HEAD")


def git(repo: Path, *arguments: str) -> str:
    """Runs git in the repository; what it printed."""
    done = subprocess.run(
        ["git", *arguments], cwd=repo, env=os.environ | IDENTITY, capture_output=True, check=True, timeout=300
    )
    return done.stdout.decode().strip()
