"""Rewrites a module so that every call that is written in it tells what it calls: `f(x)` becomes
`called(site, f)(x)`. Line numbers stay as they are. The names of its definitions are noted on the way.

It runs in the interpreter of the package that is judged, and needs nothing but Python's own library.
"""

import ast
from dataclasses import dataclass, field

CALLED, GIVEN, MADE = "__calls_called__", "__calls_given__", "__calls_made__"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Place:
    """A definition as it is written: the line of its name, and the line of its first decorator."""

    path: str
    line: int
    first: int
    name: str
    of_class: bool


@dataclass
class Site:
    """A call that is written: the line where its callee ends, the callee's last name and its form."""

    path: str
    line: int
    name: str
    form: str
    on_super: bool
    # The function around the one around, if the callee is a parameter of it, as in a decorator's wrapper.
    passed_to: str
    seen: set[object] = field(default_factory=set)
    targets: set[Place] = field(default_factory=set)
    declared: set[Place] = field(default_factory=set)
    outside: bool = False
    constructs: bool = False


class Known:
    """All that is known of the modules that were rewritten."""

    def __init__(self) -> None:
        self.sites: list[Site | None] = []
        # By path, name and first line; by path and qualified name.
        self.functions: dict[tuple[str, str, int], Place] = {}
        self.classes: dict[tuple[str, str], list[Place]] = {}
        self.decorators: set[str] = set()


class Rewriter(ast.NodeTransformer):
    """Rewrites one module."""

    def __init__(self, known: Known, path: str) -> None:
        self.known, self.path = known, path
        self.qualifier = ""
        # Names and parameters of the functions around, outermost first.
        self.around: list[tuple[str, set[str]]] = []

    def visit_Module(self, node: ast.Module) -> ast.Module:
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        name = last_name(node.func)
        if name == "super" and not node.args:
            return node  # its meaning hangs on how it is written
        on_super = isinstance(node.func, ast.Attribute) and is_super(node.func.value)
        form = written_as(node.func)
        site = Site(
            self.path, node.func.end_lineno or node.lineno, name, form, on_super, self.passed_to(node.func)
        )
        self.known.sites.append(site)
        number = ast.Constant(len(self.known.sites) - 1)
        traced = ast.Call(ast.Name(CALLED, ast.Load()), [number, node.func], [])
        for new in (traced, traced.func, number):
            ast.copy_location(new, node.func)
        node.func = traced
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        return node  # before Python 3.12 it is not known where in a text a call stands

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.value = node.value and self.visit(node.value)
        return node

    def visit_FunctionDef(self, node: Function) -> Function:
        place = self.place(node, of_class=False)
        self.known.functions[self.path, node.name, place.first] = place
        self.decorate(node)
        arguments = node.args
        arguments.defaults = [self.visit(default) for default in arguments.defaults]
        arguments.kw_defaults = [default and self.visit(default) for default in arguments.kw_defaults]
        extra = [a for a in (arguments.vararg, arguments.kwarg) if a]
        names = {a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]}
        self.around.append((node.name, names))
        self.inside(node, f"{node.name}.<locals>.")
        self.around.pop()
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        place = self.place(node, of_class=True)
        self.known.classes.setdefault((self.path, self.qualifier + node.name), []).append(place)
        self.decorate(node)
        node.bases = [self.visit(base) for base in node.bases]
        node.keywords = [self.visit(keyword) for keyword in node.keywords]
        self.inside(node, f"{node.name}.")
        return node

    def place(self, node: Function | ast.ClassDef, of_class: bool) -> Place:
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        return Place(self.path, node.lineno, first, node.name, of_class)

    def inside(self, node: Function | ast.ClassDef, qualifier: str) -> None:
        before, self.qualifier = self.qualifier, self.qualifier + qualifier
        node.body = [self.visit(statement) for statement in node.body]
        self.qualifier = before

    def decorate(self, node: Function | ast.ClassDef) -> None:
        """Tells what the decorators are given and what comes of it."""
        if not node.decorator_list:
            return
        written = node.decorator_list
        self.known.decorators |= {last_name(d.func if isinstance(d, ast.Call) else d) for d in written}
        number = len(self.known.sites)
        self.known.sites.append(None)
        node.decorator_list = [
            telling(MADE, number, written[0]),
            *(self.visit(decorator) for decorator in written),
            telling(GIVEN, number, written[-1]),
        ]

    def passed_to(self, callee: ast.expr) -> str:
        """Is what is called a parameter of a function around the one that calls it? Its name, or nothing."""
        if isinstance(callee, ast.Name) and not (self.around and callee.id in self.around[-1][1]):
            for name, parameters in reversed(self.around[:-1]):
                if callee.id in parameters:
                    return name
        return ""


def telling(function: str, number: int, beside: ast.expr) -> ast.expr:
    traced = ast.Call(ast.Name(function, ast.Load()), [ast.Constant(number)], [])
    for new in (traced, traced.func, traced.args[0]):
        ast.copy_location(new, beside)
    return traced


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def written_as(callee: ast.expr) -> str:
    """How a callee is written, for grouping: `self.name`, `name.name`, `call().name`, …"""
    if isinstance(callee, ast.Name):
        return "name"
    if not isinstance(callee, ast.Attribute):
        return "value"
    holder = callee.value
    if isinstance(holder, ast.Name):
        return f"{holder.id}.name" if holder.id in {"self", "cls"} else "name.name"
    if isinstance(holder, ast.Attribute):
        return "self.field.name" if last_name(holder.value) == "self" else "name.field.name"
    if is_super(holder):
        return "super().name"
    return "call().name" if isinstance(holder, ast.Call) else "value.name"


def is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == "super"
