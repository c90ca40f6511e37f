"""The TypeScript checker as an oracle, for TypeScript and JavaScript."""

import subprocess
from pathlib import Path

from accuracy.corpora import Repository, tools, unpacked


def write(folder: Path, _: Repository, to: Path) -> None:
    """Writes what the checker says of the calls in `folder`; a failure of it is an error."""
    modules = unpacked("ts", "tools", tools("ts")) / "node_modules"
    program = Path(__file__).with_suffix(".cjs")
    with to.open("w") as out:
        subprocess.run(
            ["node", "--max-old-space-size=6000", program, modules, folder],
            check=True,
            timeout=1800,
            stdout=out,
        )
