"""The client of a language server, against one that asks something of its own before each answer."""

import sys
from pathlib import Path

from accuracy.oracles.python_uses.language_server import AT_ONCE, LanguageServer

SERVER = """
import json, sys

def read():
    length = 0
    while (line := sys.stdin.buffer.readline()).strip():
        length = int(line.split(b":")[1]) if line.startswith(b"Content-Length") else length
    return json.loads(sys.stdin.buffer.read(length))

def write(**message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
    sys.stdout.buffer.flush()

questions = 0
while True:
    message = read()
    match message.get("method"):
        case "initialize":
            write(id=message["id"], result={})
        case "textDocument/definition":
            questions += 1
            items = [{"section": "a"}]
            write(id=f"q{questions}", method="workspace/configuration", params={"items": items})
            position = message["params"]["position"]
            place = {"uri": message["params"]["textDocument"]["uri"], "range": {"start": position}}
            write(id=message["id"], result=place if position["line"] % 2 else None)
        case None:
            assert message["result"] == [{"b": 1}], message
"""


def test_many_definitions_are_asked_while_the_server_asks(tmp_path: Path) -> None:
    file = tmp_path / "a é.py"
    file.touch()
    places = [(line, 3) for line in range(1, 5 * AT_ONCE)]
    command: list[str | Path] = [sys.executable, "-c", SERVER]
    with LanguageServer(command, tmp_path, {"a": {"b": 1}}, tmp_path / "log") as server:
        server.open(file, "x" * 200_000)
        answers = list(server.definitions(file, places))
        server.close(file)
    assert answers == [[] if line % 2 else [(file, (line, column))] for line, column in places]
    assert (tmp_path / "log").read_text() == ""
