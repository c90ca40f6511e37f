"""A host of git repositories over HTTP on loopback: real `git http-backend`, credentials, and misbehaviour.

The first part of a path says how a repository is served (`/slow/shop.git`); what is served plainly has none.
"""

import contextlib
import itertools
import os
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DELAY_S = 0.15
"""So long that whoever samples the processes sees git wait."""
PIECE = 64 * 1024
MANNERS = {"slow", "truncated"}
REPLIES: dict[str, tuple[int, tuple[tuple[str, str], ...], bytes]] = {
    "busy": (503, (("Retry-After", "1"),), b""),
    "limited": (429, (), b""),
    "forbidden": (403, (), b""),
    "page": (200, (("Content-Type", "text/html"),), b"<html>Sign in</html>"),
    "garbage": (200, (("Content-Type", "application/x-git-upload-pack-advertisement"),), b"zzzz" * 9),
}


def forged(host: "GitHost") -> Iterator[bytes]:
    """The pack of somebody's choice."""
    yield b"packfile\n"
    for piece in host.pack:
        for start in range(0, len(piece), 65_000):
            yield b"\1" + piece[start : start + 65_000]


def oversized(_: "GitHost") -> Iterator[bytes]:
    """Without end: a pack of one large file, or branches."""
    yield b"packfile\n"
    # One file of 32 GiB, not compressed.
    yield b"\1PACK" + bytes.fromhex("00000002 00000001 b08080808008 7801")
    while True:
        yield b"\1" + b"\0\xe8\xfd\x17\2" + os.urandom(500) * 130


def branching(_: "GitHost") -> Iterator[bytes]:
    """Branches without end."""
    for number in itertools.count():
        yield b"%040x refs/heads/%s/%d\n" % (number, b"b" * 900, number)


def talking(_: "GitHost") -> Iterator[bytes]:
    """Words about progress without end."""
    yield b"packfile\n"
    while True:
        yield b"\2" + (b"x" * 70 + b"\n") * 900


SAYING: dict[str, Callable[["GitHost"], Iterator[bytes]]] = {
    "forging": forged,
    "oversized": oversized,
    "branching": branching,
    "talking": talking,
}


@dataclass
class GitHost:
    """Where it listens, what it was shown and what it sent."""

    url: str = ""
    port: int = 0
    shown: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and `Authorization` of every request."""
    sent: int = 0
    """Bytes of bodies."""
    elsewhere: str = ""
    """Where the redirecting ones lead."""
    pack: Iterable[bytes] = ()
    """What is sent instead of the pack that was asked for, by forging ones."""

    def hosts_file(self, directory: Path, **more: str) -> Path:
        """What `KODUS_AST_HOSTS` has to say for this host to be acceptable."""
        file = directory / "hosts.toml"
        extra = "".join(f'{key} = "{value}"\n' for key, value in more.items())
        file.write_text(
            f'[[hosts]]\nname = "127.0.0.1"\nports = [{self.port}]\nprivate = ["127.0.0.0/8"]\n{extra}'
        )
        return file


class Handler(BaseHTTPRequestHandler):
    """Answers as the path says; what it belongs to is set by `git_host`."""

    host: GitHost
    root: Path
    accepted: set[str] | None
    delay_s: float

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            self.answer(self.chunks())
        else:
            self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def chunks(self) -> bytes:
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def answer(self, body: bytes) -> None:
        time.sleep(self.delay_s)
        shown = self.headers.get("Authorization", "")
        self.host.shown.add(shown)
        path, _, query = self.path.partition("?")
        self.host.asked.append((path, shown))
        if self.accepted is not None and shown not in self.accepted:
            self.said(401, ("WWW-Authenticate", 'Basic realm="git"'))
            return
        manner, _, rest = path.lstrip("/").partition("/")
        if manner == "redirecting":
            self.said(302, ("Location", f"{self.host.elsewhere or self.host.url}/elsewhere/{rest}?{query}"))
        elif manner in REPLIES:
            status, headers, content = REPLIES[manner]
            self.said(status, *headers, body=content)
        elif manner == "silent":
            time.sleep(30)
        elif manner in SAYING and self.command == "POST":
            self.streamed(SAYING[manner](self.host))
        elif manner in SAYING:
            self.backend(f"/{rest}", query, body, "")
        elif manner in MANNERS:
            self.backend(f"/{rest}", query, body, manner)
        else:
            self.backend(path, query, body, "")

    def said(self, status: int, *headers: tuple[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def streamed(self, lines: Iterable[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-git-upload-pack-result")
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            for line in lines:
                self.wfile.write(b"%04x" % (len(line) + 4) + line)
            self.wfile.write(b"0000")

    def backend(self, path: str, query: str, body: bytes, manner: str) -> None:
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(self.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_COUNT": "2",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
                "GIT_CONFIG_KEY_1": "uploadpack.allowFilter",
                "GIT_CONFIG_VALUE_1": "true",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            },
        )
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200").split()[0])
        if manner == "truncated" and self.command == "POST" and len(rest) > 2000:
            headers["Content-Length"] = str(len(rest))
            rest = rest[: len(rest) // 2]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for start in range(0, len(rest), PIECE):
            piece = rest[start : start + PIECE]
            self.wfile.write(piece)
            self.host.sent += len(piece)
            if manner == "slow":
                time.sleep(1)

    def log_message(self, *_: object) -> None:
        return


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that go away are what is tested."""

    def shutdown_request(self, request: Any) -> None:
        if isinstance(request, ssl.SSLSocket):
            # What TLS does not end itself counts as cut off.
            with contextlib.suppress(OSError, ValueError):
                request.unwrap()
        super().shutdown_request(request)


@contextmanager
def git_host(
    root: Path,
    accepted: set[str] | None = None,
    delay_s: float = DELAY_S,
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[GitHost]:
    """Serves the bare repositories below `root`; None accepts every `Authorization`, and none.

    With a certificate and its key it does so over TLS.
    """
    host = GitHost()
    belongings = {"host": host, "root": root, "accepted": accepted, "delay_s": delay_s}
    server = Server(("127.0.0.1", 0), type("Bound", (Handler,), belongings))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    host.port = server.server_port
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
