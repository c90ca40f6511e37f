"""Transformations of a function's text that keep what it does, or most of it.

Tokens are those of Pygments, so that nothing here shares a defect with what is measured.
"""

import random
import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Literal, Name, Number, String, _TokenType

Token = tuple[_TokenType, str]
LEXERS: dict[str, Lexer] = {
    name: get_lexer_by_name(name, stripnl=False, ensurenl=False) for name in ("python", "typescript", "java")
}
COMMENT = {"python": "# ", "typescript": "// ", "java": "// "}
FIXED = {"self", "cls", "this", "super", "__init__", "constructor", "arguments"}
WORDS = [
    "amber",
    "basin",
    "cedar",
    "delta",
    "ember",
    "flint",
    "grove",
    "heron",
    "inlet",
    "jetty",
    "knoll",
    "larch",
    "maple",
    "north",
    "ocean",
    "pearl",
]
LEAVING = {"return", "break", "continue", "raise", "throw", "yield", "case", "else", "default"}
DECLARATION = re.compile(r"(?:const|let) \w+ = [^=>{]*[\w)\]]")
KEYWORD_LIKE = {Name.Builtin.Pseudo, Name.Decorator, Name.Attribute}


def tokens(text: str, language: str) -> list[Token]:
    """The text in pieces; joined they are the text."""
    return [(kind, value) for kind, value in LEXERS[language].get_tokens(text) if value]


def commented(text: str, language: str, rng: random.Random) -> str:
    """Type 1: other comments, other blank lines, another indentation."""
    bare = "".join(value for kind, value in tokens(text, language) if not _is_comment(kind))
    width = rng.choice((1, 3, 8))
    out = []
    for line in bare.splitlines():
        if not line.strip():
            continue
        inner = line.lstrip()
        steps, odd = divmod(len(line) - len(inner), _step(bare))
        margin = " " * (steps * width + odd)
        if rng.random() < 0.3 and _is_statement(inner, language):
            out.append(f"{margin}{COMMENT[language]}{' '.join(rng.choices(WORDS, k=6))}")
        if rng.random() < 0.15:
            out.append("")
        out.append(margin + inner.rstrip())
    return "\n".join(out) + "\n"


def renamed(text: str, language: str, rng: random.Random, *, everything: bool) -> str:
    """Type 2: other names, the same for the same, and other literals. Own names only, or every one."""
    pieces = tokens(text, language)
    own = set(_all_names(pieces) if everything else _own_names(text, language))
    own -= FIXED
    pool = [f"{a}_{b}" if language == "python" else a + b.title() for a in WORDS for b in WORDS]
    fresh = iter(rng.sample(pool, len(pool)))
    names = {name: next(fresh, name) for name in sorted(own)}
    out = []
    for kind, value in pieces:
        if kind in Name and value in names:
            out.append(names[value])
        elif kind in Number and value.isdigit():
            out.append(str(int(value) + rng.randint(1, 40)))
        elif kind in String and re.fullmatch(r"[A-Za-z][A-Za-z ]{2,}", value):
            out.append(" ".join(rng.choices(WORDS, k=len(value.split()))))
        else:
            out.append(value)
    return "".join(out)


def edited(text: str, language: str, rng: random.Random, foreign: list[str], target: float) -> str | None:
    """Type 3: statements inserted, deleted, swapped, until so much of the lines is left; or None."""
    lines = text.splitlines()
    original = normalised(text, language)
    for _ in range(60):
        simple = [i for i in range(1, len(lines) - 1) if _is_simple(lines, i, language)]
        if not simple:
            return None
        at = rng.choice(simple)
        kind = rng.choice(("insert", "delete", "swap"))
        changed = list(lines)
        margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        if kind == "insert":
            changed.insert(at, margin + rng.choice(foreign))
        elif kind == "delete":
            before, after = lines[at - 1], lines[at + 1]
            if not (_margin(before) == len(margin) or _margin(after) == len(margin)):
                continue
            if _margin(before) < len(margin) and _margin(after) != len(margin):
                continue
            del changed[at]
        elif at + 1 in simple and _margin(lines[at + 1]) == len(margin):
            changed[at], changed[at + 1] = changed[at + 1], changed[at]
        else:
            continue
        left = likeness(original, normalised("\n".join(changed), language))
        if left < target:
            continue
        lines = changed
        if left < target + 0.05:
            return "\n".join(lines) + "\n"
    return None


def normalised(text: str, language: str) -> list[str]:
    """The lines as the field compares them: without comments and space, names and literals alike."""
    said = "".join(
        "N" if kind in Name else "L" if kind in Literal else value
        for kind, value in tokens(text, language)
        if not _is_comment(kind)
    )
    lines = ("".join(line.split()) for line in said.splitlines())
    return [line for line in lines if line.strip("{}();,")]


def likeness(one: list[str], other: list[str]) -> float:
    """The part of the longer one's lines that the other has too, in order."""
    kept = sum(
        block.size for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    )
    return kept / max(len(one), len(other), 1)


def is_telling(text: str, language: str) -> bool:
    """Whether it has the 6 lines and 50 tokens that a twin must have, comments and space aside."""
    pieces = [(kind, value) for kind, value in tokens(text, language) if not _is_comment(kind)]
    lines = "".join(value for _, value in pieces).splitlines()
    count = sum(bool(value.strip()) and kind not in String for kind, value in pieces)
    return count >= 50 and sum(bool(line.strip()) for line in lines) >= 6


def statements(text: str, language: str) -> Iterator[str]:
    """Its simple statements, without their indentation."""
    lines = text.splitlines()
    for i in range(1, len(lines) - 1):
        if _is_simple(lines, i, language):
            yield lines[i].strip()


def _is_comment(kind: _TokenType) -> bool:
    return kind in Comment or kind in String.Doc


def _all_names(pieces: list[Token]) -> Iterator[str]:
    for kind, value in pieces:
        if kind in Name and not any(kind in fixed for fixed in KEYWORD_LIKE):
            yield value


def _own_names(text: str, language: str) -> Iterator[str]:
    """Parameters and what is assigned to, as far as a pattern tells; names that are also members stay."""
    head = text[: text.find("\n")]
    inner = text[text.find("(") :]
    yield from re.findall(r"[(,]\s*(?:\w+\s+)?([a-z]\w*)\s*(?=[,):=])", inner[: inner.find(")") + 1])
    if language == "python":
        yield from re.findall(r"^\s+([a-z]\w*) = ", text, re.MULTILINE)
        yield from re.findall(r"\bfor ([a-z]\w*) in ", text)
    elif language == "typescript":
        yield from re.findall(r"\b(?:const|let|var) ([a-zA-Z]\w*)\b", text)
    else:
        yield from re.findall(r"^\s+(?:final )?[A-Z][\w<>\[\]]* ([a-z]\w*) =", text, re.MULTILINE)
        yield from re.findall(r"\b(?:int|long|boolean|double|float) ([a-z]\w*) =", text)
    yield from re.findall(r"(?:def|function|\w) (\w+)\s*[(<]", head)[:1]


def _is_statement(inner: str, language: str) -> bool:
    return inner[0].isalpha() and (language == "python" or inner.rstrip().endswith(";"))


def _is_simple(lines: list[str], at: int, language: str) -> bool:
    """A statement that is one whole line and leaves no block."""
    line = lines[at].strip()
    word = re.match(r"\w*", line)
    if not word or not word[0] or word[0] in LEAVING:
        return False
    if any(line.count(a) != line.count(b) for a, b in ("()", "[]", "{}")) or '"""' in line:
        return False
    before = lines[at - 1].rstrip()
    if language != "python":
        # Some write no semicolons.
        ends = line.endswith(";") or DECLARATION.fullmatch(line) is not None
        begins = before.endswith((";", "{", "}")) or DECLARATION.fullmatch(before.strip()) is not None
        return ends and begins
    ends = line.endswith((":", ",", "\\", "(")) or line.startswith(("#", "@", "'", '"', ")", "for ", "if "))
    return (
        not ends
        and line[0].isalpha()
        and not before.endswith(("\\", ",", "(", "[", "{"))
        and "=" in line + "(" * ("(" in line)
    )


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _step(text: str) -> int:
    margins = [_margin(line) for line in text.splitlines() if line.strip() and line[0] == " "]
    return max(min(margins, default=4), 1)
