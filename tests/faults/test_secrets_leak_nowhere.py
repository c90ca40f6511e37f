"""The whole flow over HTTP with recognisable secrets, then a search for them in everything that it left."""

import base64
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import aio_pika
import httpx
import pytest

import external_services
import running_service
from git_host import GitHost, git_host
from kodus_ast.adapters import topology
from kodus_ast.adapters.embedded_postgres import start_server
from kodus_ast.models.tasks import Scope
from otlp_collector import Collected, collecting
from process_arguments import sampled_arguments
from running_service import COMPLETED, FAILED, ended
from sample_repositories import Lab

TAP = "tap"
VISIBLE = "organization-that-may-be-seen"
BEFORE = {
    "shop/price.py": "def total(items):\n    return sum(items)\n\n\ndef pay():\n    return total([1])\n"
}


def canary(name: str) -> str:
    return f"canary{name}{uuid.uuid4().hex}"


@dataclass
class Canaries:
    """What must not be found: secrets nowhere at all, code where answers and clones lie only."""

    token: str = field(default_factory=lambda: canary("token"))
    username: str = field(default_factory=lambda: canary("username"))
    password: str = field(default_factory=lambda: canary("password"))
    refused: str = field(default_factory=lambda: canary("refused"))
    in_url: str = field(default_factory=lambda: canary("url"))
    wrong_key: str = field(default_factory=lambda: "kast_" + canary("key"))
    repository: str = field(default_factory=lambda: canary("repository"))
    chunk: str = field(default_factory=lambda: canary("chunk"))
    diff: str = field(default_factory=lambda: canary("diff"))
    content: str = field(default_factory=lambda: canary("content"))
    file: str = field(default_factory=lambda: canary("file"))
    broken: str = field(default_factory=lambda: canary("broken"))
    webhook: str = field(default_factory=lambda: canary("webhook"))
    signing: str = ""
    key: str = ""

    @property
    def accepted(self) -> set[str]:
        """How the host wants to be shown them."""
        return {
            basic("x-access-token", self.token),
            basic(self.username, self.password),
            basic("somebody", self.in_url),
        }

    @property
    def secrets(self) -> list[str]:
        bare = [self.token, self.username, self.password, self.refused, self.in_url, self.wrong_key, self.key]
        bare += [self.webhook, self.signing.removeprefix("whsec_")]
        shown = [header.removeprefix("Basic ") for header in self.accepted]
        return [*bare, *shown, running_service.SEALING_KEY]

    @property
    def code(self) -> list[str]:
        return [self.repository, self.chunk, self.diff, self.content, self.file, self.broken]


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def forms(text: str) -> set[bytes]:
    """A text as it may have been written."""
    raw = text.encode()
    # Whatever stands before it, base64 has one of three forms of it.
    shifted = {base64.b64encode(b"?" * shift + raw)[(0, 2, 3)[shift] : -4].rstrip(b"=") for shift in range(3)}
    return {raw, quote(text).encode(), raw.hex().encode(), raw.hex().upper().encode()} | {
        one for one in shifted if len(one) > 20
    }


def found(words: list[str], places: dict[str, bytes]) -> list[str]:
    """Which of the words stand where."""
    return [
        f"{word[:12]}… in {place}"
        for word in words
        for place, text in places.items()
        if any(form in text for form in forms(word))
    ]


@dataclass
class Scene:
    """A service of its own: a database, a queue, API and worker."""

    environment: dict[str, str]
    database_url: str
    broker: external_services.Broker | None
    directory: Path


@pytest.fixture(params=["rabbitmq", "embedded"])
def scene(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Scene]:
    directory = lab.path / "service"
    with ExitStack() as stack:
        broker = None
        server_url = external_services.DATABASE_URL
        if request.param == "rabbitmq":
            broker = stack.enter_context(external_services.broker())
            external_services.run(tap(broker.url))
        else:
            # Its files are searched too: a database keeps old rows, and a log of them.
            server, server_url = start_server(directory / "data" / "postgres")
            stack.callback(server.cleanup)
        url = stack.enter_context(external_services.database(server_url))
        (directory / "tmp").mkdir(parents=True)
        environment = running_service.settings(directory, url, broker.url if broker else "") | {
            "KODUS_AST_GIT_PROTOCOLS": "https:http",
            "KODUS_AST_RETRIES": "0",
            "TMPDIR": str(directory / "tmp"),
        }
        yield Scene(environment, url, broker, directory)


async def tap(url: str) -> None:
    """A queue that keeps a copy of every message."""
    connection = await aio_pika.connect(url, timeout=5)
    channel = await connection.channel()
    queue = await channel.declare_queue(TAP, durable=True)
    for exchange in topology.EXCHANGES:
        await queue.bind(exchange, "#")
    await connection.close()


async def tapped(url: str, name: str) -> list[bytes]:
    """All messages of a queue, with their headers and properties."""
    connection = await aio_pika.connect(url, timeout=5)
    channel = await connection.channel()
    queue = await channel.get_queue(name)
    messages = []
    while (message := await queue.get(fail=False)) is not None:
        messages.append(message.body + repr((message.headers, message.properties)).encode())
    await connection.close()
    return messages


async def rows(url: str) -> dict[str, bytes]:
    """Every row of every table as text."""
    connection = await external_services.connected(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {
            f"table {name}": "\n".join(
                row[0] for row in await connection.fetch(f'SELECT t::text FROM "{name}" t')
            ).encode()
            for (name,) in tables
        }
    finally:
        await connection.close()


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(directory)): file.read_bytes()
        for file in directory.rglob("*")
        if file.is_file() and not file.is_symlink()
    }


def everything(
    client: httpx.Client, host: GitHost, own: Canaries, commits: tuple[str, str, str]
) -> list[str]:
    """Every kind of task, and each way to end badly; the ids of those that are to complete."""

    def posted(route: str, body: Mapping[str, object], status: int = 202) -> str:
        answer = client.post(f"/api/{route}", json=body)
        assert answer.status_code == status, answer.text
        task_id: str = answer.json().get("taskId", "")
        return task_id

    made = client.post("/api/webhooks", json={"url": f"{host.url}/{own.webhook}"})
    assert made.status_code == 201, made.text
    own.signing = made.json()["secret"]
    client.post("/api/webhooks", json={"url": f"ftp://{own.token}@{own.webhook}"})
    url = f"{host.url}/shop.git"
    base = {"url": url, "branch": "main", "commitSha": commits[0], "auth": {"token": own.token}}
    user = {"username": own.username, "password": own.password}
    head = {"url": url, "branch": "main", "commitSha": commits[1], "auth": user}
    refs = {"baseRepo": base, "headRepo": head}
    hunk = "@@ -1,2 +1,2 @@\n def total(items):\n-    return sum(items)\n+    return '{}'\n"
    encoded = base64.b64encode(f"def f():\n    return '{own.content}'\n".encode()).decode()
    broken = base64.b64encode(f"def {own.broken}(:\n".encode()).decode()
    graphs = posted("ast/repositories/initialize", refs)
    # As some clients have it.
    in_url = {"url": url.replace("://", f"://somebody:{own.in_url}@"), "branch": "main"}
    done = [
        graphs,
        posted("v2/impact", {"baseRepo": in_url, "headRepo": in_url}),
        posted("v2/impact", {**refs, "diff": commits[2]}),
        posted(
            "ast/impact-analysis/initialize",
            {**refs, "codeChunk": hunk.format(own.chunk), "fileName": "shop/price.py"},
        ),
        posted(
            "ast/validate-code/initialize",
            {"files": [{"id": "1", "encodedData": broken, "filePath": "a.py"}]},
        ),
        posted(
            "ast/diff/content/initialize",
            {"files": [{"id": "1", "filePath": "a.py", "content": encoded, "diff": hunk.format(own.file)}]},
        ),
    ]
    for task_id in done:
        assert (task := ended(client, task_id))["status"] == COMPLETED, task
    posted("ast/impact-analysis/retrieve", {**refs, "taskId": done[3]}, 200)
    posted("ast/diff/content/retrieve", {"taskId": done[5]}, 200)
    diff = {"taskId": graphs, "headRepo": head, "diff": hunk.format(own.diff), "filePath": "shop/price.py"}
    posted("ast/diff/content", diff, 200)
    posted("validate-code", {"files": [{"id": "1", "encodedData": broken, "filePath": "a.py"}]}, 200)

    refused = {"url": f"{host.url}/refused.git", "branch": "main", "auth": {"token": own.refused}}
    away = {"url": f"{host.url}/busy/shop.git", "branch": "main", "auth": user}
    for repo in (refused, away):
        assert ended(client, posted("v2/impact", {"baseRepo": repo, "headRepo": repo}))["status"] == FAILED
    client.post("/api/v2/impact", content=f'{{"diff": "{own.diff}", "auth": {own.token}'.encode())
    client.post("/api/v2/impact", json={**refs, "headRepo": {"url": url, "auth": {"token": [own.token]}}})
    wrong = {"Authorization": f"Bearer {own.wrong_key}"}
    assert client.get("/api/tasks", headers=wrong).status_code == 401
    for headers in ({"x-task-key": own.wrong_key}, {"Authorization": basic("x", own.wrong_key)}):
        assert httpx.get(f"{client.base_url}/api/tasks", headers=headers).status_code == 401
    assert client.get(f"/api/tasks/{own.token}").status_code == 404
    return done


def test_no_secret_and_no_code_is_left_anywhere(scene: Scene, lab: Lab) -> None:
    own = Canaries()
    repo = lab.repo("source", BEFORE)
    old = repo.git("rev-parse", "HEAD")
    new = repo.commit(
        {"shop/price.py": BEFORE["shop/price.py"].replace("sum(items)", f"'{own.repository} {own.diff}'")}
    )
    change = repo.git("diff", old, new) + "\n"
    repo.git("clone", "--quiet", "--bare", ".", str(lab.path / "hosted" / "shop.git"))
    scopes = (Scope.SUBMIT, Scope.READ, Scope.OPERATE)
    with git_host(lab.path / "hosted", own.accepted) as host, sampled_arguments(0.02) as arguments:
        port = running_service.free_port()
        scene.environment["KODUS_AST_HOSTS"] = str(host.hosts_file(scene.directory))
        scene.environment["KODUS_AST_METRICS_PORT"] = str(port)
        with (
            collecting() as spans,
            running_service.serving(scene.directory, scene.environment | traced(spans)) as api,
            running_service.working(scene.directory, scene.environment | traced(spans)),
        ):
            own.key = api.key(VISIBLE, *scopes)
            with api.client(VISIBLE, *scopes) as client:
                done = everything(client, host, own, (old, new, change))
                until(lambda: client.get("/api/admin/dlq").json()["letters"] != [])
                places = {
                    "metrics": client.get("/metrics").content,
                    "metrics of the worker": httpx.get(f"http://127.0.0.1:{port}/metrics").content,
                    "dead letters": client.get("/api/admin/dlq").content,
                    "tasks": client.get("/api/tasks").content,
                }
                for task_id in done:
                    path = f"/api/tasks/{task_id}/events"
                    places[path] = client.get(path, headers={"Accept": "application/json"}).content
        # Nobody works any more, so what is found now is what stays.
        places["spans"] = b"\n".join(spans.bodies)
        places |= {"arguments": b"\n".join(arguments)}
        assert any(own.webhook in path for path, _ in host.asked), "no event was sent"
        assert own.accepted <= host.shown, "the credentials have not come where they belong"
    queried: dict[str, bytes] = {}
    external_services.run(searched(scene, queried))
    left = files(scene.directory)
    places |= queried
    logs = {name: text for name, text in left.items() if name.endswith(".log")}

    assert VISIBLE.encode() in places["table tasks"], "the search finds nothing"
    assert b"kodus_ast.sandbox.child" in places["arguments"]
    assert b"--depth=1" in places["arguments"]
    assert b"repository_not_found" in places["spans"] or b"bad_credentials" in places["spans"]
    assert all(b"attempt ended" in text for name, text in logs.items() if name.startswith("worker"))
    assert found(own.secrets, places) == []
    assert found(own.secrets, left) == []
    assert found(own.code, places) == []
    assert found(own.code, outside_of_answers(left)) == []
    assert [name for name in left if name.startswith("tmp/")] == []
    # What was given up may be submitted again: for that alone something stays sealed.
    given_up = {letter["task_id"] for letter in json.loads(places["dead letters"])["letters"]}
    sealed = {Path(name).parts[3] for name in left if name.startswith("data/artifacts/sealed/")}
    assert sealed == given_up
    assert [name for name in left if Path(name).parts[:2] == ("cache", "work")] == []


def traced(spans: Collected) -> dict[str, str]:
    return {"KODUS_AST_TRACES_URL": spans.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}


async def searched(scene: Scene, into: dict[str, bytes]) -> None:
    into |= await rows(scene.database_url)
    if scene.broker:
        for name in (TAP, *(spec.name for spec in topology.QUEUES)):
            into[f"queue {name}"] = b"\n".join(await tapped(scene.broker.url, name))
        assert into[f"queue {TAP}"], "no message was seen"
        assert into[f"queue {topology.LETTERS}"], "no dead letter was seen"


def outside_of_answers(left: dict[str, bytes]) -> dict[str, bytes]:
    """Clones and graphs are of code, and answers quote it: they go with their age and their task."""
    kept = ("cache/repositories/", "cache/graphs/", "data/artifacts/tasks/", "data/artifacts/graphs/")
    return {name: text for name, text in left.items() if not name.startswith(kept)}


def until(is_so: Callable[[], bool], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_search_knows_every_form() -> None:
    word = canary("word")
    for shift in range(3):
        assert found([word], {"a": base64.b64encode(os.urandom(shift) + word.encode() + b" and more")}), shift
    assert found([word], {"a": b"x" + word.encode().hex().encode()})
    assert not found([word], {"a": base64.b64encode(canary("word").encode())})
