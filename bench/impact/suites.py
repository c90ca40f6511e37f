"""Suites: packages whose source distributions hold their tests, and what those need to run; all pinned."""

from dataclasses import dataclass

PYTEST = ("iniconfig==2.3.1", "packaging==26.3", "pluggy==1.7.0", "Pygments==2.21.0", "pytest==8.4.2")


@dataclass(frozen=True)
class Suite:
    """A package with its tests."""

    name: str
    style: str
    version: str
    sha256: str
    """Of the source distribution."""
    roots: tuple[str, ...]
    """What is put on the path, and broken."""
    tests: tuple[str, ...]
    """Arguments of pytest."""
    passing: int
    """How many tests must pass, so that a suite that breaks is not taken for a small one."""
    requirements: tuple[str, ...]
    seconds: int = 600
    """After which a mutant is taken to run for ever."""


SUITES = (
    Suite(
        "boltons", "a library: many modules, operators and containers", "25.0.0",
        "e110fbdc30b7b9868cb604e3f71d4722dd8f4dcb4a5ddd06028ba8f1ab0b5ace",
        (".",), ("tests",), 400, PYTEST,
    ),
    Suite(
        "click", "a framework: decorators, everything runs through its core", "8.1.8",
        "ed53c9d8990d83c2a27deae68e4ee337473f6330c040a31d4225c9574d16096a",
        ("src",), ("tests",), 500, PYTEST,
    ),
    Suite(
        "werkzeug", "a library for HTTP: mixins, properties, wrappers", "3.1.3",
        "60723ce945c19328679790e3282cc758aa4a6040e4bb330f53d30fa546d44746",
        ("src",), ("tests", "-m", "not dev_server", "--ignore=tests/test_serving.py"), 700,
        (*PYTEST, "MarkupSafe==3.0.2", "ephemeral-port-reserve==1.1.4", "cffi==1.17.1", "pycparser==2.22",
         "cryptography==44.0.0", "watchdog==6.0.0", "pytest-timeout==2.4.0"),
    ),
)  # fmt: skip
