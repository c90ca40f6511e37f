"""What is measured: repositories made of pinned packages, one table a language, fetched into build/."""

import hashlib
import shutil
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from accuracy.corpora.registries import REGISTRIES

HERE = Path(__file__).parent
BUILD = HERE.parent.parent.parent / "build" / "accuracy"


@dataclass(frozen=True)
class Package:
    """A pinned archive, and which part of it goes where in a repository."""

    registry: str
    name: str
    version: str
    sha256: str
    """Of the archive that the registry gives."""
    into: str = "."
    keep: tuple[str, ...] = ()
    """Files and folders below the archive's only folder; none: all of them."""
    leave: tuple[str, ...] = ()


@dataclass(frozen=True)
class Repository:
    """What is built as one graph."""

    name: str
    style: str
    """Application, library or framework, in the words of the report."""
    packages: tuple[Package, ...]
    options: dict[str, object]
    """What the oracle wants to know besides, see there."""


def repositories(language: str) -> tuple[Repository, ...]:
    """The repositories of `corpora/<language>.toml`."""
    return repositories_in(HERE / f"{language}.toml")


def repositories_in(file: Path) -> tuple[Repository, ...]:
    """The repositories that a table in TOML lists."""
    table = tomllib.loads(file.read_text())
    return tuple(
        Repository(one["name"], one["style"], _packages(one["packages"]), one.get("options", {}))
        for one in table["repositories"]
    )


def tools(language: str) -> tuple[Package, ...]:
    """What the language's oracle runs with, pinned too."""
    return _packages(tomllib.loads((HERE / f"{language}.toml").read_text()).get("tools", []))


def unpacked(language: str, name: str, packages: tuple[Package, ...]) -> Path:
    """The folder into which the packages are unpacked, anew if their pins have changed."""
    folder = BUILD / language / name
    print_of = hashlib.sha256(repr(packages).encode()).hexdigest()
    mark = BUILD / language / f".{name}.unpacked"
    if not folder.is_dir() or not mark.is_file() or mark.read_text() != print_of:
        shutil.rmtree(folder, ignore_errors=True)
        for package in packages:
            _unpack(_fetched(package), package, folder / package.into)
        mark.write_text(print_of)
    return folder


def _packages(table: list[dict[str, Any]]) -> tuple[Package, ...]:
    def fields(one: dict[str, Any]) -> dict[str, Any]:
        return {key: tuple(value) if isinstance(value, list) else value for key, value in one.items()}

    return tuple(Package(**fields(one)) for one in table)


def _fetched(package: Package) -> Path:
    archive = BUILD / "archives" / package.sha256
    if not archive.is_file():
        archive.parent.mkdir(parents=True, exist_ok=True)
        scratch = BUILD / "fetching"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        found = REGISTRIES[package.registry](package.name, package.version, scratch)
        got = hashlib.sha256(found.read_bytes()).hexdigest()
        if got != package.sha256:
            raise SystemExit(f"{package.name} {package.version}: the archive's sha256 is {got}")
        found.rename(archive)
        shutil.rmtree(scratch)
    return archive


def _unpack(archive: Path, package: Package, into: Path) -> None:
    with tarfile.open(archive) as tar:
        for member in tar:
            inside = PurePosixPath(*PurePosixPath(member.name).parts[1:])
            wanted = not package.keep or any(inside.is_relative_to(k) for k in package.keep)
            unwanted = any(inside.is_relative_to(k) for k in package.leave)
            if member.isfile() and wanted and not unwanted:
                member.name = inside.as_posix()
                member.mode = 0o644
                tar.extract(member, into, filter="data")
