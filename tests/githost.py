"""A host of git repositories over HTTP on loopback: real `git http-backend`, credentials, and bad manners.

The first part of a path says how a repository is served (`/slow/shop.git`); what is served plainly has none.
"""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

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


@contextmanager
def git_host(root: Path, accepted: set[str] | None = None, delay_s: float = DELAY_S) -> Iterator[GitHost]:
    """Serves the bare repositories below `root`; None accepts every `Authorization`, and none."""
    host = GitHost()
    belongings = {"host": host, "root": root, "accepted": accepted, "delay_s": delay_s}
    server = Server(("127.0.0.1", 0), type("Bound", (Handler,), belongings))
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
