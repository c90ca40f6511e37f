"""Repositories with deeply nested syntax of every language; registered beside those of `hostile_files`."""

from hostile.hostile_files import MAKERS, hostile, with_good
from sample_repositories import Repo

DEEP = 20_000

EXPRESSIONS = {
    "py": "x = {}\n",
    "ts": "let x = {};\n",
    "tsx": "let x = {};\n",
    "js": "let x = {};\n",
    "jsx": "let x = {};\n",
    "java": "class A {{ Object x = {}; }}\n",
    "go": "package a\n\nvar x = {}\n",
    "rs": "fn f() {{ let x = {}; }}\n",
    "php": "<?php\n$x = {};\n",
    "rb": "x = {}\n",
    "cs": "class A {{ object x = {}; }}\n",
}
"""How a language says that something is an expression."""
BLOCKS = {
    "ts": ("function f() {", "}"),
    "tsx": ("<a>", "</a>"),
    "js": ("if (x) {", "}"),
    "jsx": ("() => {", "}"),
    "java": ("class A {", "}"),
    "go": ("if x {", "}"),
    "rs": ("fn f() {", "}"),
    "php": ("if ($x) {", "}"),
    "rb": ("class A; ", " end;"),
    "cs": ("namespace A {", "}"),
}
"""What holds more of itself between an opening and a closing."""
BEFORE = {"go": "package a\n\nfunc f() {", "php": "<?php\n"}
AFTER = {"go": "}"}
CHAINS = {
    "py": ("(a", ".b()", ")"),
    "ts": ("a", "?.b!", ""),
    "tsx": ("a", ".b()", ""),
    "js": ("a", "[b]", ""),
    "jsx": ("a", ".b()", ""),
    "java": ("a", ".b()", ""),
    "go": ("a.", "b().", "c"),
    "rs": ("a", ".b()?", ""),
    "php": ("$a", "->b()", ""),
    "rb": ("a", ".b { }", ""),
    "cs": ("a", ".b()", ""),
}
"""What begins an expression, what goes on with it, and what ends it."""
UNARY = {"py": "- ", "go": "- ", "rb": "!"}
TYPES = {
    "py": ("x: ", "A[", "]", "\n"),
    "ts": ("let x: ", "A<", ">", ";\n"),
    "java": ("class B { ", "A<", ">", " x; }\n"),
    "rs": ("struct B { x: ", "A<", ">", " }\n"),
    "cs": ("class B { ", "A<", ">", " x; }\n"),
}
"""Types in types: what is before, around and after them."""


def in_lines(text: str, each: int = 40) -> str:
    """Again and again, in lines so short that it is not taken for minified."""
    return (text * each + "\n") * (DEEP // each)


def nested(name: str, extension: str, text: str) -> None:
    def maker(repo: Repo) -> str:
        return with_good(repo, {f"deep.{extension}": text})

    MAKERS[f"{name}_in_{extension}"] = maker


for one, expression in EXPRESSIONS.items():
    before, after = expression.format("\0").split("\0")
    nested("parentheses", one, before + in_lines("(") + "1" + in_lines(")") + after)
    nested("open_parentheses", one, before + in_lines("("))
    nested("open_brackets", one, before + in_lines("{["))
    nested("operators", one, before + in_lines(UNARY.get(one, "!")) + "a" + after)
    start, more, end = CHAINS[one]
    nested("chains", one, before + start + in_lines(more) + end + after)
for one, (opening, closing) in BLOCKS.items():
    nested("blocks", one, BEFORE.get(one, "") + in_lines(opening) + in_lines(closing) + AFTER.get(one, ""))
    nested("open_blocks", one, BEFORE.get(one, "") + in_lines(opening))
nested("blocks", "py", "".join(" " * depth + "if x:\n" for depth in range(1_500)))
for one, (before, opening, closing, after) in TYPES.items():
    nested("types", one, before + in_lines(opening) + "A" + in_lines(closing) + after)
nested("templates", "js", "x = " + in_lines("`${") + "1" + in_lines("}`"))
nested("interpolations", "rb", "x = " + in_lines('"#{') + "1" + in_lines('}"'))
nested("macros", "rs", in_lines("m!{") + in_lines("}"))
nested("open_comments", "rs", in_lines("/*"))


@hostile
def operators_without_end(repo: Repo) -> str:
    return with_good(
        repo,
        {f"o.{one}": text.format("1 +\n" * 100_000 + "1") for one, text in EXPRESSIONS.items()},
    )


@hostile
def a_million_errors(repo: Repo) -> str:
    errors = "} ) ; ] if else @ $ \\ \n" * 50_000
    return with_good(repo, {f"e.{one}": BEFORE.get(one, "") + errors for one in EXPRESSIONS})
