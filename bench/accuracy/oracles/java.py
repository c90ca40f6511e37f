"""javac as an oracle."""

import subprocess
from pathlib import Path

from accuracy.corpora import BUILD, Repository


def write(folder: Path, repository: Repository, to: Path) -> None:
    """Writes what javac says of the calls in `folder`. Nothing is on its class path: the rest is unknown."""
    _ask("Oracle", folder, repository, to)


def write_uses(folder: Path, repository: Repository, to: Path) -> None:
    """Writes what javac says of the identifiers in `folder`."""
    _ask("Uses", folder, repository, to)


def _ask(program: str, folder: Path, repository: Repository, to: Path) -> None:
    classes = BUILD / "java" / "classes"
    classes.mkdir(parents=True, exist_ok=True)
    exports = ("--add-exports", "jdk.compiler/com.sun.tools.javac.tree=ALL-UNNAMED")
    sources = sorted(Path(__file__).parent.glob("java*.java"))
    subprocess.run(["javac", "-d", classes, *exports, *sources], check=True, timeout=300)
    roots = repository.options.get("roots", ["."])
    assert isinstance(roots, list)
    command = ["java", "-Xmx4g", "-Xss16m", *exports, "-cp", classes, program, folder, *roots]
    with to.open("w") as out:
        subprocess.run(command, check=True, timeout=1800, stdout=out)
