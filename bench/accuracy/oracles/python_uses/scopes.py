"""What the scopes of a Python file bind."""

import ast
from collections.abc import Iterator

Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound_by(scope: Scope) -> dict[str, str]:
    """What a scope binds: `variable`, or `definition` for what is asked for, functions and imports."""
    bound: dict[str, str] = {}
    if isinstance(scope, FUNCTIONS):
        bound = {one.arg: "variable" for one in arguments(scope.args)}
    outside: set[str] = set()
    for node in _own(scope):
        match node:
            case ast.Global(names=listed) | ast.Nonlocal(names=listed):
                outside |= set(listed)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.setdefault(name, "definition")
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    bound.setdefault((alias.asname or alias.name).partition(".")[0], "definition")
            case _:
                if variable := _variable(node):
                    bound[variable] = "variable"
    return {name: kind for name, kind in bound.items() if name not in outside}


def arguments(of: ast.arguments) -> list[ast.arg]:
    """All parameters of a function."""
    others = [one for one in (of.vararg, of.kwarg) if one]
    return [*of.posonlyargs, *of.args, *of.kwonlyargs, *others]


def _variable(node: ast.AST) -> str | None:
    """The variable that a node binds, if it does."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.MatchMapping(rest=name):
            return name
        case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
            return name
    return None


def _own(scope: Scope) -> Iterator[ast.AST]:
    """The nodes of a scope without those of the scopes inside; a definition inside is one node."""
    work: list[ast.AST] = list(scope.body) if isinstance(scope.body, list) else [scope.body]
    while work:
        node = work.pop()
        yield node
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        if isinstance(node, COMPREHENSIONS):
            work += [n for n in ast.walk(node) if isinstance(n, ast.NamedExpr)]
            continue
        work += ast.iter_child_nodes(node)
