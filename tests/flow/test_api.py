"""The HTTP API with a real server, PostgreSQL and broker."""

import base64
import json
import re
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import running_service
from kodus_ast.api.problems import STATUSES
from kodus_ast.errors import BY_CODE
from kodus_ast.models.tasks import Scope
from running_service import COMPLETED, Process, Served, ended

NOBODY = {"url": "file:///nowhere", "branch": "main"}
PROBLEM = "application/problem+json"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Asserts what a refusal is."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    said: dict[str, Any] = answer.json()
    assert (said["status"], said["code"]) == (status, code)
    assert said["requestId"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    return said


@pytest.fixture
def client(api: Served) -> Iterator[httpx.Client]:
    with api.client() as found:
        yield found


def submitted(client: httpx.Client, **body: Any) -> str:
    answer = client.post("/api/v2/impact", json={"baseRepo": NOBODY, "headRepo": NOBODY} | body)
    assert answer.status_code == 202, answer.text
    task_id: str = answer.json()["taskId"]
    assert answer.headers["location"] == f"/api/tasks/{task_id}"
    return task_id


def test_every_error_has_a_status() -> None:
    assert set(STATUSES) == set(BY_CODE) | {"internal"}


def test_the_kept_ping_and_health_need_no_key(api: Served) -> None:
    assert httpx.get(f"{api.url}/api/ast/ping").text == "pong"
    assert httpx.get(f"{api.url}/health").json()["status"] == "ok"
    assert httpx.get(f"{api.url}/health/ready").json()["status"] == "ok"
    detail = httpx.get(f"{api.url}/health/detail").json()
    assert {name: one["status"] for name, one in detail["dependencies"].items()} == {
        "database": "ok",
        "queue": "ok",
        "storage": "ok",
    }
    assert detail["memory"]["mostResidentBytes"] > 0


def test_no_answer_names_the_server(api: Served) -> None:
    assert "server" not in httpx.get(f"{api.url}/health").headers


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer kast_nothing"}, {"Authorization": "Basic a"}, {"x-api-key": "é"}],
)
def test_without_a_valid_key_nothing_is_revealed(api: Served, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{api.url}/api/tasks", headers=[(n.encode(), v.encode()) for n, v in headers.items()])
    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_may_come_in_either_header(api: Served) -> None:
    answer = httpx.get(f"{api.url}/api/tasks", headers={"x-api-key": api.key()})
    assert answer.status_code == 200


def test_a_key_may_do_what_its_scopes_say(api: Served) -> None:
    with api.client("org", Scope.READ) as reader:
        said = problem(
            reader.post("/api/v2/impact", json={"baseRepo": NOBODY, "headRepo": NOBODY}), 403, "forbidden"
        )
        assert "submit" in said["detail"]
        problem(reader.get("/metrics"), 403, "forbidden")
    with api.client("org", Scope.OPERATE) as operator:
        assert "kodus_ast_request_seconds" in operator.get("/metrics").text
        assert operator.get("/api/admin/dlq").json() == {"letters": []}
        problem(operator.get("/api/admin/dlq/nothing"), 404, "not_found")


def test_one_organization_cannot_see_that_a_task_of_another_exists(api: Served, client: httpx.Client) -> None:
    task_id = submitted(client)
    with api.client("another") as other:
        for known in (task_id, str(uuid.uuid4()), "no-id"):
            answers = [
                other.get(f"/api/tasks/{known}"),
                other.get(f"/api/tasks/{known}/events"),
                other.get(f"/api/tasks/{known}/result"),
                other.post(f"/api/tasks/{known}/cancel"),
                other.post(f"/api/tasks/{known}/retry"),
                other.get(f"/api/v2/graphs/{known}/search?q=a"),
            ]
            answers_seen = [problem(answer, 404, "task_not_found") for answer in answers]
            assert all("detail" not in one for one in answers_seen)
        assert other.get("/api/tasks").json()["tasks"] == []


def test_each_field_that_is_not_as_agreed_is_named(client: httpx.Client) -> None:
    def named(**body: Any) -> str:
        answer = client.post("/api/v2/impact", json={"baseRepo": NOBODY, "headRepo": NOBODY} | body)
        field: str = problem(answer, 400, "bad_request")["errors"][0]["field"]
        return field

    assert named(headRepo={"url": 1}) == "headRepo.url"
    assert named(headRepo=NOBODY | {"auth": {"token": 1}}) == "headRepo.auth.token"
    assert named(headRepo=NOBODY | {"provider": "SOURCEFORGE"}) == "headRepo.provider"
    assert named(taskId=[7]) == "taskId"
    assert named(priority=9) == "priority"
    assert named(headRepo=NOBODY | {"branch": "a\0b"}) == "headRepo.branch"
    files = [{"id": "1", "encodedData": "?", "filePath": "a.py"}]
    answer = client.post("/api/ast/validate-code/initialize", json={"files": files})
    assert problem(answer, 400, "bad_request")["errors"] == [
        {"field": "files[0].encodedData", "message": "not base64"}
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(client: httpx.Client, body: bytes) -> None:
    problem(client.post("/api/v2/impact", content=body), 400, "bad_request")


def test_other_media_are_refused(client: httpx.Client) -> None:
    answer = client.post("/api/v2/impact", content=b"a=b", headers={"Content-Type": "text/plain"})
    problem(answer, 415, "unsupported_media_type")
    answer = client.post("/api/v2/impact", content=b"{}", headers={"Content-Encoding": "gzip"})
    problem(answer, 415, "unsupported_media_type")


def test_what_is_not_there_is_said(client: httpx.Client) -> None:
    problem(client.get("/api/nothing"), 404, "no_such_route")
    answer = client.put("/api/tasks")
    problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


def test_unknown_fields_and_headers_are_ignored(client: httpx.Client) -> None:
    body = {"baseRepo": NOBODY, "headRepo": NOBODY | {"more": [1]}, "x": None, "priority": None}
    answer = client.post("/api/v2/impact", json=body, headers={"x-task-key": "anything"})
    assert answer.status_code == 202


def test_a_body_that_says_that_it_is_too_large_is_refused_unread(api: Served) -> None:
    with _connected(api) as connection:
        connection.sendall(_head(api, "Content-Length: 99999999999"))
        assert b" 413 " in connection.recv(1000)


def test_a_body_that_does_not_say_its_size_is_counted(api: Served) -> None:
    with _connected(api) as connection:
        connection.sendall(_head(api, "Transfer-Encoding: chunked"))
        piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        answer = b""
        try:
            for _ in range(40):
                connection.sendall(piece)
        except OSError:
            pass
        while b" 413 " not in answer:
            more = connection.recv(1000)
            assert more, answer
            answer += more


def _connected(api: Served) -> socket.socket:
    url = httpx.URL(api.url)
    return socket.create_connection((url.host, url.port or 80), timeout=10)


def _head(api: Served, header: str) -> bytes:
    return (
        f"POST /api/v2/impact HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {api.key()}\r\n"
        f"Content-Type: application/json\r\n{header}\r\n\r\n"
    ).encode()


def test_the_same_submission_is_one_task(client: httpx.Client) -> None:
    repo = NOBODY | {"branch": "same"}
    assert submitted(client, headRepo=repo) == submitted(client, headRepo=repo)
    own = str(uuid.uuid4())
    assert submitted(client, headRepo=repo, taskId=own) == own
    assert submitted(client, headRepo=repo, taskId=own) == own
    answer = client.post("/api/v2/impact", json={"baseRepo": NOBODY, "headRepo": NOBODY, "taskId": own})
    problem(answer, 409, "task_conflict")


def test_an_id_that_another_organization_has_is_answered_as_a_free_one(quiet_api: Served) -> None:
    """Neither status, body nor headers tell the two apart, and nothing of the other's task changes."""
    taken, free = str(uuid.uuid4()), str(uuid.uuid4())
    repo = NOBODY | {"branch": "mine", "auth": {"token": "theirs"}}
    with quiet_api.client("victim") as victim, quiet_api.client("attacker") as attacker:
        assert submitted(victim, headRepo=repo, taskId=taken) == taken
        theirs = victim.get(f"/api/tasks/{taken}").json()
        before = sealed_files(quiet_api)
        said = []
        for own in (taken, free):
            body = {"baseRepo": NOBODY, "headRepo": NOBODY | {"auth": {"token": "mine"}}, "taskId": own}
            answers = [attacker.post("/api/v2/impact", json=body) for _ in range(2)]
            answers.append(attacker.post("/api/v2/impact", json=body | {"diff": "another"}))
            answers.append(attacker.get(f"/api/tasks/{own}"))
            answers.append(attacker.post(f"/api/tasks/{own}/cancel"))
            said.append([plain(answer, own) for answer in answers])
        assert [status for status, _, _ in said[0]] == [202, 202, 409, 200, 202]
        assert said[0] == said[1]
        assert victim.get(f"/api/tasks/{taken}").json() == theirs
        after = sealed_files(quiet_api)
        assert {name: after.get(name) for name in before} == before
        victim.post(f"/api/tasks/{taken}/cancel")


def sealed_files(api: Served) -> dict[str, bytes]:
    store = Path(api.environment["KODUS_AST_DATA"]) / "artifacts" / "sealed"
    return {str(file): file.read_bytes() for file in store.rglob("*") if file.is_file()}


def plain(answer: httpx.Response, own: str) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without what differs between any two: the id, times, ids of requests."""

    def without(text: str) -> str:
        text = text.replace(own, "ID")
        return re.sub(r"[0-9a-f]{32}|\"(seconds|nanos)\":\d+", "", text)

    headers = {name: without(value) for name, value in answer.headers.items() if name != "date"}
    headers.pop("content-length", None)
    return answer.status_code, without(answer.text), sorted(headers.items())


def test_an_idempotency_key_stands_for_one_request(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"baseRepo": NOBODY, "headRepo": NOBODY | {"branch": "key"}}
    first, second = (client.post("/api/v2/impact", json=body, headers=headers).json() for _ in range(2))
    assert first == second
    answer = client.post("/api/v2/impact", json=body | {"diff": "another"}, headers=headers)
    problem(answer, 409, "task_conflict")


def test_a_task_that_waits_can_be_cancelled_and_submitted_again(quiet_api: Served) -> None:
    with quiet_api.client("cancels") as client:
        task_id = submitted(client)
        cancelled = client.post(f"/api/tasks/{task_id}/cancel")
        assert (cancelled.status_code, cancelled.json()["task"]["status"]) == (202, running_service.CANCELLED)
        problem(client.post(f"/api/tasks/{task_id}/cancel"), 409, "task_ended")
        problem(client.get(f"/api/tasks/{task_id}/result"), 409, "task_failed")
        again = client.post(f"/api/tasks/{task_id}/retry").json()["taskId"]
        assert again != task_id
        assert client.get(f"/api/tasks/{again}").json()["task"]["metadata"]["retryOf"] == task_id
        client.post(f"/api/tasks/{again}/cancel")


def test_what_was_sealed_must_be_sent_again(quiet_api: Served) -> None:
    with quiet_api.client("seals") as client:
        task_id = submitted(client, headRepo=NOBODY | {"auth": {"token": "a-canary"}})
        problem(client.post(f"/api/tasks/{task_id}/retry"), 409, "task_not_ended")
        client.post(f"/api/tasks/{task_id}/cancel")
        problem(client.post(f"/api/tasks/{task_id}/retry"), 409, "sealed_gone")


def test_tasks_are_listed_in_pages(quiet_api: Served) -> None:
    with quiet_api.client("lists") as client:
        ids = [submitted(client, headRepo=NOBODY | {"branch": str(number)}) for number in range(5)]
        seen, cursor = [], ""
        while True:
            page = client.get("/api/tasks", params={"limit": 2, "cursor": cursor}).json()
            seen += [task["id"] for task in page["tasks"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        assert seen == ids[::-1]
        assert len(client.get("/api/tasks?status=1").json()["tasks"]) <= 5
        assert client.get("/api/tasks?status=COMPLETED").json()["tasks"] == []
        problem(client.get("/api/tasks?status=7"), 400, "bad_request")
        assert problem(client.get("/api/tasks?limit=0"), 400, "bad_request")["errors"][0]["field"] == "limit"
        for task_id in ids:
            client.post(f"/api/tasks/{task_id}/cancel")


def test_the_trace_of_the_caller_is_taken_up(client: httpx.Client) -> None:
    trace = uuid.uuid4().hex
    answer = client.post(
        "/api/v2/impact",
        json={"baseRepo": NOBODY, "headRepo": NOBODY | {"branch": trace}},
        headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "X-Request-Id": "mine"},
    )
    assert answer.headers["x-request-id"] == "mine"
    task = client.get(f"/api/tasks/{answer.json()['taskId']}").json()["task"]
    assert task["metadata"]["traceId"] == trace


def test_little_is_validated_at_once(client: httpx.Client) -> None:
    files = [
        {"id": str(number), "filePath": name, "encodedData": base64.b64encode(text).decode()}
        for number, (name, text) in enumerate([("a.py", b"x = 1\n"), ("b.py", b"def f(:\n"), ("c.zzz", b"?")])
    ]
    results = client.post("/api/validate-code", json={"files": files}).json()["result"]["results"]
    assert [one["status"] for one in results] == ["VALID", "INVALID_SYNTAX", "UNSUPPORTED_LANGUAGE"]
    much = [files[0] | {"encodedData": base64.b64encode(b" " * (1 << 20) + b" ").decode()}]
    problem(client.post("/api/validate-code", json={"files": much}), 413, "too_large")


def test_one_key_may_ask_so_often(api: Served, tmp_path: Path) -> None:
    environment = api.environment | {"KODUS_AST_RATE_PER_S": "5"}
    with (
        running_service.serving(tmp_path, environment) as slow,
        slow.client() as client,
        slow.client("another") as other,
    ):
        answers = [client.get("/api/tasks") for _ in range(15)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert 3 <= len(refused) <= 5
        problem(refused[0], 429, "rate_limited")
        assert refused[0].headers["retry-after"] == "1"
        assert other.get("/api/tasks").status_code == 200


def test_more_tasks_than_may_wait_are_refused(quiet_api: Served, tmp_path: Path) -> None:
    environment = quiet_api.environment | {"KODUS_AST_QUEUED_PER_ORGANIZATION": "1"}
    with running_service.serving(tmp_path, environment) as small, small.client("full") as client:
        first = submitted(client)
        repo = NOBODY | {"branch": "more"}
        answer = client.post("/api/v2/impact", json={"baseRepo": repo, "headRepo": repo})
        problem(answer, 429, "too_many_tasks")
        assert int(answer.headers["retry-after"]) > 0
        client.post(f"/api/tasks/{first}/cancel")


def test_without_a_key_only_this_machine_may_ask(api: Served, tmp_path: Path) -> None:
    environment = api.environment | {"KODUS_AST_ANONYMOUS": "here"}
    with running_service.serving(tmp_path, environment) as open_one:
        assert httpx.get(f"{open_one.url}/api/tasks").status_code == 200
        # A page that has its name resolved to this machine, and a proxy that forwards to it.
        for headers in ({"Host": "evil.example"}, {"X-Forwarded-For": "203.0.113.9"}):
            problem(httpx.get(f"{open_one.url}/api/tasks", headers=headers), 401, "unauthorized")


@pytest.mark.usefixtures("api_worker")
def test_the_whole_job_and_questions_to_its_graphs(
    api: Served, client: httpx.Client, service_repo: dict[str, Any]
) -> None:
    base, head = service_repo["base"], service_repo["head"]
    task_id = submitted(client, baseRepo=base, headRepo=head)
    task = ended(client, task_id)
    assert task["status"] == COMPLETED, task
    assert (task["metadata"]["baseCommit"], task["metadata"]["headCommit"]) == (
        base["commitSha"],
        head["commitSha"],
    )
    result = client.get(f"/api/tasks/{task_id}/result").json()
    assert result["summary"]["changes"] > 0
    whole = client.get(result["artifact"]["url"])
    assert len(whole.content) == result["artifact"]["sizeBytes"]
    assert whole.json()["meta"]["head"]["commit"] == head["commitSha"]
    without_body = client.head(result["artifact"]["url"])
    assert (without_body.status_code, without_body.content) == (200, b"")
    for name in ("content-length", "content-type", "etag"):
        assert without_body.headers[name] == whole.headers[name]
    # The file is not left open.
    descriptors = Path(f"/proc/{api.process.popen.pid}/fd").iterdir()
    assert not [one for one in descriptors if one.exists() and "artifacts" in str(one.readlink())]
    graph = f"/api/v2/graphs/{task_id}"
    found = client.get(f"{graph}/search", params={"q": "total"}).json()
    assert found["symbols"][0]["name"] == "total"
    assert found["source"]["commit"] == head["commitSha"]
    symbol = found["symbols"][0]["id"].replace("/", "%2F")
    assert client.get(f"{graph}/symbols/{symbol}").json()["symbol"]["name"] == "total"
    assert client.head(f"{graph}/symbols/{symbol}").status_code == 200
    callers = client.get(f"{graph}/symbols/{symbol}/callers").json()
    assert [one["name"] for one in callers["answer"]["found"]] == ["pay"]
    callees = client.get(f"{graph}/symbols/checkout/callees").json()
    assert "pay" in [one["name"] for one in callees["answer"]["found"]]
    way = client.get(f"{graph}/symbols/checkout/path", params={"to": "total"}).json()["answer"]
    assert (way["found"], len(way["steps"])) == (True, 2)
    problem(client.get(f"{graph}/symbols/nothing"), 404, "no_such_symbol")
    old = client.get(f"{graph}/search", params={"q": "price.py", "side": "base"}).json()
    assert old["source"]["commit"] == base["commitSha"]
    gone = client.post("/api/ast/repositories/delete", json={"baseRepo": base, "headRepo": head})
    assert (gone.status_code, gone.json()["removed"]["tasks"] > 0) == (200, True)
    problem(client.get(f"{graph}/search", params={"q": "total"}), 410, "artifact_gone")
    assert client.get(f"/api/tasks/{task_id}/result").json()["artifact"] is None


@pytest.mark.usefixtures("api_worker")
def test_the_same_question_about_the_same_commits_is_answered_once(
    client: httpx.Client, service_repo: dict[str, Any]
) -> None:
    body = {"baseRepo": service_repo["base"], "headRepo": service_repo["head"], "options": {"depth": 2}}
    first = submitted(client, **body)
    ended(client, first)
    assert submitted(client, **body) == first


def test_nothing_that_is_secret_is_in_an_answer_or_a_log(
    api: Served, client: httpx.Client, api_worker: Process
) -> None:
    canary = f"canary{uuid.uuid4().hex}"
    repo = NOBODY | {"branch": "secret", "auth": {"token": canary}}
    task_id = submitted(client, headRepo=repo, diff=f"+{canary}")
    client.post("/api/v2/impact", json={"baseRepo": NOBODY, "headRepo": repo | {"auth": {"token": [canary]}}})
    ended(client, task_id)
    answers_seen = [
        client.get(f"/api/tasks/{task_id}{part}").text for part in ("", "/events?limit=100", "/result")
    ]
    logs = api.process.log.read_text() + api_worker.log.read_text()
    assert canary not in json.dumps(answers_seen) + logs
