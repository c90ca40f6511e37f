"""The Rust boundary as Python sees it; held true by mypy.stubtest. All JSON is UTF-8 bytes."""

from typing import final

__all__ = [
    "GraphCoreError",
    "Progress",
    "build",
    "confine",
    "content",
    "excerpts",
    "export",
    "impact",
    "languages",
    "limits",
    "neighbours",
    "overlap",
    "pack",
    "path",
    "twins",
    "validate",
]

class GraphCoreError(Exception):
    """`args` is `(message, code)`."""

@final
class Progress:
    def __new__(cls) -> Progress: ...
    def snapshot(self) -> tuple[str, int, int]: ...
    def cancel(self) -> None: ...

def build(
    root: str,
    commit: str | None,
    artifact: str,
    base: str | None = None,
    threads: int = 0,
    limits: bytes = ...,
    progress: Progress | None = None,
    guard: bytes = ...,
    undo: str | None = None,
) -> bytes: ...
def confine(readable: list[str], writable: list[str]) -> list[str]: ...
def impact(base: str, head: str, options: bytes = ...) -> bytes: ...
def export(artifact: str, destination: str, format: str, meta: bytes = ...) -> None: ...
def neighbours(artifact: str, symbol: str, direction: str, depth: int, min_confidence: float) -> bytes: ...
def path(artifact: str, start: str, end: str, min_confidence: float) -> bytes: ...
def pack(root: str, commit: str | None, artifact: str, destination: str, limits: bytes = ...) -> None: ...
def twins(
    root: str,
    commit: str | None,
    head: str,
    base: str | None = None,
    symbols: list[str] = ...,
    options: bytes = ...,
    limits: bytes = ...,
) -> bytes: ...
def content(
    root: str,
    commit: str | None,
    head: str,
    base: str | None = None,
    options: bytes = ...,
    limits: bytes = ...,
) -> bytes: ...
def overlap(base: str, one: str, other: str, options: bytes = ...) -> bytes: ...
def excerpts(
    root: str, commit: str | None, ranges: bytes, undo: str | None = None, limits: bytes = ...
) -> bytes: ...
def validate(paths: list[str], limits: bytes = ...) -> bytes: ...
def limits() -> bytes: ...
def languages() -> bytes: ...
