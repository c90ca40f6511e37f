"""Makes text of others safe to print: nothing in it acts on a terminal, hides or reorders text."""

import re

# Control characters, and those that reorder or hide text on a line.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with every character that would act on a terminal written as an escape."""
    return _ACTING.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """The text as one visible line."""
    return visible(" ".join(text.split()))


def visible_code(text: str) -> str:
    """Code as it is but for characters that would hide or reorder it."""
    return "\n".join(visible(line) for line in text.split("\n"))
