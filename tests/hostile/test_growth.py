"""Files made to be slow: reading time grows linearly with their size."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kodus_ast import graph

FEW = 5_000
MOST_GROWTH = 8
"""Linear is 4, quadratic is 16."""


def lines(line: str, n: int) -> str:
    """The line so often, `#` in it its number."""
    return "".join(line.replace("#", str(i)) + "\n" for i in range(n))


SLOW: dict[str, Callable[[int], str]] = {
    "words on methods that are not there.rb": lambda n: (
        f"class A\n{lines('def a#;end', n)}{lines('private :b#', n)}end\n"
    ),
    "macros.rs": lambda n: f"fn f() {{\n{lines('assert_eq!(f(#), vec![g(#)]);', n)}}}\n",
    "assignments.py": lambda n: (
        f"class A:\n  def m(self): pass\ndef f():\n{lines('  x = A()' + chr(10) + '  x.m()', n)}"
    ),
    "assignments that may be.py": lambda n: (
        f"class A:\n  def m(self): pass\ndef f(c):\n{lines('  if c: x = A()' + chr(10) + '  x.m()', n)}"
    ),
    "checks.ts": lambda n: (
        "class A { m() {} }\nfunction is(x: any): x is A { return true }\n"
        f"function f(x: any) {{\n{lines('if (is(x)) x.m(); x = new A(); g(() => x.m());', n)}}}\n"
    ),
    "Overloads.java": lambda n: f"class A {{\n{lines('void m(T# a) { m(a); }', n)}}}\n",
    "signatures without an end.ts": lambda n: (
        f"interface A {{\n{lines('  a#(): A  ' + chr(10) + '  <T>(b: T): T', n)}}}\n"
    ),
}


@pytest.mark.parametrize("name", SLOW)
async def test_reading_grows_with_the_text(tmp_path: Path, name: str) -> None:
    async def seconds(n: int) -> float:
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / name).write_text(SLOW[name](n))
        reports = [await graph.build(folder, None, tmp_path / "graph", threads=1) for _ in range(3)]
        assert all(report.files == 1 for report in reports)
        return min(report.seconds["parse"] + report.seconds["resolve"] for report in reports)

    few, many = await seconds(FEW), await seconds(4 * FEW)
    assert many <= MOST_GROWTH * few
