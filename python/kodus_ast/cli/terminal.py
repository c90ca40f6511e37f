"""Where words go: answers to stdout or a file, all else to stderr; no name acts on a terminal."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from kodus_ast.descriptions import one_line
from kodus_ast.errors import StorageError
from kodus_ast.graph import Watcher

_STAGES = {
    "list": "Listing files",
    "parse": "Reading",
    "resolve": "Resolving calls",
    "write": "Writing",
    "done": "Done",
}


def notice(text: str, style: str = "dim") -> None:
    """One line on stderr."""
    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)
    errors.print(Text(one_line(text), style=style))


def show(lines: list[Text]) -> None:
    """An answer on stdout: in colour on a terminal, the same words without it in a pipe."""
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    for line in lines:
        line.rstrip()
        console.print(line)


def deliver(content: bytes | str, output: Path | None) -> None:
    """An answer for a program or a file: to stdout as it is, or whole into `output`."""
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
    """A file to write; it takes the place of `output` once all is written."""
    if output.exists() and not output.is_file():
        # A device or a pipe cannot be replaced; it is written to.
        try:
            yield output
        except OSError as error:
            raise StorageError(f"{output} cannot be written: {error.strerror}") from None
        return
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
def progress(label: str) -> Iterator[Watcher | None]:
    """A progress bar on a terminal, which leaves no trace; nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
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
