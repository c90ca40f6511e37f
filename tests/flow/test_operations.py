"""The operators' commands as processes, on the embedded database and queue."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

import external_services
from kodus_ast.adapters.disk_cache import CacheDirectory
from kodus_ast.adapters.embedded_postgres import start_server
from kodus_ast.adapters.git import GitRepos
from kodus_ast.adapters.service_context import connect_service
from kodus_ast.config import Settings
from kodus_ast.models.tasks import Message, NewTask, TaskError, TaskKind
from sample_repositories import Lab, refused


@pytest.fixture
def own(lab: Lab) -> Iterator[Lab]:
    """A lab with a data directory of its own, and its database up for the whole test."""
    lab.environment["KODUS_AST_DATA"] = str(lab.path / "data")
    server, _ = start_server(lab.path / "data" / "postgres")
    yield lab
    server.cleanup()


@pytest.fixture
def set_up(lab: Lab, embedded_database: str) -> Lab:
    """A lab on a database that is there and has our schema: making one takes seconds."""
    external_services.run(external_services.emptied(embedded_database))
    lab.environment["KODUS_AST_DATA"] = str(lab.path / "data")
    lab.environment["KODUS_AST_DATABASE_URL"] = embedded_database
    return lab


def test_everything_runs_with_nothing_installed(own: Lab) -> None:
    assert "applied 0001_tasks" in own.run("migrate").err
    assert "up to date" in own.run("migrate").err

    made = own.run("keys", "create", "org", "--name", "ci", "--scope", "read")
    assert re.fullmatch(r"kast_[\w-]{43}\n", made.out), made
    listed = own.run("keys", "list", "org")
    key_id = listed.out.split()[0]
    assert listed.out.split()[1:] == ["org", "read", "ci"]
    assert own.run("keys", "revoke", key_id).code == 0
    assert "revoked" in own.run("keys", "list").out
    refused(own.run("keys", "revoke", key_id), 3, key_id)

    assert own.run("dlq", "list").err == "no dead letters\n"
    refused(own.run("dlq", "show", "1"), 3, "no dead letter 1")
    refused(own.run("dlq", "replay", "1"), 3, "no dead letter 1")
    assert "0 dead letters" in own.run("dlq", "purge").err
    refused(own.run("topology", "check"), 2, "KODUS_AST_BROKER_URL")


async def add_dead_letter(settings: Settings, repos: GitRepos, graphs: CacheDirectory) -> None:
    """A failed task, and its dead letter."""
    async with connect_service(settings, repos, graphs) as found:
        new = NewTask(organization_id="org", kind=TaskKind.IMPACT, request={"a": 1})
        task = (await found.tasks.create(new)).task
        await found.tasks.fail_waiting(task.lease, TaskError("poison", "it kills"), actor="test")
        await found.queue.dead_letter(Message(task.id, task.kind, task.request), "poison")


def test_a_dead_letter_is_listed_shown_and_replayed(set_up: Lab) -> None:
    own = set_up
    asyncio.run(add_dead_letter(own.settings, own.repos, own.graphs))
    letter_id, reason, kind, status = own.run("dlq", "list").out.split()
    assert (reason, kind, status) == ("poison", "impact", "FAILED")
    shown = own.run("dlq", "show", letter_id).json
    assert shown["task"]["error"]["message"] == "it kills"
    replayed = own.run("dlq", "replay", letter_id).out.strip()
    assert replayed != shown["task"]["id"]
    assert own.run("dlq", "list").out == ""


def test_a_worker_stops_on_sigterm(set_up: Lab) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "kodus_ast", "worker", "--slots", "1"],
        env=os.environ | set_up.environment,
        stderr=subprocess.PIPE,
    ) as worker:
        assert worker.stderr is not None
        isolation = json.loads(worker.stderr.readline())
        assert (isolation["event"], "in_force" in isolation) == ("isolation", True)
        first = json.loads(worker.stderr.readline())
        assert (first["event"], first["slots"]) == ("worker started", 1)
        started = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        rest = [json.loads(line) for line in worker.stderr]
        assert worker.wait(20) == 0
    assert rest[-1]["event"] == "worker stopped"
    assert time.monotonic() - started < 10


def test_a_database_without_our_schema_is_no_traceback(lab: Lab) -> None:
    with external_services.database(external_services.DATABASE_URL, is_migrated=False) as url:
        refused(lab.run("keys", "list", KODUS_AST_DATABASE_URL=url), 5, "kodus-ast migrate")


def test_a_database_that_is_away_is_said(lab: Lab) -> None:
    url = "postgresql://nobody:canary@127.0.0.1:9/none"
    ran = lab.run("keys", "list", KODUS_AST_DATABASE_URL=url, KODUS_AST_DATA=str(lab.path / "data"))
    refused(ran, 5, "the database is away")
    assert "canary" not in ran.err
