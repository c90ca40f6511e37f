"""Databases, brokers and stores for tests: those of this machine if there are any, else from wheels.

`KODUS_AST_TEST_DATABASE_URL`, `KODUS_AST_TEST_BROKER_URL` and `KODUS_AST_TEST_RABBITMQCTL` name others.
"""

import asyncio
import os
import shlex
import subprocess
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

import aio_pika
import asyncpg
import pytest

from kodus_ast.adapters import topology
from kodus_ast.adapters.database import connect
from kodus_ast.adapters.migrations import migrate
from kodus_ast.config import ServiceSettings

DATABASE_URL = os.environ.get("KODUS_AST_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
BROKER_URL = os.environ.get("KODUS_AST_TEST_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672/")
RABBITMQCTL = shlex.split(os.environ.get("KODUS_AST_TEST_RABBITMQCTL", "rabbitmqctl"))
TABLES = "TRUNCATE tasks, api_keys, dead_letters, webhooks, completion_sinks CASCADE"


def missing(what: str) -> None:
    """A skip that nobody overlooks, and a failure where everything must be there."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not there, and under CI it must be")
    pytest.skip(f"NOT TESTED: {what} is not there")


def patient(**changes: object) -> ServiceSettings:
    """Settings of tests: short, so that what waits for time does not wait long."""
    settings = ServiceSettings(sealing_key=b"k" * 32, patience_s=5.0, backoff_s=0.01, longest_backoff_s=0.05)
    return replace(settings, **changes)  # type: ignore[arg-type]


def run(work: Coroutine[Any, Any, None]) -> None:
    """In a thread: fixtures of a session are made while a test's loop runs."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def _with_database(server: str, name: str) -> None:
    connection = await asyncpg.connect(server, timeout=5)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def _without_database(server: str, name: str) -> None:
    connection = await asyncpg.connect(server, timeout=5)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def _migrated(url: str) -> None:
    connection = await connect(patient(), url)
    try:
        await migrate(connection)
    finally:
        await connection.close()


async def connected(url: str) -> asyncpg.Connection:
    """A bare connection, for what no port offers."""
    return await asyncpg.connect(url, timeout=5)


async def emptied(url: str) -> None:
    """Removes every row."""
    connection = await connected(url)
    try:
        await connection.execute(TABLES)
    finally:
        await connection.close()


def drop(url: str) -> None:
    """Takes a database away from those who use it."""
    parts = urlsplit(url)
    run(_without_database(urlunsplit(parts._replace(path="/postgres")), parts.path.lstrip("/")))


@contextmanager
def database(server: str, *, is_migrated: bool = True) -> Iterator[str]:
    """A database of its own on a server."""
    name = f"kodus_ast_test_{uuid.uuid4().hex[:10]}"
    try:
        run(_with_database(server, name))
    except OSError:
        missing(f"PostgreSQL at {urlsplit(server).hostname}")
    parts = urlsplit(server)
    url = urlunsplit(parts._replace(path=f"/{name}"))
    try:
        if is_migrated:
            run(_migrated(url))
        yield url
    finally:
        run(_without_database(server, name))


@dataclass(frozen=True)
class Broker:
    """A virtual host of its own on a RabbitMQ."""

    url: str
    vhost: str

    def ctl(self, *arguments: str) -> str:
        return rabbitmqctl(*arguments, "--vhost", self.vhost)

    async def emptied(self) -> None:
        """Removes every message."""
        connection = await aio_pika.connect(self.url, timeout=5)
        channel = await connection.channel()
        for spec in topology.QUEUES:
            queue = await channel.declare_queue(spec.name, passive=True)
            await queue.purge()
        await connection.close()

    async def drop_connections(self) -> None:
        """Closes every client's connection, as a broker that goes away does."""
        await asyncio.to_thread(self.ctl, "close_all_connections", "test")


def rabbitmqctl(*arguments: str) -> str:
    done = subprocess.run(
        [*RABBITMQCTL, "--quiet", *arguments], capture_output=True, check=True, timeout=60, text=True
    )
    return done.stdout


async def with_topology(url: str) -> None:
    connection = await aio_pika.connect(url, timeout=5)
    await topology.apply(connection)
    await connection.close()


@contextmanager
def broker(*, has_topology: bool = True) -> Iterator[Broker]:
    """A virtual host, with or without exchanges and queues."""
    parts = urlsplit(BROKER_URL)
    vhost = f"kodus-ast-test-{uuid.uuid4().hex[:10]}"
    try:
        rabbitmqctl("add_vhost", vhost)
    except (OSError, subprocess.CalledProcessError):
        missing("RabbitMQ with rabbitmqctl")
    try:
        rabbitmqctl("set_permissions", "--vhost", vhost, parts.username or "guest", ".*", ".*", ".*")
        found = Broker(urlunsplit(parts._replace(path=f"/{vhost}")), vhost)
        if has_topology:
            run(with_topology(found.url))
        yield found
    finally:
        rabbitmqctl("delete_vhost", vhost)


def put(url: str) -> None:
    """An empty PUT, which makes a bucket."""
    with urlopen(Request(url, method="PUT"), timeout=10):
        pass
