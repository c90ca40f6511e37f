"""Alarm rules use existing metrics, and each is explained in docs/operations.md."""

import re
from pathlib import Path

from kodus_ast.metrics import Metrics

DOCS = Path(__file__).resolve().parents[2] / "docs"
RULES = (DOCS / "alarms.yml").read_text()


def names() -> set[str]:
    """Of all samples, as Prometheus sees them."""
    found = set()
    for family in Metrics().registry.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
        found |= {f"{family.name}{suffix}" for suffix in suffixes}
    return found


def test_alarms_name_metrics_that_there_are() -> None:
    used = set(re.findall(r"\bkodus_ast_\w+", RULES))
    assert used
    assert used - names() == set()


def test_every_alarm_has_its_line_for_operators() -> None:
    alarms = re.findall(r"- alert: (\w+)", RULES)
    operations = (DOCS / "operations.md").read_text()
    assert [alarm for alarm in alarms if f"| `{alarm}` |" not in operations] == []


def test_the_metrics_that_operations_names_exist() -> None:
    known = names()
    used = set(re.findall(r"\bkodus_ast_[a-z_]+", (DOCS / "operations.md").read_text()))
    assert {name for name in used if not any(one.startswith(name) for one in known)} == set()
