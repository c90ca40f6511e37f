"""The HTTP API and a worker as processes, and a client for them."""

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

import external_services
from kodus_ast.adapters.api_keys import PostgresKeys
from kodus_ast.adapters.database import Database
from kodus_ast.models.tasks import Scope

START_S = 30
SEALING_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
COMPLETED, FAILED, CANCELLED = 3, 4, 5


@dataclass
class Process:
    """A running command and what it logs."""

    popen: subprocess.Popen[bytes]
    log: Path

    def stop(self, number: int = signal.SIGTERM, timeout_s: float = 20) -> int:
        """Its exit code, once it has ended."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        try:
            return self.popen.wait(timeout_s)
        finally:
            if self.popen.poll() is None:
                self.popen.kill()
                self.popen.wait()


def started(log: Path, environment: dict[str, str], *arguments: str) -> Process:
    with log.open("wb") as out:
        popen = subprocess.Popen(
            [sys.executable, "-m", "kodus_ast", *arguments],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    return Process(popen, log)


@dataclass
class Served:
    """An API that listens, with the database and the settings that it runs on."""

    url: str
    process: Process
    environment: dict[str, str]
    keys: dict[str, str] = field(default_factory=dict)

    def key(self, organization: str = "org", *scopes: Scope) -> str:
        """A key; the same one for the same question."""
        name = f"{organization} {scopes}"
        if name not in self.keys:
            url = self.environment["KODUS_AST_DATABASE_URL"]
            self.keys[name] = made_key(url, organization, *(scopes or (Scope.SUBMIT, Scope.READ)))
        return self.keys[name]

    def client(self, organization: str = "org", *scopes: Scope, **more: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.key(organization, *scopes)}"} | more.pop("headers", {})
        return httpx.Client(base_url=self.url, headers=headers, timeout=20, **more)


def made_key(url: str, organization: str, *scopes: Scope) -> str:
    async def make() -> str:
        async with Database(external_services.patient(), url) as database:
            return (await PostgresKeys(database).create(organization, "test", scopes))[1]

    # In a thread: the loop of a test may be running here.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, make()).result()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def settings(directory: Path, database_url: str, broker_url: str = "") -> dict[str, str]:
    """The environment of a service that keeps everything in a directory."""
    return {
        "KODUS_AST_DATABASE_URL": database_url,
        "KODUS_AST_BROKER_URL": broker_url,
        "KODUS_AST_DATA": str(directory / "data"),
        "KODUS_AST_CACHE": str(directory / "cache"),
        "KODUS_AST_SEALING_KEY": SEALING_KEY,
        "KODUS_AST_GIT_PROTOCOLS": "https:file",
        "KODUS_AST_BACKOFF_S": "1",
        "KODUS_AST_RATE_PER_S": "0",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }


@contextmanager
def serving(
    directory: Path, environment: dict[str, str], verify: ssl.SSLContext | bool = True
) -> Iterator[Served]:
    """An API for as long as the block lasts; over TLS if it has a certificate."""
    directory.mkdir(parents=True, exist_ok=True)
    port = free_port()
    process = started(directory / "api.log", environment, "api", "--port", str(port))
    scheme = "https" if "KODUS_AST_TLS_CERTIFICATE" in environment else "http"
    url = f"{scheme}://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                if httpx.get(f"{url}/health", timeout=2, verify=verify).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert process.popen.poll() is None, process.log.read_text()
            assert time.monotonic() < deadline, process.log.read_text()
            time.sleep(0.1)
        yield Served(url, process, environment)
    finally:
        process.stop()


@contextmanager
def working(directory: Path, environment: dict[str, str]) -> Iterator[Process]:
    """A worker for as long as the block lasts."""
    process = started(
        directory / "worker.log", environment | {"KODUS_AST_DRAIN_S": "1"}, "worker", "--slots", "2"
    )
    try:
        yield process
    finally:
        process.stop()


def ended(client: httpx.Client, task_id: str, timeout_s: float = 40) -> dict[str, Any]:
    """The task once it has ended, asked for as clients of the kept routes do."""
    deadline = time.monotonic() + timeout_s
    while True:
        task: dict[str, Any] = client.get(f"/api/tasks/{task_id}").raise_for_status().json()["task"]
        if task["status"] >= COMPLETED:
            return task
        assert time.monotonic() < deadline, task
        time.sleep(0.1)
