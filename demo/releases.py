"""Makes a git repository of two releases of a package from the registry, the same commits every time.

Only wheels are taken, and only unpacked: a source distribution would run its build backend to be downloaded.
"""

import argparse
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

IDENTITY = {
    "GIT_AUTHOR_NAME": "kodus-ast demo",
    "GIT_AUTHOR_EMAIL": "demo@localhost",
    "GIT_COMMITTER_NAME": "kodus-ast demo",
    "GIT_COMMITTER_EMAIL": "demo@localhost",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def main() -> None:
    """Downloads what is missing, then builds the repository anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package")
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--build", type=Path, default=Path("build/demo"))
    asked = parser.parse_args()
    repository = asked.build / f"{asked.package}-{asked.old}-{asked.new}"
    wheels = [wheel(asked.package, version, asked.build / "wheels") for version in (asked.old, asked.new)]
    shutil.rmtree(repository, ignore_errors=True)
    repository.mkdir(parents=True)
    git(repository, "init", "--quiet", "--initial-branch=main")
    for day, (version, file) in enumerate(zip((asked.old, asked.new), wheels, strict=True), start=1):
        replace_tree(repository, file)
        git(repository, "add", "--all")
        date = f"2025-01-{day:02}T12:00:00+00:00"
        git(repository, "commit", "--quiet", "--message", f"{asked.package} {version}", date=date)
        git(repository, "tag", version)
    print(repository)


def wheel(package: str, version: str, directory: Path) -> Path:
    """The wheel of a release, downloaded once."""
    directory = directory / f"{package}-{version}"
    if found := sorted(directory.glob("*.whl")):
        return found[0]
    print(f"downloading {package} {version}", file=sys.stderr)
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary", ":all:", "--dest", str(directory), f"{package}=={version}"],
        check=True,
    )  # fmt: skip
    return next(directory.glob("*.whl"))


def replace_tree(repository: Path, file: Path) -> None:
    """The files of the wheel instead of all that stood there; its metadata aside."""
    for entry in repository.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            path = PurePosixPath(member.filename)
            if member.is_dir() or path.is_absolute() or ".." in path.parts or path.parts[0] == ".git":
                continue
            if path.parts[0].endswith((".dist-info", ".data")):
                continue
            target = repository.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(member))


def git(repository: Path, *arguments: str, date: str = "2025-01-01T12:00:00+00:00") -> None:
    """git with a fixed identity, so that the commits of every run have the same ids."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = inherited | IDENTITY | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", *arguments]
    subprocess.run(command, cwd=repository, env=environment, check=True)


if __name__ == "__main__":
    main()
