"""Event streams: resumed, kept alive, ended by the task, by age, and by SIGTERM to a real server."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import running_service
from kodus_ast.models.tasks import Scope
from running_service import COMPLETED, Served, ended

NOBODY = {"url": "file:///nowhere", "branch": "main"}
SSE = {"Accept": "text/event-stream"}


def events_of(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Events as a browser tells them apart; comments too."""
    event: dict[str, Any] = {}
    for line in lines:
        if not line:
            if event:
                yield event
            event = {}
            continue
        name, _, value = line.partition(":")
        event[name or "comment"] = value.removeprefix(" ")


def waiting_task(client: httpx.Client, branch: str) -> str:
    repo = NOBODY | {"branch": branch}
    task_id: str = client.post("/api/v2/impact", json={"baseRepo": repo, "headRepo": repo}).json()["taskId"]
    return task_id


@pytest.mark.usefixtures("api_worker")
def test_a_stream_tells_everything_and_ends_with_the_task(api: Served, service_repo: dict[str, Any]) -> None:
    with api.client() as client:
        body = {"baseRepo": service_repo["base"], "headRepo": service_repo["head"]}
        task_id = client.post("/api/v2/impact", json=body).json()["taskId"]
        with client.stream("GET", f"/api/tasks/{task_id}/events", headers=SSE) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert "no-cache" in answer.headers["cache-control"]
            received = list(events_of(answer.iter_lines()))
        assert int(received[0]["retry"]) > 0
        events = [json.loads(one["data"]) for one in received if "data" in one]
        assert [int(one["id"]) for one in received if "id" in one] == [one["id"] for one in events]
        assert (events[0]["status"], events[-1]["status"]) == (1, COMPLETED)
        assert any(one["status"] == 2 and one["progress"] > 0 for one in events)
        # What is JSON says the same.
        timeline = client.get(f"/api/tasks/{task_id}/events", headers={"Accept": "application/json"}).json()
        assert (timeline["events"], timeline["hasEnded"]) == (events, True)
        # Who names neither gets the stream.
        with client.stream("GET", f"/api/tasks/{task_id}/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
        # Taken up in the middle, nothing is told twice.
        middle = events[1]["id"]
        headers = SSE | {"Last-Event-ID": str(middle)}
        with client.stream("GET", f"/api/tasks/{task_id}/events", headers=headers) as answer:
            again = [int(one["id"]) for one in events_of(answer.iter_lines()) if "id" in one]
        assert again == [one["id"] for one in events if one["id"] > middle]
        # Nothing more will come, and a browser must not ask again.
        headers = SSE | {"Last-Event-ID": str(events[-1]["id"])}
        assert client.get(f"/api/tasks/{task_id}/events", headers=headers).status_code == 204


def test_a_stream_hears_at_once_and_says_that_it_lives(quiet_api: Served) -> None:
    with quiet_api.client("hears") as client, quiet_api.client("hears") as other:
        task_id = waiting_task(client, "hears")
        cancelled = []

        def cancel() -> None:
            time.sleep(11)
            cancelled.append(time.monotonic())
            other.post(f"/api/tasks/{task_id}/cancel")

        thread = threading.Thread(target=cancel)
        thread.start()
        with client.stream("GET", f"/api/tasks/{task_id}/events", headers=SSE) as answer:
            received = list(events_of(answer.iter_lines()))
        thread.join()
        # Word came by notification: looking by itself it would have taken up to five seconds.
        assert time.monotonic() - cancelled[0] < 2
        assert any("comment" in one for one in received)
        assert json.loads(received[-1]["data"])["status"] == running_service.CANCELLED


def test_another_id_than_a_number_is_refused(quiet_api: Served) -> None:
    with quiet_api.client("hears") as client:
        task_id = waiting_task(client, "refused")
        answer = client.get(f"/api/tasks/{task_id}/events", headers=SSE | {"Last-Event-ID": "x"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Last-Event-ID")
        client.post(f"/api/tasks/{task_id}/cancel")


def test_more_streams_than_may_be_open_are_refused(quiet_api: Served, tmp_path: Path) -> None:
    with (
        running_service.serving(tmp_path, quiet_api.environment | {"KODUS_AST_STREAMS": "1"}) as small,
        small.client("streams", Scope.SUBMIT, Scope.READ) as client,
    ):
        task_id = waiting_task(client, "streams")
        with client.stream("GET", f"/api/tasks/{task_id}/events", headers=SSE) as answer:
            assert answer.status_code == 200
            second = client.get(f"/api/tasks/{task_id}/events", headers=SSE)
            assert (second.status_code, second.json()["code"]) == (429, "rate_limited")
            assert client.head(f"/api/tasks/{task_id}/events", headers=SSE).status_code == 429
        client.post(f"/api/tasks/{task_id}/cancel")


def test_head_opens_no_stream(quiet_api: Served, tmp_path: Path) -> None:
    environment = quiet_api.environment | {"KODUS_AST_STREAMS": "1"}
    with running_service.serving(tmp_path, environment) as small, small.client("head", *Scope) as client:
        task_id = waiting_task(client, "head")
        url = f"/api/tasks/{task_id}/events"
        same = SSE | {"X-Request-Id": "same"}
        heads = [client.head(url, headers=same) for _ in range(3)]
        assert "kodus_ast_streams 0.0" in client.get("/metrics").text
        with client.stream("GET", url, headers=same) as answer:
            sent = {**answer.headers, "date": ""}
            # Of the connection, not of the answer.
            del sent["transfer-encoding"]
            for head in heads:
                assert (head.status_code, head.content) == (200, b"")
                assert {**head.headers, "date": ""} == sent
        ended_url = f"{url}?after={10**15}"
        client.post(f"/api/tasks/{task_id}/cancel")
        assert client.head(ended_url, headers=SSE).status_code == 204


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_with_open_streams_ends_on_sigterm(
    quiet_api: Served, tmp_path: Path, number: signal.Signals
) -> None:
    with running_service.serving(tmp_path, quiet_api.environment) as server, server.client("ends") as client:
        task_id = waiting_task(client, f"ends {number}")
        streams = [client.stream("GET", f"/api/tasks/{task_id}/events", headers=SSE) for _ in range(5)]
        answers = [one.__enter__() for one in streams]
        lines = [answer.iter_lines() for answer in answers]
        firsts = [next(line) for line in lines]
        assert all(first.startswith("retry:") for first in firsts)
        started = time.monotonic()
        assert server.process.stop(number) == 0
        assert time.monotonic() - started < 5
        # Each stream was ended as a whole answer, so the client knows where it was and comes back.
        for line in lines:
            assert [one for one in events_of(line) if "id" in one]
        for one in streams:
            one.__exit__(None, None, None)
        log = server.process.log.read_text()
        assert "Traceback" not in log
        assert '"level": "error"' not in log
    with quiet_api.client("ends") as client:
        client.post(f"/api/tasks/{task_id}/cancel")


@pytest.mark.usefixtures("api_worker")
def test_a_request_at_work_is_answered_before_the_server_ends(api: Served, tmp_path: Path) -> None:
    with running_service.serving(tmp_path, api.environment) as server, server.client() as client:
        answers: list[httpx.Response] = []
        files = {"files": [{"id": "1", "filePath": "a.py", "encodedData": "eCA9IDE="}]}
        thread = threading.Thread(
            target=lambda: answers.append(client.post("/api/validate-code", json=files))
        )
        thread.start()
        time.sleep(0.1)
        server.process.stop()
        thread.join()
        assert answers[0].status_code == 200
    with api.client() as client:
        # And what was accepted shortly before its end is published by whoever is there.
        with (
            running_service.serving(tmp_path / "second", api.environment) as server,
            server.client() as other,
        ):
            task_id = waiting_task(other, "last words")
        assert ended(client, task_id)["status"] == running_service.FAILED
