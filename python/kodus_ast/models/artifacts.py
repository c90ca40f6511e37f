"""Files of the artefact store, as the `Artifacts` port returns them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """A file that was written to or read from `Artifacts`; `sha256` in hexadecimal."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ListedArtifact:
    """A file of `Artifacts` as listed, without its content."""

    name: str
    size_bytes: int
    written_at: datetime
