"""The answer as one self-contained HTML page: loads nothing, and escapes everything from a repository."""

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import msgspec

from kodus_ast.cli.revisions import Comparison
from kodus_ast.cli.source_listings import Listings
from kodus_ast.descriptions import (
    change_in_words,
    difference_in_words,
    entry_in_words,
    misfit_in_words,
    not_seen_in_words,
    qualified,
    risk_in_words,
    summary,
)
from kodus_ast.models.core_answers import Affected, Change, Impact, Misfit, ReachingTest, Step
from kodus_ast.version import tool_version

SCRIPTS = ("dom.js", "code.js", "map.js", "page.js")
_MARKER = re.compile(r"\{\{(\w+)\}\}")
# Characters that would end the data block or a line of script.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


async def impact_page(impact: Impact, compared: Comparison, limits: Mapping[str, int]) -> str:
    """The page; reads the source of the definitions that it shows."""
    listings = await Listings.of(impact, compared, limits)
    tests = {test.symbol.id for test in impact.tests}
    data = {
        "repo": compared.repo,
        "base": compared.base.words,
        "head": compared.head.words,
        "summary": f"{summary(impact)} · {risk_in_words(impact.risk)}",
        "tool": tool_version(),
        "changes": [_change(change, impact.untested, listings) for change in impact.changes],
        "affected": [_affected(affected, tests, listings) for affected in impact.affected],
        "entries": [
            {"change": one.change, "words": entry_in_words(one), "name": qualified(one.symbol)}
            for one in impact.entry_points
        ],
        "misfits": [_misfit(misfit) for misfit in impact.misfits],
        "tests": [_test(test) for test in impact.tests],
        "notSeen": not_seen_in_words(impact),
    }
    return _page(compared.repo, data)


def _change(change: Change, untested: list[str], listings: Listings) -> dict[str, Any]:
    symbol = change.symbol
    return {
        "id": symbol.id,
        "previous": change.previous.id if change.previous else None,
        "name": qualified(symbol),
        "kind": symbol.kind,
        "path": symbol.path,
        "line": symbol.start_line,
        "test": symbol.test,
        "change": change.change,
        "words": change_in_words(change),
        "contract": [
            {"words": difference_in_words(d), "before": d.before, "after": d.after, "breaking": d.breaking}
            for d in change.contract
        ],
        "affected": change.affected,
        "untested": symbol.id in untested,
        "rows": listings.change(change),
    }


def _affected(affected: Affected, tests: set[str], listings: Listings) -> dict[str, Any]:
    symbol = affected.symbol
    return {
        "id": symbol.id,
        "name": qualified(symbol),
        "kind": symbol.kind,
        "path": symbol.path,
        "line": symbol.start_line,
        "test": symbol.test or symbol.id in tests,
        "side": affected.side,
        "distance": affected.distance,
        "severity": affected.severity,
        "confidence": affected.confidence,
        "reason": affected.reason,
        "change": affected.change,
        "dangling": affected.dangling,
        "steps": [_step(step) for step in affected.path],
        "rows": listings.affected(affected),
    }


def _misfit(misfit: Misfit) -> dict[str, Any]:
    return {
        "change": misfit.change,
        "name": qualified(misfit.symbol),
        "place": f"{misfit.path}:{misfit.line}",
        "words": misfit_in_words(misfit),
    }


def _test(test: ReachingTest) -> dict[str, Any]:
    return {
        "id": test.symbol.id,
        "name": qualified(test.symbol),
        "path": test.symbol.path,
        "line": test.symbol.start_line,
        "distance": test.distance,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "from": step.source,
        "to": step.target,
        "kind": step.kind.lower().replace("_", " "),
        "path": step.path,
        "line": step.line,
        "via": step.via.replace("_", " "),
        "confidence": step.confidence,
    }


def _page(title: str, data: dict[str, Any]) -> str:
    style = _asset("page.css")
    script = "\n".join(_asset(name) for name in SCRIPTS)
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    parts = {
        "title": html.escape(title),
        "policy": html.escape(policy),
        "style": style,
        "data": re.sub(
            "[<>&\u2028\u2029]", lambda match: _ESCAPES[match[0]], msgspec.json.encode(data).decode()
        ),
        "script": script,
    }
    # In one pass, so that a marker inside of an inserted part is not replaced.
    return _MARKER.sub(lambda match: parts[match[1]], _asset("page.html"))


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return (resources.files("kodus_ast.cli") / "report" / name).read_text(encoding="utf-8")
