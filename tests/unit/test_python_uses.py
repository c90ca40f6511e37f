"""Which identifiers of a Python file are sites, how they are used, and what its declarations are."""

import ast
from textwrap import dedent

from accuracy.oracles.python_uses.declarations import declarations
from accuracy.oracles.python_uses.names import Name, Source, names


def found(text: str) -> list[Name]:
    source = Source(dedent(text))
    return sorted(names(source, ast.parse(source.text)), key=lambda n: (n.line, n.column))


def used(text: str) -> list[tuple[int, str, str]]:
    return [(n.line, n.name, n.use) for n in found(text) if n.is_known and not n.is_declaration]


def declared(text: str) -> list[tuple[int, int, str, str]]:
    source = Source(dedent(text))
    places = declarations(source, ast.parse(source.text)).at
    return sorted((*place, one.kind, one.name) for place, one in places.items())


def test_locals_parameters_and_imports_are_no_sites() -> None:
    assert (
        used("""\
        import os
        from a import b
        def f(x, *rest, y=1):
            for i in rest:
                with x as z:
                    print(i, x, y, z, len(rest))
            return [n for n in rest]
        """)
        == []
    )


def test_each_use_has_its_word() -> None:
    text = """\
        from a import Base, LIMIT, call, register, thing
        @register(LIMIT)
        class C(Base):
            size: "list[Base]" = call(thing)
            @register
            def m(self, x: Base | None = LIMIT) -> Base:
                self.size += 1
                self.other = x.deep.er
                del self.gone
        """
    assert used(text) == [
        (2, "register", "decorator"),
        (2, "LIMIT", ""),
        (3, "Base", "type"),
        (4, "Base", "type"),
        (4, "call", "call"),
        (4, "thing", ""),
        (5, "register", "decorator"),
        (6, "Base", "type"),
        (6, "LIMIT", ""),
        (6, "Base", "type"),
        (7, "size", "write"),
        (8, "other", "write"),
        (8, "deep", ""),
        (8, "er", ""),
        (9, "gone", "write"),
    ]


def test_variables_of_the_module_are_sites_where_they_are_used() -> None:
    assert used("""\
        COUNT = 0
        COUNT += 1
        def f():
            global COUNT
            COUNT = COUNT + 1
        def g():
            COUNT = 3
            return COUNT
        class C:
            here = COUNT
            there = here
            def m(self):
                return here
        """) == [
        (2, "COUNT", "write"),
        (5, "COUNT", "write"),
        (5, "COUNT", ""),
        (10, "COUNT", ""),
        (11, "here", ""),
        (13, "here", ""),
    ]


def test_what_is_called_without_a_name_is_not_known() -> None:
    text = """\
        def f(g):
            g()
            make()()
            return h(key=1)
        """
    assert [(n.line, n.name) for n in found(text) if not n.is_known] == [(2, "g"), (3, "")]
    assert used(text) == [(3, "make", "call"), (4, "h", "call"), (4, "key", "literal")]


def test_parameters_of_tests_may_be_fixtures() -> None:
    text = """\
        @pytest.fixture
        def made(given): ...
        def test_it(made): ...
        def other(made): ...
        """
    unknown = [(n.line, n.name) for n in found(text) if not n.is_known]
    assert unknown == [(2, "given"), (3, "made")]


def test_columns_are_in_units_of_utf_16() -> None:
    places = [(n.name, n.column) for n in found('x = "é😀" + a.ü.b\n')]
    assert places == [("x", 0), ("a", 12), ("ü", 14), ("b", 16)]


def test_a_quoted_type_has_its_place() -> None:
    assert [(n.name, n.column) for n in found('x: "dict[str, A]" = y\n') if n.use == "type"] == [("A", 14)]


def test_declarations() -> None:
    text = """\
        from enum import Enum
        LIMIT = 1
        left, (right, *more) = pair
        if LIMIT:
            late = 2
        class Color(Enum):
            RED = 1
        class C:
            size: int = 0
            def __init__(self, x):
                self.x, local = x, 1
            async def run(self):
                global LIMIT, state
                state = 2
                def inner():
                    self.later = 1
        """
    assert declared(text) == [
        (2, 0, "value", "LIMIT"),
        (3, 0, "value", "left"),
        (3, 7, "value", "right"),
        (3, 15, "value", "more"),
        (5, 4, "value", "late"),
        (6, 6, "class", "Color"),
        (7, 4, "enum_member", "RED"),
        (8, 6, "class", "C"),
        (9, 4, "field", "size"),
        (10, 8, "method", "__init__"),
        (11, 13, "field", "x"),
        (12, 14, "method", "run"),
        (14, 8, "value", "state"),
        (15, 12, "function", "inner"),
        (16, 17, "field", "later"),
    ]
