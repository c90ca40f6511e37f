"""`kodus-ast up`: the whole service as one process, from its first line of output to its end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

import running_service
from sample_repositories import Lab, refused

START_S = 40


@dataclass
class Up:
    """The running command, and what it has said."""

    popen: subprocess.Popen[str]
    url: str
    key: str
    log: Path

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=20)


@contextmanager
def up(lab: Lab, *, key: str = "") -> Iterator[Up]:
    """The command with free choice of the port; `key` is the one of an earlier start."""
    log = lab.path / "up.log"
    with log.open("w") as err:
        popen = subprocess.Popen(
            [sys.executable, "-m", "kodus_ast", "up", "--port", "0"],
            env=os.environ | lab.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
        )
    assert popen.stdout is not None
    try:
        url = popen.stdout.readline().strip()
        assert url, log.read_text()
        yield Up(popen, url, key or popen.stdout.readline().strip(), log)
    finally:
        if popen.poll() is None:
            popen.kill()
            popen.wait()
        popen.stdout.close()


def running_in(directory: Path) -> list[str]:
    """Command lines of processes that work in or name a directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            place = str((process / "cwd").readlink())
        except OSError:
            continue
        if str(directory) in f"{words} {place}":
            found.append(words)
    return found


@pytest.fixture
def own(lab: Lab) -> Lab:
    lab.environment["KODUS_AST_DATA"] = str(lab.path / "data")
    return lab


def test_one_command_serves_and_leaves_nothing_running(
    own: Lab, service_repo: dict[str, dict[str, str]]
) -> None:
    body = {"baseRepo": service_repo["base"], "headRepo": service_repo["head"]}
    with up(own) as first:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", first.url)
        assert re.fullmatch(r"kast_[\w-]{43}", first.key)
        with first.client() as client:
            task_id = client.post("/api/v2/impact", json=body).raise_for_status().json()["taskId"]
            assert running_service.ended(client, task_id)["status"] == running_service.COMPLETED
        assert running_in(own.path / "data")
        first.popen.send_signal(signal.SIGTERM)
        assert first.popen.wait(START_S) == 0, first.log.read_text()
        assert first.log.read_text().splitlines()[-1] == "stopped"
    assert running_in(own.path / "data") == []

    with up(own, key=first.key) as second:
        with second.client() as client:
            assert client.get(f"/api/tasks/{task_id}").json()["task"]["status"] == running_service.COMPLETED
        second.popen.send_signal(signal.SIGINT)
        assert second.popen.wait(START_S) == 0, second.log.read_text()
        assert second.popen.stdout is not None
        assert second.popen.stdout.read() == "", "the key is shown once"
    assert "first start is still good" in second.log.read_text()
    assert running_in(own.path / "data") == []


def test_ctrl_c_ends_open_event_streams(own: Lab) -> None:
    with up(own) as running, running.client() as client:
        code = [{"id": "1", "filePath": "a.py", "encodedData": "eCA9IDE="}]
        task_id = client.post("/api/ast/validate-code/initialize", json={"files": code}).json()["taskId"]
        accept = {"Accept": "text/event-stream"}
        with client.stream("GET", f"/api/tasks/{task_id}/events", headers=accept) as stream:
            lines = stream.iter_lines()
            assert json.loads(next(line for line in lines if line.startswith("data:"))[5:])["status"] == 1
            started = time.monotonic()
            running.popen.send_signal(signal.SIGINT)
            for _ in lines:
                pass
        assert running.popen.wait(START_S) == 0, running.log.read_text()
        assert time.monotonic() - started < 10
    assert running_in(own.path / "data") == []


def test_a_taken_port_is_said_before_anything_is_started(own: Lab) -> None:
    with listening() as port:
        refused(own.run("up", "--port", str(port)), 2, f"port {port} cannot be used")
    assert not (own.path / "data").exists()


@contextmanager
def listening() -> Iterator[int]:
    """A port that somebody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield one.getsockname()[1]
