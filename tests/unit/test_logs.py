"""The processor of logs removes secrets and code."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from kodus_ast import logs

CANARIES = {
    "token": "canary",
    "repo_auth": {"password": "canary"},
    "url": "https://user:canary@example.org/x.git",
    "said": "could not use ghp_canary0123456789abcdef",
    "header": "Authorization: Basic Y2FuYXJ5OmNhbmFyeQ==canary",
    "lines": ["kast_canary_0123456789_0123456789", "https://canary@host/"],
    "diff": "+canary",
    "codeChunk": "canary()",
    "files": {"1": b"canary"},
    "request": {"headRepo": {"auth": {"token": "canary"}}},
}


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    logs.configure(stream)
    yield stream
    root.handlers, root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_no_canary_gets_into_a_line(out: io.StringIO) -> None:
    logs.logger("kodus_ast.test").info("accepted", **CANARIES)
    line = json.loads(out.getvalue())
    assert "canary" not in out.getvalue()
    assert line["event"] == "accepted"
    assert line["url"] == "https://[redacted]@example.org/x.git"


def test_what_libraries_log_goes_the_same_way(out: io.StringIO) -> None:
    logging.getLogger("a.library").warning("cannot reach %s", "amqps://user:canary@host/")
    line = json.loads(out.getvalue())
    assert line["event"] == "cannot reach amqps://[redacted]@host/"
    assert line["level"] == "warning"


def test_an_exception_is_named_and_not_quoted(out: io.StringIO) -> None:
    try:
        raise ValueError("canary")
    except ValueError:
        logs.logger("kodus_ast.test").exception("defect")
        logging.getLogger("a.library").exception("defect")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["error"] for line in lines] == ["ValueError", "ValueError"]
    assert "canary" not in out.getvalue()


def test_a_line_says_which_task_it_is_about(out: io.StringIO) -> None:
    logs.bind_task("t", "c", "o", "r")
    logs.logger("kodus_ast.test").info("claimed", attempt=1)
    line = json.loads(out.getvalue())
    assert (line["task_id"], line["organization_id"], line["trace_id"], line["attempt"]) == ("t", "o", "r", 1)
    assert line["client_task_id"] == "c"
