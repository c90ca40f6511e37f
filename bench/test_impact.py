"""Answering: an artefact of Django loaded in 150 ms and 150 MB, an impact from two loaded ones in 50 ms."""

import asyncio
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpus import Corpus, django_corpus, example
from kodus_ast import graph

MOST_LOAD_MS = 150
MOST_LOAD_MEGABYTES = 150
MOST_ANSWER_MS = 50
FEWEST_CHANGES = 10
ROUNDS = 5

pytestmark = [pytest.mark.benchmark(group="impact"), pytest.mark.timeout(900)]


@pytest.fixture(scope="session")
def django(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Django 5.2 as a repository with two commits."""
    return django_corpus(tmp_path_factory.mktemp("corpus"))


def test_a_change_of_ten_functions_is_answered_at_once(
    benchmark: Any, django: Corpus, tmp_path: Path
) -> None:
    """Each round is a process of its own: nothing is there before it loads."""
    base, head = tmp_path / "base", tmp_path / "head"
    asyncio.run(graph.build(django.repo, django.base, base))
    asyncio.run(graph.build(django.repo, django.head, head, base=base))
    program = example("ask")
    found: list[dict[str, float]] = []

    def ask() -> None:
        done = subprocess.run([program, base, head], capture_output=True, check=True, text=True, timeout=300)
        found.append(json.loads(done.stdout))

    benchmark.pedantic(ask, rounds=ROUNDS)
    middle = {name: statistics.median(one[name] for one in found) for name in found[0]}
    benchmark.extra_info.update(middle)
    print(json.dumps(middle), file=sys.stderr)
    assert middle["changes"] >= FEWEST_CHANGES
    assert middle["load_ms"] <= MOST_LOAD_MS
    assert middle["load_megabytes"] <= MOST_LOAD_MEGABYTES
    assert middle["answer_ms"] <= MOST_ANSWER_MS
