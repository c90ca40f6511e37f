"""The engine holds no words of a language: they are rules of the language."""

import re
from collections.abc import Iterator
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[2] / "rust" / "graph_core" / "src"
# Arguments of these say something to a reader of a failure, or are names of our own formats.
MESSAGES = re.compile(r"(?:panic!|unreachable!|\.expect|assert\w*!|Err|ok_or)\(\s*$|serde\(.*$")
LITERAL = re.compile(
    r'(?P<string>b?"(?:[^"\\]|\\.)*")|(?P<raw>b?r#"(?:[^"]|"(?!#))*"#)'
    r"|(?P<char>b?'(?:[^'\\]|\\.)')"
)
# What the engine itself says: in facts, in answers and in reasons for leaving out a file; `v` begins a
# version.
OWN = {"builtin", "constructor", "import", "v"}
# Verbs of HTTP and of what registers a route: they go with the tables of frameworks.
ROUTES = {"get", "post", "put", "delete", "patch", "head", "options", "http", "map", "add_", "mapping"}
OF_ROUTES = ("entry_points", "handlers")
"""The files that read the tables of frameworks."""


def without_tests(text: str) -> str:
    """The code of a file before its tests, without comments."""
    code = text.split("#[cfg(test)]\nmod tests {", maxsplit=1)[0]
    return "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("//"))


def words(text: str) -> Iterator[str]:
    """The literals with letters in a file's code, without what a format puts between braces."""
    code = without_tests(text)
    for found in LITERAL.finditer(code):
        if MESSAGES.search(code[: found.start()].rpartition("\n")[2] or code[: found.start()]):
            continue
        content = found.group().lstrip("br#").strip("#")[1:-1]
        content = re.sub(r"\{[^{}]*\}|\\.", "", content)
        if re.search(r"[A-Za-z]", content):
            yield content


def test_the_engine_holds_no_words_of_a_language() -> None:
    """Strings with letters in the engine are its own, or belong to a language's rules."""
    held = {
        (file.relative_to(ENGINE).as_posix(), word)
        for folder in ("extract", "resolve")
        for file in sorted((ENGINE / folder).rglob("*.rs"))
        if file.stem != "tests"
        for word in words(file.read_text(encoding="utf-8"))
    }
    allowed = {
        (file, word)
        for file, word in held
        if word in (OWN | ROUTES if any(name in file for name in OF_ROUTES) else OWN)
    }
    assert held - allowed == set()
    assert {word for _, word in allowed} == OWN | ROUTES
