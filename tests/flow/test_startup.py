"""How much a command imports before it answers, and how long that takes."""

import re
import resource
import subprocess
import sys

import pytest

from kodus_ast.extras import EXTRAS
from sample_repositories import Lab, Repo

OF_EXTRAS = {module for modules in EXTRAS.values() for module in modules}
TIMES_AN_EMPTY_PROGRAM = 18
"""15 is the aim: 0.3 s where an empty program takes 0.02. On a busy machine the ratio is higher."""
ROUNDS = 20
LISTING = """
import sys
from kodus_ast.__main__ import main

try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def imported(lab: Lab, *arguments: str) -> set[str]:
    """The modules that a command has imported when it ends."""
    ran = lab.python("-c", LISTING, *arguments)
    assert ran.code == 0, ran.err
    return set(ran.err.splitlines()[-1].split())


def packages(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize(
    "arguments",
    [
        ("impact", "REPO"),
        ("impact", "REPO", "--format", "json"),
        ("impact", "REPO", "--format", "markdown"),
        ("impact", "REPO", "--format", "html"),
        ("impact", "REPO", "--format", "prompt"),
        ("content", "REPO"),
        ("overlap", "HEAD", "HEAD~1", "REPO"),
        ("twins", "REPO"),
        ("graph", "REPO"),
        ("callers", "total", "REPO"),
        ("path", "checkout", "total", "REPO"),
        ("languages",),
        ("--help",),
        ("--version",),
    ],
)
def test_a_command_imports_nothing_of_the_service(lab: Lab, shop: Repo, arguments: tuple[str, ...]) -> None:
    modules = imported(lab, *(one.replace("REPO", str(shop.path)) for one in arguments))
    assert packages(modules) & OF_EXTRAS == set()


def test_a_pipe_needs_no_rich(lab: Lab, shop: Repo) -> None:
    assert "rich" not in packages(imported(lab, "impact", str(shop.path)))


def test_a_terminal_gets_the_same_words_in_colour(lab: Lab, shop: Repo) -> None:
    plain = lab.run("impact", shop.path)
    coloured = lab.run("impact", shop.path, FORCE_COLOR="1")
    assert "\x1b[" in coloured.out
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.out) == plain.out


def test_the_version_needs_no_parser_of_arguments(lab: Lab) -> None:
    assert packages(imported(lab, "--version")) & {"cyclopts", "rich", "msgspec", "asyncio"} == set()


def test_the_languages_need_no_event_loop_and_no_other_command(lab: Lab) -> None:
    modules = imported(lab, "languages")
    assert packages(modules) & {"asyncio", "rich"} == set()
    commands = {name for name in modules if name.startswith("kodus_ast.cli.")}
    assert commands == {
        f"kodus_ast.cli.{name}" for name in ("commands", "exit_codes", "json_option", "languages", "terminal")
    }


def cpu_s(*arguments: str) -> float:
    """Processor time of Python with these arguments, which other processes change less than a clock."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, timeout=60, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("argument", ["--version", "languages"])
def test_it_starts_soon(argument: str) -> None:
    """The best of several rounds, since other processes only ever add time."""
    empty = command = float("inf")
    for _ in range(ROUNDS):
        empty = min(empty, cpu_s("-c", "pass"))
        command = min(command, cpu_s("-m", "kodus_ast", argument))
        if command < TIMES_AN_EMPTY_PROGRAM * empty:
            break
    assert command < TIMES_AN_EMPTY_PROGRAM * empty
