"""Hostile names cannot break out of the tables of the Markdown report."""

from kodus_ast.cli.markdown_report import impact_markdown
from unit.sample_answers import COMPARED, HOSTILE, answer


def test_the_answer_reads_as_tables() -> None:
    text = impact_markdown(answer(), COMPARED)
    assert text.startswith("### Change impact\n\n**2 definitions changed")
    assert "**parameter changed: int added**" in text
    assert "| `near` | b.py:11 | calls a changed signature, distance 1 | high |" in text
    assert "<details open><summary>2 affected, 1 high</summary>" in text


def test_a_hostile_name_is_neither_markup_nor_mention() -> None:
    text = impact_markdown(answer(HOSTILE), COMPARED)
    rows = [line for line in text.splitlines() if "onerror" in line and line.startswith("|")]
    assert rows
    for row in rows:
        assert "\x1b" not in row
        # Outside of code, what opens markup is escaped; inside, the fence is longer than any run in it.
        outside = "".join(row.split("``")[::2])
        assert "<img" not in outside.replace("\\<", "")
        assert "@all" not in outside
