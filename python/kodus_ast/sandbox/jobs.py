"""Jobs for child processes, sent as JSON.

Each has `access()`, the paths that the child may use, and `run()`, which does the job in the child and
returns the answer as JSON.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from kodus_ast import file_excerpts, graph

Watch = Callable[[str, int, int], None]
"""Takes the progress of a job: stage, done, total."""


@dataclass(frozen=True, slots=True)
class Access:
    """The paths that a child may read, and those below which it may write."""

    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """What the child gives a job that it runs."""

    watch: Watch
    """Sends progress to the parent."""
    in_force: tuple[str, ...]
    """The names of the protections that confine this process."""


class BuildJob(Struct, frozen=True, tag="build"):
    """Builds the graph of a commit into the file `artifact`; answers with the build report."""

    root: str
    commit: str
    artifact: str
    base: str | None
    threads: int
    limits: dict[str, int]
    guard: dict[str, Any] = {}
    """What earlier tries have found out (`sandbox.resilient_build`)."""
    undo: str | None = None
    """A diff that the commit contains: builds the graph of the state before it."""

    def access(self) -> Access:
        """Reads the repository and the base's directory; writes beside the artefact."""
        base = (str(Path(self.base).resolve().parent),) if self.base else ()
        return Access((self.root, *base), (str(Path(self.artifact).parent),))

    async def run(self, environment: Environment) -> bytes:
        """Builds the graph."""
        report = await graph.build(
            Path(self.root),
            self.commit,
            Path(self.artifact),
            base=_path(self.base),
            threads=self.threads,
            limits=self.limits,
            guard=self.guard,
            undo=self.undo,
            watch=environment.watch,
        )
        return msgspec.json.encode(report)


class ImpactJob(Struct, frozen=True, tag="impact"):
    """Compares two graphs; answers with the core's JSON."""

    base: str
    head: str
    options: dict[str, Any]

    def access(self) -> Access:
        """Reads both graphs."""
        return Access((self.base, self.head))

    async def run(self, _environment: Environment) -> bytes:
        """Compares the graphs."""
        return await graph.impact(Path(self.base), Path(self.head), self.options)


class ValidateJob(Struct, frozen=True, tag="validate"):
    """Checks the syntax of files; answers with one verdict each."""

    paths: list[str]
    limits: dict[str, int]

    def access(self) -> Access:
        """Reads the files."""
        return Access(tuple(self.paths))

    async def run(self, _environment: Environment) -> bytes:
        """Checks the files."""
        _, raw = await graph.validate([Path(path) for path in self.paths], self.limits)
        return raw


class ExcerptsJob(Struct, frozen=True, tag="excerpts"):
    """Reads source; answers with a text or null for each (path, first line, last line)."""

    root: str
    commit: str
    ranges: list[tuple[str, int, int]]
    limits: dict[str, int]

    def access(self) -> Access:
        """Reads the repository."""
        return Access((self.root,))

    async def run(self, _environment: Environment) -> bytes:
        """Reads the lines."""
        texts = await graph.excerpts(Path(self.root), self.commit, self.ranges, limits=self.limits)
        return msgspec.json.encode(texts)


class StoredFile(Struct, frozen=True):
    """A file that a client has sent: its id and path there, and the names of its content and diff here."""

    id: str
    path: str
    content: str
    diff: str


class FileExcerptsJob(Struct, frozen=True, tag="file_excerpts"):
    """Unpacks files that a client has sent, and writes their excerpts to a file; answers with null."""

    directory: str
    files: list[StoredFile]
    destination: str

    def access(self) -> Access:
        """Reads the files; writes beside the destination."""
        return Access((self.directory,), (str(Path(self.destination).parent),))

    async def run(self, _environment: Environment) -> bytes:
        """Unpacks the files one by one and makes the excerpts."""
        await asyncio.to_thread(self._write)
        return b"null"

    def _write(self) -> None:
        directory, left = Path(self.directory), file_excerpts.MAX_UNPACKED_BYTES
        encode, separator = msgspec.json.Encoder().encode, b""
        with Path(self.destination).open("wb") as out:
            out.write(b'{"files":[')
            for number, file in enumerate(self.files):
                diff = file_excerpts.unpack(directory / file.diff, left, f"files[{number}].diff")
                left -= len(diff)
                content = file_excerpts.unpack(directory / file.content, left, f"files[{number}].content")
                left -= len(content)
                text, flag = file_excerpts.excerpt(
                    file.path, content.decode(errors="replace"), diff.decode(errors="replace")
                )
                out.write(separator + encode({"id": file.id, "content": text, "flag": flag}))
                separator = b","
            out.write(b'],"notLookedFor":' + encode(file_excerpts.NOT_LOOKED_FOR) + b"}")


class PackJob(Struct, frozen=True, tag="pack"):
    """Packs the texts of a graph's files into one file; answers with null."""

    root: str
    commit: str
    graph: str
    destination: str
    limits: dict[str, int]

    def access(self) -> Access:
        """Reads the repository and the graph; writes beside the destination."""
        return Access((self.root, self.graph), (str(Path(self.destination).parent),))

    async def run(self, _environment: Environment) -> bytes:
        """Packs the texts."""
        await graph.pack(Path(self.root), self.commit, Path(self.graph), Path(self.destination), self.limits)
        return b"null"


class TextsJob(Struct, frozen=True, kw_only=True):
    """A job that reads graphs and the packed texts of head."""

    texts: str
    head: str
    base: str | None
    options: dict[str, Any]
    limits: dict[str, int]

    def access(self) -> Access:
        """Reads the texts and the graphs."""
        return Access((self.texts, self.head, *((self.base,) if self.base else ())))


class TwinsJob(TextsJob, frozen=True, kw_only=True, tag="twins"):
    """Finds twins of symbols, and of what is new since a base; answers with the core's JSON."""

    symbols: list[str] = []

    async def run(self, _environment: Environment) -> bytes:
        """Finds the twins."""
        _, raw = await graph.twins(
            Path(self.texts),
            None,
            Path(self.head),
            base=_path(self.base),
            symbols=self.symbols,
            options=self.options,
            limits=self.limits,
        )
        return raw


class ContentJob(TextsJob, frozen=True, kw_only=True, tag="content"):
    """Chooses the lines that a reviewer of a change needs; answers with the core's JSON."""

    async def run(self, _environment: Environment) -> bytes:
        """Chooses the lines."""
        _, raw = await graph.content(
            Path(self.texts),
            None,
            Path(self.head),
            base=_path(self.base),
            options=self.options,
            limits=self.limits,
        )
        return raw


class ProbeJob(Struct, frozen=True, tag="probe"):
    """Answers with the names of the protections that are in force in a child."""

    def access(self) -> Access:
        """Needs no files."""
        return Access()

    async def run(self, environment: Environment) -> bytes:
        """Names the protections."""
        return msgspec.json.encode(environment.in_force)


AnyJob = (
    BuildJob
    | ImpactJob
    | ValidateJob
    | ExcerptsJob
    | FileExcerptsJob
    | PackJob
    | TwinsJob
    | ContentJob
    | ProbeJob
)


def _path(name: str | None) -> Path | None:
    return Path(name) if name else None
