"""Writes docs/languages.md: which cases each language has, from the headings of its case files.

`python scripts/supported.py` writes it; a test in tests/shape holds it to the cases.
"""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "rust" / "graph_core" / "src" / "languages"
PAGE = ROOT / "docs" / "languages.md"
INTRODUCTION = """# What is understood of each language

Made by `make cases` from the headings of the case files (`rust/graph_core/src/languages/*/cases`), which say
what is meant, with code and the whole list of edges: a row is a heading, and a language's name leads to its
cases. A gap is what the language does not have or what nobody has written a case for: nothing is promised
there. How right the edges are on real packages is in [bench/accuracy](../bench/accuracy/README.md).
"""


def page() -> str:
    """The whole page."""
    languages = list(folders())
    named = {folder: title(folder) for folder in languages}
    cases = {folder: dict(headings(folder)) for folder in languages}
    totals = [str(sum(len(found) for found in cases[folder].values())) for folder in languages]
    lines = [INTRODUCTION, row(["", *named.values()]), row(["---"] * (len(languages) + 1))]
    lines.append(row(["cases", *totals]))
    for file in sorted({file for of in cases.values() for file in of}):
        rows = {heading for of in cases.values() for heading in of.get(file, ())}
        has = {heading: [heading in cases[folder].get(file, ()) for folder in languages] for heading in rows}
        lines += ["", f"## {file.removesuffix('.md').capitalize()}", ""]
        linked = [
            link(named[folder], FOLDER / folder / "cases" / file) if file in cases[folder] else named[folder]
            for folder in languages
        ]
        lines += [row(["", *linked]), row(["---"] * (len(languages) + 1))]
        # What most have comes first.
        for heading in sorted(rows, key=lambda heading: (-sum(has[heading]), heading)):
            marks = ["x" if there else "" for there in has[heading]]
            lines.append(row([heading, *marks]))
    return "\n".join(lines) + "\n"


def folders() -> Iterator[str]:
    """The languages' folders, in the order of the table of languages."""
    table = (FOLDER / "mod.rs").read_text().split("pub static ALL", 1)[1].split("];", 1)[0]
    yield from dict.fromkeys(re.findall(r"&(\w+)::", table))


def title(folder: str) -> str:
    """The language's name, as its module begins."""
    first = (FOLDER / folder / "mod.rs").read_text().removeprefix("//! ")
    return re.split("[:,]", first, maxsplit=1)[0]


def headings(folder: str) -> Iterator[tuple[str, list[str]]]:
    """Each case file with its headings."""
    for file in sorted((FOLDER / folder / "cases").glob("*.md")):
        code = False
        found = []
        for line in file.read_text().splitlines():
            code ^= line.startswith("```")
            if not code and line.startswith("## "):
                found.append(line[3:].strip())
        yield file.name, found


def link(text: str, file: Path) -> str:
    return f"[{text}](../{file.relative_to(ROOT).as_posix()})"


def row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page())
