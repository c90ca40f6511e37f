"""Output: answers to stdout or a file, everything else to stderr; names cannot control the terminal."""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kodus_ast.config import is_terminal_forced
from kodus_ast.errors import StorageError
from kodus_ast.visible_text import one_line, visible

if TYPE_CHECKING:
    from kodus_ast.graph import Watcher

# ruff: noqa: PLC0415 - rich is imported for a terminal alone: a pipe gets plain text, and sooner

_STAGES = {
    "list": "Listing files",
    "parse": "Reading",
    "resolve": "Resolving calls",
    "write": "Writing",
    "done": "Done",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of words, each part with a style of rich or none."""

    parts: tuple[tuple[str, str], ...]

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(words for words, _ in self.parts)


def line(*parts: str | tuple[str, str]) -> Line:
    """A line of styled parts, with escapes for characters that would control the terminal."""
    styled = ((part, "") if isinstance(part, str) else part for part in parts)
    return Line(tuple((visible(words), style) for words, style in styled))


def notice(text: str, style: str = "dim") -> None:
    """One line on stderr."""
    _write([Line(((one_line(text), style),))], sys.stderr)


def show(lines: list[Line]) -> None:
    """Prints an answer to stdout: in colour on a terminal, plain in a pipe."""
    _write(lines, sys.stdout)


def _write(lines: list[Line], stream: TextIO) -> None:
    if not (stream.isatty() or is_terminal_forced()):
        stream.write("".join(f"{line.plain.rstrip().expandtabs()}\n" for line in lines))
        stream.flush()
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, soft_wrap=True, highlight=False, markup=False, emoji=False)
    for line in lines:
        text = Text.assemble(*line.parts)
        text.rstrip()
        console.print(text)


def deliver(content: bytes | str, output: Path | None) -> None:
    """Writes an answer for programs to stdout, or to the file `output` as a whole."""
    data = content.encode() if isinstance(content, str) else content
    if not data.endswith(b"\n"):
        data += b"\n"
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    with replacing(output) as part:
        part.write_bytes(data)


@contextlib.contextmanager
def replacing(output: Path) -> Iterator[Path]:
    """A temporary file that replaces `output` when the block has succeeded."""
    if output.exists() and not output.is_file():
        # A device or a pipe cannot be replaced, so it is written directly.
        try:
            yield output
        except OSError as error:
            raise StorageError(f"{output} cannot be written: {error.strerror}") from None
        return
    import tempfile

    try:
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        os.close(handle)
    except OSError as error:
        raise StorageError(f"{output} cannot be written: {error.strerror}") from None
    part = Path(name)
    try:
        yield part
        part.chmod(0o644)
        part.replace(output)
    except OSError as error:
        raise StorageError(f"{output} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def progress(label: str) -> "Iterator[Watcher | None]":
    """A progress bar on a terminal, removed at the end; None in a pipe."""
    if not (sys.stderr.isatty() or is_terminal_forced()):
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task(f"{label}", total=None)

        def watch(stage: str, done: int, total: int) -> None:
            bars.update(
                bar, description=f"{_STAGES.get(stage, stage)} · {label}", completed=done, total=total or None
            )

        yield watch
