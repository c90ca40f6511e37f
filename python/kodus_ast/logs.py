"""Logs as JSON lines on stderr, all of them through one processor that keeps secrets and code out."""

import contextlib
import logging
import re
import sys
from collections.abc import MutableMapping
from functools import cache
from typing import Any, TextIO

import msgspec
import structlog

REDACTED = "[redacted]"
SECRET_NAMES = re.compile(
    r"token|password|secret|auth(?!or)|credential|cookie|sealed|diff|chunk|content|body|payload|source|code_text",
    re.IGNORECASE,
)
USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
SECRETS = re.compile(
    r"kast_[\w-]{20,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|ATBB\w{16,}|AKIA\w{12,}"
    r"|(?i:bearer|basic)\s+[\w.+/=-]{8,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
)
MAX_CHARACTERS = 2000


def redact(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last processor of every line: removes secrets."""
    return {name: _value(name, value) for name, value in entry.items()}


@cache
def _is_secret(name: str) -> bool:
    """Cached: names come from our own calls, so there are few."""
    return SECRET_NAMES.search(name) is not None


def _value(name: str, value: object) -> object:
    if _is_secret(name):
        return REDACTED
    if isinstance(value, dict):
        return {
            str(inner): REDACTED if SECRET_NAMES.search(str(inner)) else _value("", item)
            for inner, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_value("", item) for item in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return REDACTED
    if isinstance(value, bool | int | float | None):
        return value
    return SECRETS.sub(REDACTED, USERINFO.sub(REDACTED + "@", str(value)))[:MAX_CHARACTERS]


def _without_traceback(
    _logger: object, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    # Only the class of an exception is logged: tracebacks show source, and messages may quote secret input.
    error = entry.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    kind = error[0] if isinstance(error, tuple) else type(error) if error else None
    if kind is not None:
        entry["error"] = kind.__name__
    return entry


class Lines:
    """Writes lines; one that cannot be written is dropped."""

    def __init__(self, stream: TextIO, name: str = "") -> None:
        self._stream = stream
        self.name = name

    def msg(self, line: str) -> None:
        """Writes one line."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = msg


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Sends the logs of this package and its libraries to `stream` (stderr), one JSON object per line."""
    out = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_traceback,
    ]
    last: list[Any] = [redact, structlog.processors.JSONRenderer(serializer=_json)]
    # Not through the standard library, which takes three times as long.
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *name: Lines(out, *name),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # Libraries log too much at INFO.
    root.setLevel(max(level, logging.WARNING))


def _json(entry: dict[str, Any], **_: object) -> str:
    return msgspec.json.encode(entry, enc_hook=str).decode()


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger; the ids of the current task come from the context."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(name)
    return bound


def bind_task(task_id: str, public_id: str, organization_id: str, trace_id: str) -> None:
    """Adds the ids of the task to every later line in this asyncio task; its id for clients if it differs."""
    given = {} if public_id == task_id else {"client_task_id": public_id}
    structlog.contextvars.bind_contextvars(
        task_id=task_id, organization_id=organization_id, trace_id=trace_id, **given
    )
