"""A plugin of pytest: writes down what became of each test, as JSON lines; asked so, runs some tests only."""

import json
import os
from pathlib import Path
from typing import Any

_worst: dict[str, str] = {}
_seconds: dict[str, float] = {}
ORDER = ("passed", "skipped", "failed")
ONLY = (
    frozenset(Path(os.environ["FAILING_ONLY"]).read_text().split("\0"))
    if "FAILING_ONLY" in os.environ
    else None
)
FILES = frozenset(test.partition("::")[0] for test in ONLY or ())


def pytest_ignore_collect(collection_path: Path, config: Any) -> bool | None:
    """A file that holds none of the tests that are wanted is not even read."""
    if ONLY is None or not collection_path.is_file():
        return None
    return None if collection_path.relative_to(config.rootpath).as_posix() in FILES else True


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Leaves the tests that are wanted."""
    if ONLY is not None:
        items[:] = [item for item in items if item.nodeid in ONLY]


def pytest_runtest_logreport(report: Any) -> None:
    """Of the phases of a test the worst counts."""
    held = _worst.get(report.nodeid, "passed")
    _worst[report.nodeid] = max(held, report.outcome, key=ORDER.index)
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration


def pytest_collectreport(report: Any) -> None:
    """A file that cannot be read."""
    if report.failed:
        _worst[report.nodeid] = "failed"


def pytest_sessionfinish() -> None:
    """Writes it all."""
    lines = (json.dumps([test, outcome, _seconds.get(test, 0.0)]) + "\n" for test, outcome in _worst.items())
    Path(os.environ["FAILING_OUT"]).write_text("".join(lines))
