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

    def applied(self, before: str) -> str:
        """The whole file with it."""
        whole = before.encode()
        return (whole[: self.start] + self.text.encode() + whole[self.end :]).decode()


def drawn(folder: Path, roots: tuple[str, ...], seed: int) -> Iterator[Mutation]:
    """One mutation of each function that has any, in an order by chance."""
    rng = random.Random(seed)
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

    def mutation(kind: str, node: ast.expr | ast.stmt, replacement: str) -> Mutation:
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        return Mutation(path, name, kind, node.lineno, start, end, replacement)

    def source(node: ast.expr) -> str:
        return ast.unparse(node)

    for statement in function.body:
        for node in ast.walk(statement):
            match node:
                case ast.If() | ast.While() | ast.IfExp():
                    yield mutation("condition", node.test, f"(not ({source(node.test)}))")
                case ast.Compare(ops=[operator], comparators=[right]):
                    new = f"({source(node.left)} {OPPOSITE[type(operator)]} {source(right)})"
                    yield mutation("comparison", node, new)
                case ast.BinOp(op=operator) if type(operator) in OTHER:
                    new = f"({source(node.left)} {OTHER[type(operator)]} {source(node.right)})"
                    yield mutation("arithmetic", node, new)
                case ast.Return(value=ast.expr() as value) if not _is_none(value):
                    yield mutation("result", node, "return None")
                case ast.Expr(value=ast.Call()) | ast.Assign() | ast.AugAssign() | ast.Raise():
                    yield mutation("statement", node, "pass")


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
