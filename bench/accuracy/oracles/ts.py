"""The TypeScript checker as an oracle, for TypeScript and JavaScript."""

import subprocess
from pathlib import Path

from accuracy.corpora import Repository, tools, unpacked


def write(folder: Path, _: Repository, to: Path) -> None:
    """Writes what the checker says of the calls in `folder`; a failure of it is an error."""
    _ask("ts.cjs", folder, to)


def write_uses(folder: Path, _: Repository, to: Path) -> None:
    """Writes what the checker says of the identifiers in `folder`."""
    _ask("ts_uses.cjs", folder, to)


def _ask(program: str, folder: Path, to: Path) -> None:
    modules = unpacked("ts", "tools", tools("ts")) / "node_modules"
    with to.open("w") as out:
        subprocess.run(
            ["node", "--max-old-space-size=6000", Path(__file__).with_name(program), modules, folder],
            check=True,
            timeout=1800,
            stdout=out,
        )
