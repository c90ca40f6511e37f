"""A plugin of pytest: writes down which functions of a package each test runs, to run only those again.

What runs while tests are read, in fixtures that several tests share and while a module is imported is of
all tests. A test that starts a process may run anything.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

ROOT = os.environ["RUNNING_ROOT"] + os.sep
PROCESSES = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.exec"})

_always: set[CodeType] = set()
_run: dict[str, set[CodeType]] = {}
_anything: set[str] = set()
_held: list[set[CodeType]] = [_always]
_test: list[str] = []


def _called(frame: FrameType, event: str, _arg: object) -> None:
    code = frame.f_code
    if event == "call":
        _held[-1].add(code)
        if code.co_name == "<module>":
            _held.append(_always)
    elif event == "return" and code.co_name == "<module>" and len(_held) > 1:
        _held.pop()


def _heard(event: str, _args: object) -> None:
    if event in PROCESSES and _test:
        _anything.add(_test[-1])


def pytest_configure() -> None:
    """From before the first test is read."""
    sys.addaudithook(_heard)
    threading.setprofile(_called)
    sys.setprofile(_called)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[None]:
    """What runs now is of this test."""
    del _held[1:]
    _held.append(_run.setdefault(item.nodeid, set()))
    _test.append(item.nodeid)
    sys.setprofile(_called)
    done = yield
    _test.pop()
    del _held[1:]
    return done


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Iterator[None]:
    """What is made once for several tests."""
    shared = fixturedef.scope != "function"
    if shared:
        _held.append(_always)
    done = yield
    if shared and len(_held) > 1:
        _held.pop()
    return done


def pytest_sessionfinish() -> None:
    """Writes `always`, `anything` and, for each test, the places of what it runs: `[path, line]`."""
    sys.setprofile(None)
    run = {test: _places(codes) for test, codes in _run.items()}
    out = {"always": _places(_always), "anything": sorted(_anything), "run": run}
    Path(os.environ["RUNNING_OUT"]).write_text(json.dumps(out))


def _places(codes: set[CodeType]) -> list[tuple[str, int]]:
    inside = ((os.path.realpath(code.co_filename), code) for code in codes)
    return sorted(
        {(path.removeprefix(ROOT), code.co_firstlineno) for path, code in inside if path.startswith(ROOT)}
    )
