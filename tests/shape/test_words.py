"""Retired words stay out of names: ARCHITECTURE.md has the word that replaces each."""

import io
import re
import subprocess
import tokenize
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RETIRED = {
    "told", "leads", "offers", "lent", "settled", "sorts", "ways", "provided", "itself", "proofs",
    "bury", "buried", "give_back", "put_off", "hand_back", "keeping", "forgetting", "touched",
}  # fmt: skip
RETIRED_BY_FOLDER = {"python/": {"judge"}}
"""Retired as a verb of the queue; the accuracy measurements have a judge."""
RETIRED_MODULES = RETIRED | {"around", "together"}
SEGMENT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def python_identifiers(text: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            yield token.string


def sql_identifiers(text: str) -> Iterator[str]:
    """The names of statements; columns and tables follow the schema."""
    yield from re.findall(r"^-- name: (\w+)$", text, re.MULTILINE)


def rust_identifiers(text: str) -> Iterator[str]:
    literal = re.compile(
        r'b?r(#*)".*?"\1|b?"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|b?\'(?:[^\'\\]|\\.)\'', re.DOTALL
    )
    yield from re.findall(r"[A-Za-z_]\w*", literal.sub(" ", text))


def query_identifiers(text: str) -> Iterator[str]:
    """The captures of a tree-sitter query."""
    yield from re.findall(r"@([\w.]+)", re.sub(r'"(?:[^"\\]|\\.)*"|;[^\n]*', " ", text))


IDENTIFIERS: Mapping[str, Callable[[str], Iterator[str]]] = {
    ".py": python_identifiers,
    ".sql": sql_identifiers,
    ".rs": rust_identifiers,
    ".scm": query_identifiers,
}
CHECKED_SUFFIXES = (".py", ".sql", ".rs", ".scm")


def segments(identifier: str) -> str:
    """`put_off`, `putOff` and `PutOff` as `_put_off_`."""
    return f"_{'_'.join(part.lower() for part in SEGMENT.findall(identifier))}_"


def retired_words(identifier: str, retired: set[str]) -> set[str]:
    found = segments(identifier)
    return {word for word in retired if f"_{word}_" in found}


def checked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30)
    files = (ROOT / name for name in listed.stdout.decode().split("\0"))
    own = Path(__file__).resolve()
    return [
        file for file in files if file.suffix in CHECKED_SUFFIXES and file.is_file() and file.resolve() != own
    ]


def test_no_name_has_a_retired_word() -> None:
    found = set()
    for file in checked_files():
        name = file.relative_to(ROOT).as_posix()
        retired = RETIRED.union(
            *(words for folder, words in RETIRED_BY_FOLDER.items() if name.startswith(folder))
        )
        found |= {f"{name} ({word})" for word in retired_words(file.stem, RETIRED_MODULES | retired)}
        for identifier in IDENTIFIERS[file.suffix](file.read_text(encoding="utf-8")):
            found |= {f"{name}: {identifier} ({word})" for word in retired_words(identifier, retired)}
    assert sorted(found) == []


@pytest.mark.parametrize(
    ("identifier", "word"),
    [
        ("put_off_task", "put_off"),
        ("handBack", "hand_back"),
        ("_told", "told"),
        ("TOLD", "told"),
        ("Itself", "itself"),
        ("of.ways", "ways"),
    ],
)
def test_a_retired_word_is_found_as_a_segment(identifier: str, word: str) -> None:
    assert retired_words(identifier, RETIRED) == {word}


@pytest.mark.parametrize("identifier", ["always", "silently", "mistold", "input_offset", "sideways"])
def test_a_part_of_a_segment_is_no_retired_word(identifier: str) -> None:
    assert retired_words(identifier, RETIRED) == set()


def test_identifiers_are_found_outside_of_comments_and_strings() -> None:
    python = 'told = "leads"  # offers\n'
    rust = 'let told = r#"leads"#; /* offers */ // lent\nlet c = \'"\'; let settled = b"ways";'
    query = '(call "sorts" @proofs.itself) ; @ways'
    assert set(python_identifiers(python)) == {"told"}
    assert {"told", "settled"} <= set(rust_identifiers(rust))
    assert not {"leads", "offers", "lent", "ways"} & set(rust_identifiers(rust))
    assert list(query_identifiers(query)) == ["proofs.itself"]
