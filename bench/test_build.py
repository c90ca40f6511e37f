"""Building: at most twice the raw parse, resolution half of it; under 400 MB; ten changed files a tenth."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from corpus import Corpus, django_corpus
from kodus_ast import graph

MOST_TIMES_RAW = 2.0
MOST_MEGABYTES = 400
MOST_OF_FULL = 0.1
MOST_RESOLUTION = 0.5
ROUNDS = 7

pytestmark = [pytest.mark.benchmark(group="build"), pytest.mark.timeout(900)]


@pytest.fixture(scope="session")
def django(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Django 5.2 as a repository with two commits."""
    return django_corpus(tmp_path_factory.mktemp("corpus"))


def build(corpus: Corpus, commit: str, artifact: Path, base: Path | None = None, threads: int = 0) -> Any:
    return asyncio.run(graph.build(corpus.repo, commit, artifact, base=base, threads=threads))


@pytest.mark.parametrize("threads", [1, 0], ids=["1-thread", "all-threads"])
def test_the_whole_build_is_at_most_twice_the_raw_parse(
    benchmark: Any, django: Corpus, tmp_path: Path, threads: int
) -> None:
    raw: list[float] = []
    build(django, django.base, tmp_path / "warm", threads=threads)
    benchmark.pedantic(
        lambda: build(django, django.base, tmp_path / "graph", threads=threads),
        setup=lambda: raw.append(django.raw_s(threads)),
        rounds=ROUNDS,
    )
    # Pair by pair, because the machine's speed drifts.
    ratios = [ours / theirs for ours, theirs in zip(benchmark.stats.stats.data, raw, strict=True)]
    recorded(benchmark, raw_s=statistics.median(raw), times_raw=statistics.median(ratios))
    assert statistics.median(ratios) <= MOST_TIMES_RAW


def test_resolution_adds_at_most_half_of_the_raw_parse(
    benchmark: Any, django: Corpus, tmp_path: Path
) -> None:
    raw: list[float] = []
    resolved: list[float] = []
    build(django, django.base, tmp_path / "warm", threads=1)

    def run() -> None:
        resolved.append(build(django, django.base, tmp_path / "graph", threads=1).seconds["resolve"])

    benchmark.pedantic(run, setup=lambda: raw.append(django.raw_s(1)), rounds=ROUNDS)
    shares = [ours / theirs for ours, theirs in zip(resolved, raw, strict=True)]
    recorded(benchmark, raw_s=statistics.median(raw), resolution=statistics.median(shares))
    assert statistics.median(shares) <= MOST_RESOLUTION


def test_building_stays_under_400_megabytes(benchmark: Any, django: Corpus, tmp_path: Path) -> None:
    program = (
        "import asyncio, re, sys; from pathlib import Path; from kodus_ast import graph;"
        "asyncio.run(graph.build(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])));"
        # ru_maxrss would count what the parent had before it executed this.
        "print(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    command = [sys.executable, "-c", program, str(django.repo), django.base, str(tmp_path / "graph")]
    peaks: list[int] = []

    def run() -> None:
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=300)
        peaks.append(int(done.stdout) // 1024)

    benchmark.pedantic(run, rounds=3)
    recorded(benchmark, peak_megabytes=max(peaks))
    assert max(peaks) <= MOST_MEGABYTES


def test_a_ten_file_change_is_at_most_a_tenth_of_the_full_build(
    benchmark: Any, django: Corpus, tmp_path: Path
) -> None:
    """The base has just been built by the same process, as when two commits are compared."""
    base, head = tmp_path / "base", tmp_path / "head"
    full: list[float] = []

    def build_base() -> None:
        begun = time.perf_counter()
        build(django, django.base, base)
        full.append(time.perf_counter() - begun)

    benchmark.pedantic(lambda: build(django, django.head, head, base=base), setup=build_base, rounds=ROUNDS)
    shares = [ours / theirs for ours, theirs in zip(benchmark.stats.stats.data, full, strict=True)]
    build(django, django.head, tmp_path / "anew")
    recorded(benchmark, full_s=statistics.median(full), share_of_full=statistics.median(shares))
    assert (tmp_path / "anew").read_bytes() == head.read_bytes()
    assert statistics.median(shares) <= MOST_OF_FULL


def test_a_ten_file_change_from_a_stored_base(benchmark: Any, django: Corpus, tmp_path: Path) -> None:
    """Another process built the base: its facts are read from the artefact, its references settled again."""
    base, head = tmp_path / "base", tmp_path / "head"
    build(django, django.base, base)
    build(django, django.base, tmp_path / "other")
    report = benchmark.pedantic(
        lambda: build(django, django.head, head, base=base),
        setup=lambda: build(django, django.base, tmp_path / "other") and None,
        rounds=3,
    )
    recorded(benchmark, reused=report.reused)
    assert report.reused >= report.files - 10


def recorded(benchmark: Any, **figures: float) -> None:
    """Prints the figures and keeps them with the benchmark."""
    rounded = {name: round(value, 3) for name, value in figures.items()}
    benchmark.extra_info.update(rounded)
    print(json.dumps(rounded), file=sys.stderr)
