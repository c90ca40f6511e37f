"""Malformed git packs, written byte by byte (gitformat-pack)."""

import hashlib
import zlib

COMMIT, TREE, BLOB, OFFSET_DELTA, REFERENCE_DELTA = 1, 2, 3, 6, 7
WORDS = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob"}


def object_id(kind: int, content: bytes) -> str:
    return hashlib.sha1(WORDS[kind] + b" %d\0" % len(content) + content).hexdigest()


def header(kind: int, size: int) -> bytes:
    said = [kind << 4 | size & 15]
    size >>= 4
    while size:
        said[-1] |= 128
        said.append(size & 127)
        size >>= 7
    return bytes(said)


def entry(kind: int, content: bytes, before: bytes = b"") -> bytes:
    """An object, or a delta with what it is upon."""
    return header(kind, len(content)) + before + zlib.compress(content)


def pack(*entries: bytes, count: int | None = None) -> bytes:
    said = (
        b"PACK" + (2).to_bytes(4) + (len(entries) if count is None else count).to_bytes(4) + b"".join(entries)
    )
    return said + hashlib.sha1(said).digest()


def number(value: int) -> bytes:
    """As deltas write sizes."""
    said = bytearray()
    while value > 127:
        said.append(value & 127 | 128)
        value >>= 7
    return bytes([*said, value])


def back(distance: int) -> bytes:
    """As deltas write where the object that they are upon begins."""
    said = [distance & 127]
    while distance := distance >> 7:
        distance -= 1
        said.insert(0, distance & 127 | 128)
    return bytes(said)


def copies(size: int, times: int) -> bytes:
    """A delta: all of an object of that size, so many times."""
    pieces = [(start, min(0xFFFFFF, size - start)) for start in range(0, size, 0xFFFFFF)]
    once = b"".join(
        b"\xff" + start.to_bytes(4, "little") + length.to_bytes(3, "little") for start, length in pieces
    )
    return number(size) + number(size * times) + once * times


def growing(doublings: int) -> bytes:
    """64 KiB of nothing, and that twice, and that twice, …: each a delta of a few bytes."""
    entries, size = [entry(BLOB, b"\0" * 65_536)], 65_536
    for _ in range(doublings):
        entries.append(entry(OFFSET_DELTA, copies(size, 2), back(len(entries[-1]))))
        size *= 2
    return pack(*entries)
