"""Small answers of the core written by hand, some with hostile names."""

from pathlib import Path

from kodus_ast.cli.revisions import Comparison, Revision
from kodus_ast.models.core_answers import (
    Affected,
    Change,
    Counts,
    Cut,
    Difference,
    EntryPoint,
    Factor,
    Impact,
    ImpactMeta,
    Misfit,
    NotSeen,
    ReachingTest,
    Risk,
    SameNameSites,
    Skipped,
    Step,
    Symbol,
    UnresolvedReference,
)

HOSTILE = "</script><img src=x onerror=alert(1)>|`@all #1 \x1b[31m{{data}}"


def symbol(name: str, path: str = "a.py", line: int = 1) -> Symbol:
    return Symbol(f"{path}::{name}", "function", name, path, "python", line, line + 2)


def step(source: Symbol, target: Symbol, line: int) -> Step:
    return Step(source.id, target.id, "CALLS", source.path, line, "import", 0.95)


def answer(name: str = "changed") -> Impact:
    changed, near, far, test = (symbol(n, p) for n, p in
        ((name, "a.py"), ("near", "b.py"), ("far", "c.py"), ("test_far", "test_c.py")))  # fmt: skip
    near_step, far_step, test_step = step(near, changed, 11), step(far, near, 12), step(test, far, 13)
    return Impact(
        meta=ImpactMeta(1, "0", Counts(), Counts()),
        changes=[
            Change(
                "signature_changed",
                changed,
                changed,
                contract=[
                    Difference("parameter_added", name, None, f"{name}: int", True),
                    Difference("return_type", "", None, "str", False),
                ],
                affected=2,
            ),
            Change("renamed", symbol("young"), symbol("old"), score=0.9),
        ],
        affected=[
            Affected(
                near, "head", 1, "high", 0.95, "calls a changed signature", changed.id, False, [near_step]
            ),
            Affected(far, "head", 2, "low", 0.95, "calls it", changed.id, False, [far_step, near_step]),
        ],
        misfits=[Misfit(near, near.path, 11, changed.id, "missing_argument", name, 0.95)],
        tests=[
            ReachingTest(test, 3, 0.95, [changed.id], [test_step, far_step, near_step], f"test_c.py::{name}")
        ],
        entry_points=[
            EntryPoint(
                far, "route", f"GET /{name}", "flask", "c.py:9", 2, 0.95, changed.id, [far_step, near_step]
            )
        ],
        risk=Risk(31.5, "medium", [Factor("breaking", 1, 7.3, 25.0), Factor("misfits", 0, 0.0, 20.0)]),
        untested=["a.py::young"],
        not_seen=NotSeen(
            [Skipped("x.min.js", "minified"), Skipped("y.min.js", "minified")],
            [UnresolvedReference(changed.id, "plugin", 3)],
            [SameNameSites("changed", 1)],
        ),
        cut=Cut(depth=4),
    )


COMPARED = Comparison(
    "/repo",
    Revision(Path("/repo"), "1" * 40, "merge base with main"),
    Revision(Path("/repo"), None, "the working tree"),
)
