"""A pytest plugin that tells what every call of a package calls while the package's own tests run.

Settings come by environment: CALLS_ROOT (the package's folder) and CALLS_OUT (a file for the lines that
the judge reads, see the package around). What was called is `inside`; the methods that it overrides, one of
which a reader without the object at hand would name, are `beside`.

Left out: what C code calls (only calls that are written are rewritten), what operators and statements call,
and what a decorator's wrapper calls. A function behind decorators counts as itself.
"""

import ast
import atexit
import builtins
import functools
import json
import os
import sys
import types
from collections.abc import Callable, Collection
from importlib.machinery import SourceFileLoader as Loader
from pathlib import Path
from typing import Any, TextIO

from .rewrite import CALLED, GIVEN, MADE, Known, Place, Rewriter, Site

ROOT = os.path.realpath(os.environ["CALLS_ROOT"]) + os.sep
LONGEST_CHAIN = 20
MOST_SEEN = 500
OUTSIDE = (
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    types.ClassMethodDescriptorType,
)

known = Known()
sites = known.sites
# By the id of what decorators made: it, so that it lives on, and what they were given.
behind: dict[int, tuple[object, object]] = {}
given: dict[int, object] = {}


def called(number: int, callee: Any) -> Any:
    """Notes what is called at a site; gives it back."""
    site = sites[number]
    assert site is not None
    kind = type(callee)
    mark: object
    if kind is types.FunctionType:
        mark = id(callee) if callee.__closure__ or callee.__dict__ else callee.__code__
    elif kind is types.MethodType:
        holder = callee.__self__
        mark = (callee.__func__, holder if isinstance(holder, type) else type(holder))
    elif issubclass(kind, type):
        mark = callee
    else:
        mark = kind
    try:
        if mark not in site.seen and len(site.seen) < MOST_SEEN:
            site.seen.add(mark)
            note(site, callee)
    except Exception as error:  # noqa: BLE001 an object that answers strangely must not fail its test
        print(f"calls: {type(error).__name__} at {site.path}:{site.line}", file=sys.stderr)
    return callee


def note(site: Site, callee: Any) -> None:
    kind = type(callee)
    if issubclass(kind, OUTSIDE):
        site.outside = True
    elif kind is types.MethodType:
        holder = callee.__self__ if isinstance(callee.__self__, type) else type(callee.__self__)
        note_function(site, callee.__func__, holder)
    elif kind is types.FunctionType or "__wrapped__" in getattr(callee, "__dict__", ()):
        note_function(site, callee, None)
    elif issubclass(kind, type):
        note_class(site, callee)
    elif isinstance(kind.__dict__.get("__call__"), types.FunctionType):
        note_function(site, kind.__call__, None)


def note_function(site: Site, function: object, holder: type | None) -> None:
    """`holder` is the class of the object that the function is bound to."""
    function = undecorated(function)
    if not isinstance(function, types.FunctionType):
        return
    path = real(function.__code__.co_filename)
    if not path.startswith(ROOT):
        site.outside |= path.startswith(os.sep)  # else it was made by the program: `<string>`
        return
    if place := place_of(function):
        site.targets.add(place)
    if holder is None or site.on_super:
        return
    for base in holder.__mro__:
        overridden = undecorated(base.__dict__.get(function.__name__))
        if isinstance(overridden, types.FunctionType) and (other := place_of(overridden)):
            site.declared.add(other)


def note_class(site: Site, cls: type) -> None:
    module = sys.modules.get(cls.__module__)
    path = real(getattr(module, "__file__", None) or "")
    if not path.startswith(ROOT):
        site.outside = True
        return
    places = known.classes.get((path, cls.__qualname__))
    if not places:
        return  # made by the program
    site.constructs = True
    site.targets.update(places)
    for name in ("__init__", "__new__", "__post_init__"):
        functions = (undecorated(base.__dict__.get(name)) for base in cls.__mro__)
        first = next((f for f in functions if f is not None), None)
        if isinstance(first, types.FunctionType) and (place := place_of(first)):
            site.targets.add(place)
    maker = undecorated(type(cls).__dict__.get("__call__"))
    if isinstance(maker, types.FunctionType) and (place := place_of(maker)):
        site.declared.add(place)


def undecorated(function: Any) -> Any:
    for _ in range(LONGEST_CHAIN):
        if isinstance(function, (staticmethod, classmethod)):
            function = function.__func__
        elif id(function) in behind:
            function = behind[id(function)][1]
        elif "__wrapped__" in getattr(function, "__dict__", ()):
            function = function.__wrapped__
        else:
            break
    return function


def place_of(function: types.FunctionType) -> Place | None:
    code = function.__code__
    return known.functions.get((real(code.co_filename), code.co_name, code.co_firstlineno))


@functools.lru_cache(None)
def real(path: str) -> str:
    return os.path.realpath(path) if path.startswith(os.sep) else path


def receives(number: int) -> Callable[[Any], Any]:
    def note_given(function: Any) -> Any:
        given[number] = function
        return function

    return note_given


def makes(number: int) -> Callable[[Any], Any]:
    def note_made(made: Any) -> Any:
        function = given.pop(number, None)
        if function is not None and made is not function:
            behind[id(made)] = (made, function)
        return made

    return note_made


def rewritten(self: Loader, data: Any, path: Any, **options: Any) -> types.CodeType:
    """In place of `SourceLoader.source_to_code`."""
    full = real(str(Path(os.fspath(path)).absolute()))
    if not full.startswith(ROOT) or not full.endswith(".py"):
        return compiled(self, data, path, **options)
    tree = Rewriter(known, full).visit(ast.parse(data, path))
    return compile(tree, path, "exec", dont_inherit=True)


def write() -> None:
    wrappers = {name for name in known.decorators if name}
    with Path(os.environ["CALLS_OUT"]).open("w") as out:
        for site in filter(None, sites):
            if site.passed_to in wrappers:
                continue
            form = f"new {site.form}" if site.constructs else site.form
            row = {"path": site.path[len(ROOT) :], "line": site.line, "name": site.name, "form": form}
            if site.targets:
                tell(out, row, "inside", site.targets)
            elif site.outside:
                tell(out, row, "outside", ())
            if declared := site.declared - site.targets:
                tell(out, row, "beside", declared)


def tell(out: TextIO, row: dict[str, Any], verdict: str, places: Collection[Place]) -> None:
    targets = [
        {"path": p.path[len(ROOT) :], "line": p.line, "name": p.name}
        for p in sorted(places, key=lambda p: (p.path, p.line))
    ]
    print(json.dumps(row | {"verdict": verdict, "targets": targets}), file=out)


compiled = Loader.source_to_code
Loader.source_to_code = rewritten  # type: ignore[assignment, method-assign]
for name, function in ((CALLED, called), (GIVEN, receives), (MADE, makes)):
    setattr(builtins, name, function)
atexit.register(write)
