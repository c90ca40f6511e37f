"""What a Python file declares, by the places of the names: what a language server's answer means."""

import ast
import re
from dataclasses import dataclass, field

from accuracy.oracles.python_uses.language_server import Position
from accuracy.oracles.python_uses.names import Source

CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})


@dataclass(frozen=True)
class Declaration:
    """A name that is declared at a place."""

    kind: str
    name: str
    line: int
    rank: int = 0
    """Of several declarations of one field the least is the one that others assign to."""


@dataclass
class Class:
    """What calls of a class lead to."""

    constructors: list[Declaration] = field(default_factory=list)
    bases: list[Position] = field(default_factory=list)
    """Where the names of its bases stand."""


@dataclass
class Declarations:
    """Of one file."""

    at: dict[Position, Declaration] = field(default_factory=dict)
    classes: dict[Position, Class] = field(default_factory=dict)
    """By where their names stand."""
    properties: set[Position] = field(default_factory=set)
    """Where the names of methods stand that are read like fields."""
    values: dict[Position, Position] = field(default_factory=dict)
    """Where the name stands that a variable of the module is assigned, as in `name = other`."""


def declarations(source: Source, tree: ast.Module) -> Declarations:
    """Of functions, classes, methods, and of variables of modules, classes and objects."""
    found = Declarations()
    visitor = _Visitor(source, found)
    for statement in tree.body:
        visitor.visit(statement, None, None)
    return found


class _Visitor:
    def __init__(self, source: Source, found: Declarations) -> None:
        self._source = source
        self._found = found

    def visit(self, node: ast.AST, owner: ast.ClassDef | None, function: ast.AST | None) -> None:
        """`owner` is the class whose body this is, `function` what encloses it, if anything does."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, owner)
            case ast.ClassDef():
                self._class(node)
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return
            case ast.Name(ctx=ast.Store()) if not function:
                kind = "value" if not owner else "enum_member" if _is_enum(owner) else "field"
                self._declare(kind, node.id, node.lineno, node.col_offset)
            case _:
                if isinstance(node, ast.Assign) and not function:
                    self._assigned(node)
                for child in ast.iter_child_nodes(node):
                    self.visit(child, owner, function)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef | None) -> None:
        declared = self._definition(node, "method" if owner else "function")
        if owner and any(_is_property(decorator) for decorator in node.decorator_list):
            self._found.properties.add(self._place(node))
        if owner and node.name in CONSTRUCTORS:
            self._found.classes[self._place(owner)].constructors.append(declared)
        first = next((one.arg for one in (*node.args.posonlyargs, *node.args.args)), None) if owner else None
        self._inside(node, first, 1 if node.name == "__init__" else 2)

    def _inside(self, function: ast.FunctionDef | ast.AsyncFunctionDef, first: str | None, rank: int) -> None:
        """Declares the definitions inside, what is assigned to the object, and to variables of the module."""
        outside: set[str] = set()
        work: list[ast.AST] = list(function.body)
        while work:
            node = work.pop()
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    self.visit(node, None, function)
                    continue
                case ast.Global(names=listed):
                    outside |= set(listed)
            work += ast.iter_child_nodes(node)
        if first:
            # A function inside assigns to the object of the method around it as well.
            self._fields(function, first, rank)
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in outside:
                self._declare("value", node.id, node.lineno, node.col_offset, 2)

    def _fields(self, function: ast.AST, first: str, rank: int) -> None:
        for node in ast.walk(function):
            match node:
                case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()) if name == first:
                    assert node.end_lineno
                    assert node.end_col_offset is not None
                    column = node.end_col_offset - len(node.attr.encode())
                    self._declare("field", node.attr, node.end_lineno, column, rank)

    def _class(self, node: ast.ClassDef) -> None:
        self._definition(node, "class")
        made = Class()
        for base in node.bases:
            named = base.value if isinstance(base, ast.Subscript) else base
            if place := self._named(named):
                made.bases.append(place)
        self._found.classes[self._place(node)] = made
        for statement in node.body:
            self.visit(statement, node, None)

    def _assigned(self, node: ast.Assign) -> None:
        place = self._named(node.value)
        for target in node.targets:
            if place and isinstance(target, ast.Name):
                self._found.values[self._units(target.lineno, target.col_offset)] = place

    def _named(self, node: ast.expr) -> Position | None:
        if isinstance(node, ast.Name):
            return self._units(node.lineno, node.col_offset)
        if isinstance(node, ast.Attribute) and node.end_lineno and node.end_col_offset is not None:
            return self._units(node.end_lineno, node.end_col_offset - len(node.attr.encode()))
        return None

    def _place(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Position:
        """Where a definition has its name."""
        line = self._source.lines[node.lineno - 1].encode()[node.col_offset :].decode(errors="replace")
        before = re.match(r"(async\s+)?(def|class)\s+", line)
        return self._units(node.lineno, node.col_offset + (before.end() if before else 0))

    def _definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, kind: str
    ) -> Declaration:
        place = self._place(node)
        declared = Declaration(kind, node.name, place[0])
        self._found.at[place] = declared
        return declared

    def _declare(self, kind: str, name: str, line: int, column: int, rank: int = 0) -> None:
        self._found.at.setdefault(self._units(line, column), Declaration(kind, name, line, rank))

    def _units(self, line: int, column: int) -> Position:
        return line, self._source.units(line, column)


def _is_property(decorator: ast.expr) -> bool:
    name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
    return name.endswith("property") or name in {"setter", "getter", "deleter"}


def _is_enum(node: ast.ClassDef) -> bool:
    names = [b.attr if isinstance(b, ast.Attribute) else getattr(b, "id", "") for b in node.bases]
    return any(name.endswith(("Enum", "Flag")) for name in names)
