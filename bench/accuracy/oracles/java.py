"""javac as an oracle."""

import subprocess
from pathlib import Path

from accuracy.corpora import BUILD, Repository


def write(folder: Path, repository: Repository, to: Path) -> None:
    """Writes what javac says of the calls in `folder`. Nothing is on its class path: the rest is unknown."""
    classes = BUILD / "java" / "classes"
    classes.mkdir(parents=True, exist_ok=True)
    exports = ("--add-exports", "jdk.compiler/com.sun.tools.javac.tree=ALL-UNNAMED")
    program = Path(__file__).with_suffix(".java")
    subprocess.run(["javac", "-d", classes, *exports, program], check=True, timeout=300)
    roots = repository.options.get("roots", ["."])
    assert isinstance(roots, list)
    command = ["java", "-Xmx4g", "-Xss16m", *exports, "-cp", classes, "Oracle", folder, *roots]
    with to.open("w") as out:
        subprocess.run(command, check=True, timeout=1800, stdout=out)
