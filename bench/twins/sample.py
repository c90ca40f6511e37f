"""`python -m twins.sample FOLDER`: a small part of the labelled set as Markdown, for the tests."""

import sys
from pathlib import Path

from twins.packages import PACKAGES
from twins.pairs import ENDINGS, Pair, pairs

OF_EACH = 4
LONGEST = 1500
"""Characters of a function."""
HEAD = """\
# Twins: {language}

Pairs of functions and what they are to each other, made by `bench/twins` of {packages}, whose
licences allow that (BSD, MIT or Apache 2.0). Not written by hand: `python -m twins.sample` writes them anew.
"""


def main() -> int:
    """Writes one file per language."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for language in ENDINGS:
        names = " and ".join(package.name for package in PACKAGES[language])
        parts = [HEAD.format(language=language, packages=names)]
        for pair in _few(pairs(language)):
            fence = f"```{ENDINGS[language]}"
            texts = "".join(f"{fence}\n{text.rstrip()}\n```\n" for text in (pair.one, pair.other))
            parts.append(f"\n## {pair.label}, {pair.similarity:.2f} of the lines\n{texts}")
        (folder / f"{language}.md").write_text("".join(parts))
    return 0


def _few(made: list[Pair]) -> list[Pair]:
    few: list[Pair] = []
    for label in ("type 1", "type 2", "type 3", "none"):
        fit = [
            pair
            for pair in made
            if pair.label == label and max(len(pair.one), len(pair.other)) < LONGEST
            and "```" not in pair.one + pair.other
        ]  # fmt: skip
        few += fit[:OF_EACH]
    return few


if __name__ == "__main__":
    sys.exit(main())
