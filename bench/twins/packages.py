"""The pinned packages: fetched by the clients of their registries, checked by content, read by the core."""

import asyncio
import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from corpus import BUILD
from kodus_ast import graph

PLACE = BUILD / "twins"


@dataclass(frozen=True)
class Package:
    """A release of a package, and the folder of it that is read."""

    name: str
    client: str
    file: str
    sha256: str
    folder: str


@dataclass(frozen=True)
class Written:
    """A function as it is written in a package."""

    package: str
    name: str
    kind: str
    text: str
    """From its first line to its last, at no indentation."""


PACKAGES: dict[str, tuple[Package, Package]] = {
    "python": (
        Package("django==5.2", "pip", "Django-5.2-py3-none-any.whl",
                "91ceed4e3a6db5aedced65e3c8f963118ea9ba753fc620831c77074e620e7d83", "django"),
        Package("celery==5.4.0", "pip", "celery-5.4.0-py3-none-any.whl",
                "369631eb580cf8c51a82721ec538684994f8277637edde2dfc0dacd73ed97f64", "celery"),
    ),
    "typescript": (
        Package("effect@3.10.0", "npm", "effect-3.10.0.tgz",
                "624f9620d493535bdaff102720f4425be541f94f90be0e356e93af85bdb68799", "package/src"),
        Package("rxjs@7.8.1", "npm", "rxjs-7.8.1.tgz",
                "c532167725ab7d085123209156c93cef22f2479cb9c8527060f1cd903aa9d149", "package/src"),
    ),
    "java": (
        Package("react-native@0.60.0", "npm", "react-native-0.60.0.tgz",
                "cb28d650503523e7ffeac291d2bd50d1fbdaa2223c6d283bd852e76d769f02bf",
                "package/ReactAndroid/src/main"),
        Package("@capacitor/android@3.9.0", "npm", "capacitor-android-3.9.0.tgz",
                "5813b86793c965974317337c49bdb05634856c780b2c2c1102fc91bcefebdb5b", "package/capacitor"),
    ),
}  # fmt: skip


def functions(package: Package, language: str) -> list[Written]:
    """Every function of the package of at least 8 lines that is no test, in order."""
    root = _unpacked(package) / package.folder
    stored = PLACE / f"{package.file}.graph"
    asyncio.run(graph.build(root, None, stored))
    listed = PLACE / f"{package.file}.json"
    asyncio.run(graph.export(stored, listed, "json", {}))
    found = []
    lines: dict[str, list[str]] = {}
    for node in json.loads(listed.read_bytes())["nodes"]:
        if node["kind"] not in {"function", "method"} or node["test"] or node["language"] != language:
            continue
        path = node["path"]
        if path not in lines:
            lines[path] = (root / path).read_text(errors="replace").splitlines()
        own = lines[path][node["start_line"] - 1 : node["end_line"]]
        if len(own) >= 8:
            found.append(Written(package.name, node["name"], node["kind"], _flush(own)))
    return found


def _flush(lines: list[str]) -> str:
    margin = len(lines[0]) - len(lines[0].lstrip())
    rest = (line[min(margin, len(line) - len(line.lstrip())) :] for line in lines[1:])
    return "\n".join((lines[0].lstrip(), *rest)) + "\n"


def _unpacked(package: Package) -> Path:
    PLACE.mkdir(parents=True, exist_ok=True)
    archive = PLACE / package.file
    if not archive.exists():
        print(f"downloading {package.name}", file=sys.stderr)
        command = {
            "pip": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
                    "--dest", str(PLACE), package.name],
            "npm": ["npm", "pack", "--silent", "--pack-destination", str(PLACE), package.name],
        }[package.client]  # fmt: skip
        subprocess.run(command, check=True, timeout=600, stdout=subprocess.DEVNULL)
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == package.sha256, package.name
    place = PLACE / archive.stem
    if not place.exists():
        if package.client == "pip":
            # Its content is pinned.
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(place)  # noqa: S202
        else:
            with tarfile.open(archive) as tar:
                tar.extractall(place, filter="data")
    return place
