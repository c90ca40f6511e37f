"""Mutations: one small change in the body of one function of a Python file, chosen at random."""

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OPPOSITE: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: ">=", ast.GtE: "<", ast.Gt: "<=", ast.LtE: ">",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
OTHER: dict[type[ast.operator], str] = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.Mod: "*"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutation:
    """A text that stands for another one."""

    path: str
    function: str
    """As its definition is named: `Class.method`."""
    kind: str
    line: int
    start: int
    end: int
    text: str
    """In the place of the bytes from `start` to `end`."""
    first: int
    last: int
    """The lines of the function, its decorators too."""

    def applied(self, before: str) -> str:
        """The whole file with it."""
        whole = before.encode()
        return (whole[: self.start] + self.text.encode() + whole[self.end :]).decode()


def drawn(folder: Path, roots: tuple[str, ...], seed: int) -> Iterator[Mutation]:
    """One mutation of each function that has any, in an order by chance."""
    rng = random.Random(seed)  # noqa: S311
    functions = []
    for file in sorted(file for root in roots for file in (folder / root).rglob("*.py")):
        path = file.relative_to(folder).as_posix()
        if not any(part in {"test", "tests"} for part in Path(path).parts):
            functions += [(path, name, node) for name, node in _functions(ast.parse(file.read_bytes()), "")]
    rng.shuffle(functions)
    for path, name, function in functions:
        found = list(_mutations(path, name, function, (folder / path).read_bytes()))
        if found:
            yield rng.choice(found)


def _functions(tree: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    """Functions and methods, but none inside of a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from _functions(node, prefix)


def _mutations(path: str, name: str, function: Function, text: bytes) -> Iterator[Mutation]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    first = min(node.lineno for node in (function, *function.decorator_list))
    last = function.end_lineno or first
    for statement in function.body:
        for node in ast.walk(statement):
            kind, replaced, new = _replacement(node)
            if replaced is not None and replaced.end_lineno and replaced.end_col_offset:
                start = starts[replaced.lineno - 1] + replaced.col_offset
                end = starts[replaced.end_lineno - 1] + replaced.end_col_offset
                yield Mutation(path, name, kind, replaced.lineno, start, end, new, first, last)


def _replacement(node: ast.AST) -> tuple[str, ast.expr | ast.stmt | None, str]:
    """What stands in for which part of a node; nothing for most."""
    match node:
        case ast.If() | ast.While() | ast.IfExp():
            return "condition", node.test, f"(not ({ast.unparse(node.test)}))"
        case ast.Compare(ops=[operator], comparators=[right]):
            return "comparison", node, _joined(node.left, OPPOSITE[type(operator)], right)
        case ast.BinOp(op=operator) if type(operator) in OTHER:
            return "arithmetic", node, _joined(node.left, OTHER[type(operator)], node.right)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            return "result", node, "return None"
        case ast.Expr(value=ast.Call()) | ast.Assign() | ast.AugAssign() | ast.Raise():
            return "statement", node, "pass"
    return "", None, ""


def _joined(left: ast.expr, operator: str, right: ast.expr) -> str:
    return f"({ast.unparse(left)} {operator} {ast.unparse(right)})"


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
