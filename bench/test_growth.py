"""Nothing in resolution is quadratic: twice the code takes at most 2.3 times the work.

A repository holds 1, 2 or 4 copies of a package, so that every name is there as often: whatever asks all
definitions of a name for each of its uses would take four times as long for twice the code. Measured is the
processor time of a process, the least of several, so that what else runs on the machine hardly matters.
"""

import asyncio
import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from accuracy.corpora import repositories, unpacked
from kodus_ast import graph

MOST_PER_DOUBLING = 2.3
COPIES = (1, 2, 4)
ROUNDS = 3
PROGRAM = Path(__file__).with_name("growth.py")

pytestmark = [pytest.mark.benchmark(group="growth"), pytest.mark.timeout(900)]


@pytest.mark.parametrize(
    ("language", "package"), [("python", "jinja2"), ("ts", "ethers"), ("java", "collections"), ("go", "gin")]
)
def test_twice_the_code_takes_at_most_2_3_times_the_work(
    benchmark: Any, tmp_path: Path, language: str, package: str
) -> None:
    [packages] = [one.packages for one in repositories(language) if one.name == package]
    source = unpacked(language, package, packages)
    for copies in COPIES:
        for copy in range(copies):
            shutil.copytree(source, tmp_path / str(copies) / f"copy{copy}")
        asyncio.run(graph.build(tmp_path / str(copies), None, base_of(tmp_path, copies)))
    least = {copies: float("inf") for copies in COPIES}

    def measure() -> None:
        for copies in COPIES:
            least[copies] = min(least[copies], processor_s(tmp_path, copies))

    benchmark.pedantic(measure, rounds=ROUNDS)
    growth = [least[more] / least[fewer] for fewer, more in itertools.pairwise(COPIES)]
    benchmark.extra_info.update(growth=growth)
    print(json.dumps({"package": package, "seconds": least, "growth": growth}), file=sys.stderr)
    assert max(growth) <= MOST_PER_DOUBLING


def base_of(folder: Path, copies: int) -> Path:
    return folder / f"base{copies}"


def processor_s(folder: Path, copies: int) -> float:
    """Processor seconds of building the copies again without parsing them."""
    done = subprocess.run(
        [sys.executable, PROGRAM, folder / str(copies), folder / "again", base_of(folder, copies)],
        capture_output=True, check=True, text=True, timeout=300,
    )  # fmt: skip
    return float(done.stdout)
