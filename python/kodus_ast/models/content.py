"""The core's answer about what to read as msgspec structs. Unknown fields are ignored."""

from typing import Literal

from msgspec import Struct, field

Role = Literal["changed", "caller", "callee", "type", "test", "import", "beyond"]


class Piece(Struct, frozen=True):
    """Lines of a file, and why they are shown."""

    role: Role
    symbol: str
    path: str
    lines: list[tuple[int, int]]
    """Ranges of (first line, last line)."""
    distance: int
    confidence: float
    subject: str
    """The changed definition; empty for the changed definition itself."""


class FileContent(Struct, frozen=True):
    """The text to read of one file: `<-- path -->`, then lines as `12: code`."""

    path: str
    content: str


class Cut(Struct, frozen=True):
    """What did not fit into the budget."""

    pieces: int = 0
    lines: int = 0
    named: list[Piece] = field(default_factory=list)


class Content(Struct, frozen=True):
    """What a reviewer of a change needs to read."""

    pieces: list[Piece]
    files: list[FileContent]
    characters: int
    tokens: int
    """An estimate: a third of the characters."""
    cut: Cut
    unreadable: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The texts of all files."""
        return "\n".join(file.content for file in self.files)
