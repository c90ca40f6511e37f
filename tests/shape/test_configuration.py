"""docs/configuration.md says what the settings declare, and no text names a variable that does not exist."""

import re
import runpy
import subprocess
from pathlib import Path

from kodus_ast.config import known_variables

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "configuration.py"))
MISSPELT = {
    "KODUS_AST_LEASE",
    "KODUS_AST_SEALINGKEY",
    "KODUS_AST_THREAD",
    "KODUS_AST_WEATHER_FORECAST",
}
"""In the tests that such variables are refused."""


def test_the_page_of_settings_is_up_to_date() -> None:
    assert SCRIPT["PAGE"].read_text() == SCRIPT["page"](), "make docs"


def test_a_variable_sets_one_setting() -> None:
    assert len(known_variables()) == len(set(known_variables()))


def test_every_variable_that_is_named_exists() -> None:
    pattern = r"KODUS_AST_[A-Z][A-Z0-9_]*[A-Z0-9]"
    done = subprocess.run(
        ["git", "grep", "--extended-regexp", "--only-matching", "-I", pattern],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=30,
    )
    named = re.findall(pattern, done.stdout.decode())
    assert len(named) > 100
    assert set(named) - set(known_variables()) == MISSPELT
