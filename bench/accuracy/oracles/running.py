"""Running a package's own tests for the oracles that are traces, in a copy of its folder."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from accuracy import MissingToolError
from accuracy.corpora import BUILD, Repository


def copied(language: str, folder: Path, repository: Repository) -> Path:
    """A copy of the folder that tests may write to."""
    copy = BUILD / language / f"{repository.name}.running"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    return copy


def needed(packages: list[str]) -> None:
    """Asks for Debian packages that must be installed."""
    if not shutil.which("dpkg-query"):
        raise MissingToolError(f"Debian's packages are needed: {' '.join(packages)}")
    listing = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *packages],
        check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60,
    ).stdout  # fmt: skip
    installed = {line.split()[0] for line in listing.splitlines() if line.endswith(" installed")}
    if missing := [package for package in packages if package not in installed]:
        raise MissingToolError(f"not installed: apt-get install {' '.join(missing)}")


def run(
    command: Sequence[str | Path], copy: Path, to: Path, passing: tuple[str, int], **environment: str
) -> None:
    """Runs tests that write their calls to a file. The environment tells the tracer where both are.

    `passing` is a pattern of how many ran, and failed, in what they say at the end, and how many must pass:
    a suite that breaks is not taken for a small one.
    """
    to.unlink(missing_ok=True)
    environment |= {
        "PATH": os.environ["PATH"],
        "HOME": str(copy),
        "LANG": "C.UTF-8",
        "CALLS_ROOT": str(copy),
        "CALLS_OUT": str(to),
    }
    log = to.with_suffix(".tests.txt")
    with log.open("w") as out:
        subprocess.run(
            command,
            check=False, cwd=copy, env=environment, stdout=out, stderr=subprocess.STDOUT, timeout=3600,
        )  # fmt: skip
    pattern, least = passing
    counts = re.findall(pattern, log.read_text(errors="replace"))
    passed = max((int(ran) - int(failed or 0) for ran, failed in counts), default=0)
    if not to.is_file() or passed < least:
        raise SystemExit(f"{copy.name}: {passed} tests passed, see {log}")


def texts(value: object) -> list[str]:
    """A list of texts from an option."""
    assert isinstance(value, list)
    return [str(one) for one in value]
