"""A client of a language server: asks for many definitions at once over its standard input and output."""

import itertools
import json
import subprocess
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

Position = tuple[int, int]
"""A line, from 1, and a column in UTF-16 units, from 0."""

AT_ONCE = 100
"""Requests that are under way at once. They fit into a pipe: a server that answers before it reads on would
else wait for us while we wait for it."""


class LanguageServer:
    """A running server that reads one folder."""

    def __init__(self, command: list[str | Path], folder: Path, settings: dict[str, Any], log: Path) -> None:
        self._settings = settings
        self._answers: dict[int, Any] = {}
        self._arrived = threading.Condition()
        self._sending = threading.Lock()
        self._asked = 0
        self._log = log.open("w")
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        uri = folder.as_uri()
        asked = self._ask(
            "initialize",
            {
                "processId": None,
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": folder.name}],
                "capabilities": {"workspace": {"configuration": True, "workspaceFolders": True}},
            },
        )
        self._wait(asked)
        self._send({"method": "initialized", "params": {}})

    def __enter__(self) -> "LanguageServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._reader.join()
        self._process.__exit__(None, None, None)
        self._log.close()

    def open(self, file: Path, text: str) -> None:
        """Tells the server that a file is being edited."""
        document = {"uri": file.as_uri(), "languageId": "python", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    def close(self, file: Path) -> None:
        """Tells the server that it may forget the file's text."""
        self._send({"method": "textDocument/didClose", "params": {"textDocument": {"uri": file.as_uri()}}})

    def definitions(self, file: Path, places: Iterable[Position]) -> Iterator[list[tuple[Path, Position]]]:
        """Where what stands at each place is declared, in their order."""
        rest = iter(places)
        while some := list(itertools.islice(rest, AT_ONCE)):
            asked = [
                self._ask(
                    "textDocument/definition",
                    {
                        "textDocument": {"uri": file.as_uri()},
                        "position": {"line": line - 1, "character": column},
                    },
                )
                for line, column in some
            ]
            for number in asked:
                answer = self._wait(number) or []
                yield [_location(one) for one in (answer if isinstance(answer, list) else [answer])]

    def _ask(self, method: str, params: dict[str, Any]) -> int:
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        return self._asked

    def _wait(self, number: int) -> Any:
        with self._arrived:
            if not self._arrived.wait_for(
                lambda: number in self._answers or not self._reader.is_alive(), timeout=600
            ):
                raise TimeoutError("the language server does not answer")
            return self._answers.pop(number)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        assert self._process.stdin
        # The thread that reads answers the server's questions meanwhile.
        with self._sending:
            self._process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            self._process.stdin.flush()

    def _read(self) -> None:
        out = self._process.stdout
        assert out
        while header := out.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                header = out.readline()
            self._take(json.loads(out.read(length)))
        with self._arrived:
            self._arrived.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            with self._arrived:
                self._answers[message["id"]] = message.get("result")
                self._arrived.notify_all()
        elif "id" in message:
            result: Any = None
            if message["method"] == "workspace/configuration":
                result = [
                    self._settings.get(one.get("section", ""), {}) for one in message["params"]["items"]
                ]
            self._send({"id": message["id"], "result": result})


def _location(one: dict[str, Any]) -> tuple[Path, Position]:
    uri = one.get("uri") or one["targetUri"]
    start = (one.get("range") or one["targetSelectionRange"])["start"]
    return Path(unquote(urlsplit(uri).path)), (start["line"] + 1, start["character"])
