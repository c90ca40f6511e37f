"""A plugin of pytest: writes down, one a line, which tests passed and which did not."""

import os
from pathlib import Path
from typing import Any

_worst: dict[str, str] = {}
ORDER = ("passed", "skipped", "failed")


def pytest_runtest_logreport(report: Any) -> None:
    """Of the phases of a test the worst counts."""
    held = _worst.get(report.nodeid, "passed")
    _worst[report.nodeid] = max(held, report.outcome, key=ORDER.index)


def pytest_collectreport(report: Any) -> None:
    """A file that cannot be read."""
    if report.failed:
        _worst[report.nodeid] = "failed"


def pytest_sessionfinish() -> None:
    """Writes it all."""
    lines = (f"{outcome}\t{test}\n" for test, outcome in _worst.items())
    Path(os.environ["FAILING_OUT"]).write_text("".join(lines))
