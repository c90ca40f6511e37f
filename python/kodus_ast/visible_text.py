"""Makes foreign text safe to print: escapes for characters that control a terminal, hide or reorder text."""

import re

# Control characters, and characters that reorder or hide text.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with escapes for characters that would control a terminal."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """The text as one visible line."""
    return visible(" ".join(text.split()))


def visible_code(text: str) -> str:
    """Code with escapes for characters that would hide or reorder it."""
    return "\n".join(visible(line) for line in text.split("\n"))
