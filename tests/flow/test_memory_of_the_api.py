"""What clients send costs the API no more than its size, and keeps it from answering nobody else."""

import base64
import gzip
import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

import running_service
from kodus_ast.models.tasks import Scope
from running_service import COMPLETED, FAILED, Process, Served, ended

MIB = 1 << 20
UNPACKED = 60 * MIB
"""Of one file: alone it is within the limit of a task."""
MOST_GROWTH = 48 * MIB
MOST_SILENCE_S = 1.5


@pytest.fixture(scope="module")
def bomb() -> str:
    """Some 60 KiB that are 60 MiB, unpacked."""
    packed = gzip.compress(b"x = 1\n" * (UNPACKED // 6), 9)
    assert len(packed) < UNPACKED / 300
    return base64.b64encode(packed).decode()


def request(content: str, number: int, files: int = 1) -> dict[str, Any]:
    given = {"filePath": "a.py", "content": content, "diff": f"@@ -1 +1 @@\n+x = {number}\n"}
    return {"files": [given | {"id": str(one)} for one in range(files)]}


def most_resident(process: Process) -> int:
    """The most memory that the process has had since `forget_most_resident`, in bytes."""
    status = Path(f"/proc/{process.popen.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def forget_most_resident(process: Process) -> None:
    Path(f"/proc/{process.popen.pid}/clear_refs").write_text("5")


@contextmanager
def asked_for_health(api: Served) -> Iterator[list[float]]:
    """Seconds of each answer of /health while the block runs."""
    seconds: list[float] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            started = time.monotonic()
            assert httpx.get(f"{api.url}/health", timeout=20).status_code == 200
            seconds.append(time.monotonic() - started)
            time.sleep(0.02)

    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask)
        try:
            yield seconds
        finally:
            stop.set()
            asking.result()


@pytest.fixture
def own_api(quiet_api: Served, tmp_path: Path) -> Iterator[Served]:
    with running_service.serving(tmp_path / "own", quiet_api.environment) as own:
        yield own


def test_what_is_packed_is_not_unpacked_in_the_api(own_api: Served, bomb: str) -> None:
    with own_api.client("packs") as client:
        client.post("/api/ast/diff/content/initialize", json=request("", -1)).raise_for_status()
        forget_most_resident(own_api.process)
        before = most_resident(own_api.process)
        with asked_for_health(own_api) as seconds, ThreadPoolExecutor(8) as threads:
            bodies = [request(bomb, number) for number in range(16)]
            answers = list(
                threads.map(lambda body: client.post("/api/ast/diff/content/initialize", json=body), bodies)
            )
        grown = most_resident(own_api.process) - before
        for answer in answers:
            client.post(f"/api/tasks/{answer.json()['taskId']}/cancel")
    assert [answer.status_code for answer in answers] == [202] * 16
    assert grown < MOST_GROWTH, f"{grown / MIB:.0f} MiB"
    assert max(seconds) < MOST_SILENCE_S


@pytest.mark.usefixtures("api_worker")
def test_what_is_packed_is_unpacked_by_a_worker_within_a_limit(
    api: Served, api_worker: Process, bomb: str
) -> None:
    long = b"".join(b"line %d\n" % number for number in range(400))
    packed = base64.b64encode(gzip.compress(long[:1000]) + gzip.compress(long[1000:])).decode()
    cut = base64.b64encode(gzip.compress(long)[:-9]).decode()
    with api.client("unpacks") as client:

        def task(body: dict[str, Any]) -> dict[str, Any]:
            answer = client.post("/api/ast/diff/content/initialize", json=body).raise_for_status()
            return ended(client, answer.json()["taskId"])

        assert task(request(packed, 0))["status"] == COMPLETED
        forget_most_resident(api_worker)
        before = most_resident(api_worker)
        for body, code in (
            (request(bomb, 1, files=20), "too_large"),
            (request(cut, 1), "bad_request"),
            (request(base64.b64encode(b"\x1f\x8b?").decode(), 1), "bad_request"),
        ):
            failed = task(body)
            assert (failed["status"], failed["metadata"]["error"]["code"]) == (FAILED, code)
            assert "files[" in failed["metadata"]["error"]["message"]
        assert most_resident(api_worker) - before < MOST_GROWTH


def test_bodies_are_held_within_a_limit_and_one_organization_leaves_room(own_api: Served) -> None:
    """Twelve bodies at once of 15 MiB: they wait for each other, and another organization is answered."""
    file = {"id": "1", "filePath": "a.py", "encodedData": "A" * (15 * MIB)}
    body = json.dumps({"files": [file]}).encode()
    small = request(base64.b64encode(b"x = 1\n").decode(), 1)
    with own_api.client("large") as client, own_api.client("small") as other:
        client.timeout = 60

        def send() -> httpx.Response:
            json_type = {"Content-Type": "application/json"}
            return client.post("/api/ast/validate-code/initialize", content=body, headers=json_type)

        answered: list[float] = []
        with asked_for_health(own_api) as seconds, ThreadPoolExecutor(12) as threads:
            sending = [threads.submit(send) for _ in range(12)]
            while not all(one.done() for one in sending):
                started = time.monotonic()
                other.post("/api/ast/diff/content/initialize", json=small).raise_for_status()
                answered.append(time.monotonic() - started)
                time.sleep(0.02)
        most = most_resident(own_api.process)
        answers = [one.result().status_code for one in sending]
    with own_api.client("large", Scope.OPERATE) as operator:
        counted = operator.get("/metrics").text
    assert set(answers) <= {202, 429}
    assert answers.count(202) >= 6
    assert most < 300 * MIB, f"{most / MIB:.0f} MiB"
    assert max(seconds) < MOST_SILENCE_S
    assert max(answered) < MOST_SILENCE_S
    line = re.search(r'^kodus_ast_received_bytes_total\{organization="large"\} (\S+)$', counted, re.MULTILINE)
    assert line
    assert float(line[1]) > 15 * MIB * answers.count(202)
