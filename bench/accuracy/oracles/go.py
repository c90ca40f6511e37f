"""go/types as an oracle."""

import shutil
import subprocess
from pathlib import Path

from accuracy import MissingToolError
from accuracy.corpora import BUILD, Repository, tools, unpacked

SYSTEMS = ("linux", "windows", "darwin")
SOURCES = Path(__file__).parent / "go_program"


def write(folder: Path, repository: Repository, to: Path) -> None:
    """Writes what go/types says of the calls in `folder`, whose go.mod names the option `module`."""
    _ask("calls", folder, repository, to)


def write_uses(folder: Path, repository: Repository, to: Path) -> None:
    """Writes what go/types says of the identifiers in `folder`."""
    _ask("uses", folder, repository, to)


def _ask(what: str, folder: Path, repository: Repository, to: Path) -> None:
    """Writes calls or uses.

    It is asked for several operating systems, and for Linux with the build tags of the option `tags`. A
    package that cannot be had leaves what is typed by it unknown.
    """
    go = shutil.which("go")
    if not go:
        raise MissingToolError("Go 1.19 or newer is needed: Debian's package golang-go")
    program = BUILD / "go" / "go_program"
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(BUILD / "go"),
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
    }
    subprocess.run([go, "build", "-o", program, "."], cwd=SOURCES, env=environment, check=True, timeout=600)
    besides = unpacked("go", "tools", tools("go")) / "share" / "gocode" / "src"
    with to.open("w") as out:
        tags = repository.options.get("tags", [])
        assert isinstance(tags, list)
        configurations = [*SYSTEMS, *(f"linux,{tag}" for tag in tags)]
        module = str(repository.options["module"])
        subprocess.run(
            [program, what, folder, module, besides, *configurations], check=True, timeout=1200, stdout=out
        )
