"""Credentials reach the host of the repository, and nobody and nothing else."""

import asyncio
import base64
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kodus_ast.errors import BadCredentialsError, GitError, RepositoryNotFoundError
from kodus_ast.models.requests import RepoAuth
from lab import Lab


@dataclass
class Host:
    """Something that is asked for repositories, and has none."""

    url: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def host() -> Iterator[Host]:
    found = Host()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, self.headers["Authorization"]))
            if self.path.startswith("/moved"):
                self.send_response(302)
                self.send_header("Location", "/elsewhere/info/refs?service=git-upload-pack")
            elif self.path.startswith("/closed"):
                self.send_response(401)
                self.send_header("WWW-Authenticate", "Basic")
            else:
                self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def web(lab: Lab) -> Lab:
    lab.environment["KODUS_AST_GIT_PROTOCOLS"] = "http"
    return lab


AUTH = RepoAuth(token="canary")
BASIC = "Basic " + base64.b64encode(b"x-access-token:canary").decode()


async def test_a_token_is_sent_to_the_host(web: Lab, host: Host) -> None:
    with pytest.raises(RepositoryNotFoundError):
        await web.repos.fetch(f"{host.url}/gone.git", AUTH)
    assert {header for _, header in host.asked} == {BASIC}


async def test_a_token_that_is_refused_is_said_without_it(web: Lab, host: Host) -> None:
    with pytest.raises(BadCredentialsError) as raised:
        await web.repos.fetch(f"{host.url}/closed.git", AUTH)
    assert "canary" not in str(raised.value)


async def test_a_redirect_is_not_followed_with_a_token(web: Lab, host: Host) -> None:
    with pytest.raises(GitError):
        await web.repos.fetch(f"{host.url}/moved.git", AUTH)
    assert not [path for path, _ in host.asked if path.startswith("/elsewhere")]


async def test_a_token_is_in_no_argument_and_no_file(
    web: Lab, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, started = asyncio.create_subprocess_exec, list[tuple[object, ...]]()

    async def watched(*arguments: str, **options: object) -> object:
        started.append(arguments)
        return await real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    with pytest.raises(RepositoryNotFoundError):
        await web.repos.fetch(f"{host.url}/gone.git", AUTH)
    assert started
    assert "canary" not in str(started)
    assert BASIC not in str(started)
    for file in web.path.rglob("*"):
        if file.is_file():
            assert b"canary" not in file.read_bytes()
