"""What is measured: what an oracle says, asked anew when it changed, and our graph of a repository."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from accuracy.corpora import BUILD, Repository, tools, unpacked
from accuracy.oracles import CALLS, USES

ORACLES = {"calls": CALLS, "uses": USES}
"""The oracles of each measure, by language."""


def files(language: str, repository: Repository) -> Path:
    """What the names of a repository's files in build/accuracy begin with."""
    return BUILD / language / repository.name


def sites(measure: str, language: str, repository: Repository) -> Path:
    """What the oracle says of the repository; it is asked once for each of its versions."""
    folder = unpacked(language, repository.name, repository.packages)
    base = files(language, repository)
    said = base.with_name(f"{base.name}.{measure}.jsonl")
    mark = base.with_name(f"{base.name}.{measure}.asked")
    version = _version(measure, language, repository)
    if not said.is_file() or not mark.is_file() or mark.read_text() != version:
        ORACLES[measure][language](folder, repository, said)
        mark.write_text(version)
    return said


def graph(language: str, repository: Repository) -> Path:
    """The graph that the program makes of it now."""
    folder = unpacked(language, repository.name, repository.packages)
    base = files(language, repository)
    made = base.with_name(f"{base.name}.graph.json")
    program = shutil.which("kodus-ast", path=str(Path(sys.executable).parent))
    assert program, "the project is not installed: make dev"
    subprocess.run([program, "graph", folder, "-o", made], check=True, timeout=600, stdout=subprocess.DEVNULL)
    return made


def _version(measure: str, language: str, repository: Repository) -> str:
    """Of all that an oracle is made of: its own files, and those of its language that it shares."""
    oracles = Path(__file__).parent / "oracles"
    parts = [*oracles.glob(f"{language}.*"), *oracles.glob(f"{language}_program.*")]
    parts += [*oracles.glob(f"{language}_program/*.*"), *oracles.glob(f"{language}_calls/*.*")]
    if measure == "uses":
        parts += [*oracles.glob(f"{language}_uses.*"), *oracles.glob(f"{language}_uses/*.*")]
    pins = repr((repository, tools(language)))
    text = b"".join(p.read_bytes() for p in sorted(parts) if p.is_file()) + pins.encode()
    return hashlib.sha256(text).hexdigest()
