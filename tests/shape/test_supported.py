"""docs/languages.md is generated from the cases, and every language has enough of them."""

import runpy
from pathlib import Path

SCRIPT = runpy.run_path(str(Path(__file__).resolve().parents[2] / "scripts" / "supported.py"))
FEWEST = 40


def test_the_page_of_languages_is_up_to_date() -> None:
    assert SCRIPT["PAGE"].read_text() == SCRIPT["page"](), "make cases"


def test_every_language_has_its_cases() -> None:
    counts = {
        folder: sum(len(found) for _, found in SCRIPT["headings"](folder)) for folder in SCRIPT["folders"]()
    }
    assert {folder: count for folder, count in counts.items() if count < FEWEST} == {}
