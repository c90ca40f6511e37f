"""The identifiers of a Python file that may name a definition, and how each is used."""

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accuracy.oracles.python_uses.scopes import COMPREHENSIONS, FUNCTIONS, Scope, arguments, bound_by

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Handler = Callable[[Any, str], None]


@dataclass(frozen=True)
class Name:
    """An identifier at its place, of which a language server can be asked."""

    line: int
    column: int
    """In UTF-16 units, from 0."""
    name: str
    use: str
    """`call`, `decorator`, `type`, `write`, `literal`, or empty: it is read or referred to."""
    form: str
    is_known: bool = True
    """False where it is not asked: a local variable or no name is called, or it may stand for a fixture."""
    is_declaration: bool = False
    """Does it only declare a variable of a module or a class?"""


@dataclass
class Source:
    """A file's text as lines, to find names in it."""

    text: str
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        # As Python counts lines: a form feed begins none.
        self.lines = self.text.split("\n")

    def units(self, line: int, column: int) -> int:
        """A column in bytes of UTF-8, as `ast` has it, in units of UTF-16."""
        before = self.lines[line - 1].encode()[:column].decode(errors="replace")
        return len(before.encode("utf-16-le")) // 2


def names(source: Source, tree: ast.Module) -> list[Name]:
    """All that are no local variables, parameters or imports, in no order."""
    visitor = _Visitor(source)
    visitor.body(tree, bound_by(tree))
    return visitor.found


class _Visitor:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._scopes: list[tuple[type, dict[str, str]]] = []
        self.found: list[Name] = []
        self._handlers: dict[type, Handler] = {
            ast.AnnAssign: self._annotated,
            ast.Attribute: self._attribute,
            ast.AugAssign: self._augmented,
            ast.Call: self._call,
            ast.ClassDef: self._class,
            ast.Constant: self._quoted,
            ast.Name: self._name,
            ast.Subscript: self._subscript,
            **dict.fromkeys(FUNCTIONS, self._function),
            **dict.fromkeys(COMPREHENSIONS, self._comprehension),
            **dict.fromkeys((ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal), self._none),
        }

    def body(self, scope: Scope, bound: dict[str, str]) -> None:
        """Goes over a scope; `bound` is what it binds."""
        self._scopes.append((type(scope), bound))
        for statement in scope.body if isinstance(scope.body, list) else [scope.body]:
            self.visit(statement)
        self._scopes.pop()

    def visit(self, node: ast.AST | None, use: str = "") -> None:
        """Goes over a node; `use` is how what it names is used."""
        if node:
            self._handlers.get(type(node), self._others)(node, use)

    def _others(self, node: ast.AST, use: str) -> None:
        # A type may be made of others: `A | B`, `dict[str, A]`.
        inner = use if use == "type" else ""
        for child in ast.iter_child_nodes(node):
            self.visit(child, inner)

    def _none(self, node: ast.AST, use: str) -> None:
        """Imports and declarations of scopes use nothing."""

    def _annotated(self, node: ast.AnnAssign, _: str) -> None:
        self.visit(node.target)
        self.visit(node.annotation, "type")
        self.visit(node.value)

    def _augmented(self, node: ast.AugAssign, _: str) -> None:
        self.visit(node.target, "write")
        self.visit(node.value)

    def _subscript(self, node: ast.Subscript, use: str) -> None:
        inner = use if use == "type" else ""
        self.visit(node.value, inner)
        self.visit(node.slice, "" if _is_literal(node.value) else inner)

    def _call(self, node: ast.Call, use: str) -> None:
        use = use if use == "decorator" else "call"
        if not isinstance(node.func, ast.Name | ast.Attribute):
            self._add(node.lineno, 0, "", use, "Call", is_known=False)
        self.visit(node.func, use)
        for argument in node.args:
            self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg:
                self._add(keyword.lineno, keyword.col_offset, keyword.arg, "literal", "keyword")
            self.visit(keyword.value)

    def _function(self, node: Function, _: str) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.visit(default)
        if not isinstance(node, ast.Lambda):
            for decorator in node.decorator_list:
                self.visit(decorator, "decorator")
            given = _is_given(node)
            for one in arguments(node.args):
                self.visit(one.annotation, "type")
                for line in {node.lineno, one.lineno} if given else ():
                    self._add(line, 0, one.arg, "call", "parameter", is_known=False)
            self.visit(node.returns, "type")
        self.body(node, bound_by(node))

    def _class(self, node: ast.ClassDef, _: str) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator, "decorator")
        for base in node.bases:
            # What a base is made by is called: `class A(make()):`.
            self.visit(base, "" if isinstance(base, ast.Call) else "type")
        for keyword in node.keywords:
            self.visit(keyword.value)
        self.body(node, bound_by(node))

    def _comprehension(self, node: Comprehension, _: str) -> None:
        own = {
            name.id: "variable"
            for made in node.generators
            for name in ast.walk(made.target)
            if isinstance(name, ast.Name)
        }
        self._scopes.append((ast.Lambda, own))
        for child in ast.iter_child_nodes(node):
            self.visit(child)
        self._scopes.pop()

    def _name(self, node: ast.Name, use: str) -> None:
        kind, owner = self._binding(node.id)
        stores = isinstance(node.ctx, ast.Store | ast.Del)
        if kind == "variable" and owner in FUNCTIONS:
            if use == "call":
                self._add(node.lineno, node.col_offset, node.id, use, "local", is_known=False)
            return
        if not kind and hasattr(builtins, node.id):
            return
        only_declares = stores and use != "write" and not isinstance(node.ctx, ast.Del)
        only_declares &= self._scopes[-1][0] not in FUNCTIONS
        use = "write" if stores else use
        self._add(node.lineno, node.col_offset, node.id, use, "name", is_declaration=only_declares)

    def _binding(self, name: str) -> tuple[str, type | None]:
        for depth, (owner, bound) in enumerate(reversed(self._scopes)):
            if name in bound and (owner is not ast.ClassDef or depth == 0):
                return bound[name], owner
        return "", None

    def _attribute(self, node: ast.Attribute, use: str) -> None:
        self.visit(node.value, "type" if use == "type" else "")
        assert node.end_lineno
        assert node.end_col_offset is not None
        if isinstance(node.ctx, ast.Store | ast.Del):
            use = "write"
        form = "self.m" if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"} else "member"
        self._add(node.end_lineno, node.end_col_offset - len(node.attr.encode()), node.attr, use, form)

    def _quoted(self, node: ast.Constant, use: str) -> None:
        """The names of a type that is written as a string."""
        if use != "type" or not isinstance(node.value, str):
            return
        line = self._source.lines[node.lineno - 1].encode()[node.col_offset :].decode(errors="replace")
        if node.lineno != node.end_lineno or line[:1] not in {'"', "'"} or line[:3] in {'"""', "'''"}:
            return
        try:
            inner = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return
        for part in ast.walk(inner):
            if isinstance(part, ast.Name | ast.Attribute | ast.Constant):
                part.lineno = part.end_lineno = node.lineno
                part.col_offset += node.col_offset + 1
                part.end_col_offset = (part.end_col_offset or 0) + node.col_offset + 1
        self.visit(inner, "type")

    def _add(self, line: int, column: int, name: str, use: str, form: str, **others: bool) -> None:
        self.found.append(Name(line, self._source.units(line, column), name, use, form, **others))


def _is_given(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Does a test runner call the function, with what its fixtures of the parameters' names return?"""
    return node.name.startswith("test") or any("fixture" in ast.dump(one) for one in node.decorator_list)


def _is_literal(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in {"Literal", "Annotated"}
