"""Registries: how a package's archive is had from each, by its own client; one line of the table each."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def npm(name: str, version: str, into: Path) -> Path:
    """The tarball of an npm package."""
    _run(into, "npm", "pack", "--silent", f"{name}@{version}")
    return next(into.glob("*.tgz"))


def pypi(name: str, version: str, into: Path) -> Path:
    """The source distribution of a Python package."""
    _run(into, sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
         f"{name}=={version}")  # fmt: skip
    return next(into.glob("*.tar.gz"))


def debian(name: str, version: str, into: Path) -> Path:
    """The upstream tarball of a Debian source package. The system's package lists stay as they are."""
    lists = into.parent / "apt" / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    sources = into.parent / "apt" / "sources.list"
    options = [
        f"Dir::Etc::sourcelist={sources}",
        "Dir::Etc::sourceparts=/dev/null",
        f"Dir::State::lists={lists}",
        "APT::Sandbox::User=root",  # whose folder it is
    ]
    apt = ["apt-get", "--quiet=2", *(part for option in options for part in ("--option", option))]
    if not sources.is_file():
        known = _run(into, "apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) main",
                     "Created-By: Packages", "Origin: Debian")  # fmt: skip
        keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
        sources.write_text(
            "".join(f"deb-src [signed-by={keys}] {line}\n" for line in sorted(set(known.split("\n"))) if line)
        )
        _run(into, *apt, "update")
    _run(into, *apt, "--download-only", "--tar-only", "source", name)
    return next(into.glob(f"*_{version}.orig.tar.*"))


def deb(name: str, version: str, into: Path) -> Path:
    """What a Debian package installs, as a tar archive."""
    _run(into, "apt-get", "--quiet=2", "--option", "APT::Sandbox::User=root", "download", f"{name}={version}")
    installed = into / f"{name}.tar"
    with installed.open("wb") as out:
        subprocess.run(
            ["dpkg-deb", "--fsys-tarfile", next(into.glob("*.deb"))], check=True, timeout=600, stdout=out
        )
    return installed


def crates(name: str, version: str, into: Path) -> Path:
    """A crate as it is published; cargo fetches it to tell of it."""
    _run(into, "cargo", "info", "--quiet", f"{name}@{version}")
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    fetched = next((home / "registry" / "cache").glob(f"*/{name}-{version}.crate"))
    return Path(shutil.copy(fetched, into))


REGISTRIES: dict[str, Callable[[str, str, Path], Path]] = {
    "npm": npm,
    "pypi": pypi,
    "debian": debian,
    "deb": deb,
    "crates": crates,
}


def _run(folder: Path, *command: str | Path) -> str:
    return subprocess.run(
        command, cwd=folder, check=True, timeout=600, stdout=subprocess.PIPE, text=True
    ).stdout
