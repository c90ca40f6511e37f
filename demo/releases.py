"""Make a git repository of two releases of a package from the registry, the same commits every time.

Source distributions are taken, because wheels have no tests. To download one, pip runs the package's build
backend for its metadata; kodus-ast itself runs nothing of the package.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
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
    versions = (asked.old, asked.new)
    archives = [source_distribution(asked.package, version, asked.build / "archives") for version in versions]
    shutil.rmtree(repository, ignore_errors=True)
    repository.mkdir(parents=True)
    git(repository, "init", "--quiet", "--initial-branch=main")
    for day, (version, archive) in enumerate(zip(versions, archives, strict=True), start=1):
        replace_tree(repository, archive)
        git(repository, "add", "--all")
        date = f"2025-01-{day:02}T12:00:00+00:00"
        git(repository, "commit", "--quiet", "--message", f"{asked.package} {version}", date=date)
        git(repository, "tag", version)
    print(repository)


def source_distribution(package: str, version: str, directory: Path) -> Path:
    """The source distribution of a release, downloaded once."""
    directory = directory / f"{package}-{version}"
    if not (found := sorted(directory.glob("*.tar.gz"))):
        print(f"downloading {package} {version}", file=sys.stderr)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--no-binary", ":all:", "--dest", str(directory), f"{package}=={version}"],
            check=True,
        )  # fmt: skip
        found = sorted(directory.glob("*.tar.gz"))
    return found[0]


def replace_tree(repository: Path, archive: Path) -> None:
    """Replaces the files of the repository by those of the archive, without its top folder."""
    for entry in repository.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    with tarfile.open(archive) as tar:
        for member in tar:
            path = PurePosixPath(*PurePosixPath(member.name).parts[1:])
            if member.isfile() and path.parts[:1] != (".git",):
                member.name = path.as_posix()
                tar.extract(member, repository, filter="data")


def git(repository: Path, *arguments: str, date: str = "2025-01-01T12:00:00+00:00") -> None:
    """git with a fixed identity, so that the commits of every run have the same ids."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = inherited | IDENTITY | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", *arguments]
    subprocess.run(command, cwd=repository, env=environment, check=True)


if __name__ == "__main__":
    main()
