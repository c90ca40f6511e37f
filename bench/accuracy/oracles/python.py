"""CPython as an oracle: what calls call while a package's own tests run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from accuracy.corpora import BUILD, Repository

PYTEST = [
    *("-m", "pytest", "-q", "--tb=short", "--assert=plain"),
    *("-p", "no:cacheprovider", "-p", "python_calls.plugin"),
]
CONFIGURATIONS = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


def write(folder: Path, repository: Repository, to: Path) -> None:
    """Runs the tests of the package in a copy of `folder` and an environment of its own.

    Options of the repository: `requirements`, pinned; `tests`, pytest's arguments; `roots`, what is put on
    the path; `passing`, how many tests must pass, so that a suite that breaks is not taken for a small one.
    """
    options = repository.options
    copy = BUILD / "python" / f"{repository.name}.running"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    if not any(_configures(copy / name) for name in CONFIGURATIONS):
        # Else pytest looks further up, and takes what is ours.
        (copy / "pytest.ini").touch()
    program = environment(repository.name, _texts(options["requirements"]))
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(copy),
        "LANG": "C.UTF-8",
        "CALLS_ROOT": str(copy),
        "CALLS_OUT": str(to),
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).parent), *(str(copy / root) for root in _texts(options["roots"]))]
        ),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
    to.unlink(missing_ok=True)
    with to.with_suffix(".tests.txt").open("w") as log:
        subprocess.run(
            [program, *PYTEST, *_texts(options["tests"])],
            check=False, cwd=copy, env=variables, stdout=log, stderr=subprocess.STDOUT, timeout=1800,
        )  # fmt: skip
    passed = max(
        int(n) for n in ["0", *re.findall(r"(\d+) passed", Path(log.name).read_text(errors="replace"))]
    )
    if not to.is_file() or passed < int(str(options["passing"])):
        raise SystemExit(f"python {repository.name}: {passed} tests passed, see {log.name}")


def environment(name: str, requirements: list[str]) -> Path:
    """The interpreter of an environment with the requirements."""
    venv = BUILD / "python" / f"{name}.venv"
    mark = venv / ".requirements"
    if not mark.is_file() or mark.read_text() != "\n".join(requirements):
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True, timeout=300)
        install = [
            str(venv / "bin" / "pip"),
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        subprocess.run([*install, *requirements], check=True, timeout=600)
        mark.write_text("\n".join(requirements))
    return venv / "bin" / "python"


def _configures(file: Path) -> bool:
    text = file.read_text(errors="replace") if file.is_file() else ""
    return any(section in text for section in ("[pytest", "pytest]", "tool.pytest"))


def _texts(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(one) for one in value]
