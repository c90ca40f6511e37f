"""What Python's identifiers name, as pyright's language server says it."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accuracy.corpora import Repository, tools, unpacked
from accuracy.oracles.python_uses.declarations import Declaration, Declarations, declarations
from accuracy.oracles.python_uses.language_server import LanguageServer, Position
from accuracy.oracles.python_uses.names import Name, Source, names

Where = tuple[Path, Position]
READ = frozenset({"value", "field", "enum_member"})


def write(folder: Path, repository: Repository, to: Path) -> None:
    """Writes what pyright says of the identifiers in `folder`.

    Of the repository's options it takes `roots`, what is put on the path. What its packages need is not
    installed: what is typed by it is unknown.
    """
    modules = unpacked("python", "tools", tools("python")) / "node_modules"
    command: list[str | Path] = [
        "node",
        "--max-old-space-size=4000",
        modules / "pyright" / "langserver.index.js",
        "--stdio",
    ]
    roots = repository.options["roots"]
    assert isinstance(roots, list)
    analysis = {
        "diagnosticMode": "openFilesOnly",
        "typeCheckingMode": "off",
        "extraPaths": [str(folder / root) for root in roots],
        "exclude": [],
        "indexing": False,
    }
    files = {path: read for path in sorted(folder.rglob("*.py")) if (read := _read(path))}
    log = to.with_suffix(".log")
    with LanguageServer(command, folder, {"python.analysis": analysis}, log) as client:
        answers = dict(_asked(client, files))
    with to.open("w") as out:
        for row in _Rows(folder, files, answers).all():
            out.write(json.dumps(row) + "\n")


@dataclass(frozen=True)
class _File:
    text: str
    names: list[Name]
    declared: Declarations


def _read(path: Path) -> _File | None:
    try:
        text = path.read_text()
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    source = Source(text)
    return _File(text, names(source, tree), declarations(source, tree))


def _asked(server: LanguageServer, files: dict[Path, _File]) -> Iterator[tuple[Where, list[Where]]]:
    """Where what each identifier names is declared."""
    for path, file in files.items():
        server.open(path, file.text)
        places = [(name.line, name.column) for name in file.names if name.is_known]
        for place, answer in zip(places, server.definitions(path, places), strict=True):
            yield (path, place), answer
        server.close(path)


class _Rows:
    def __init__(self, folder: Path, files: dict[Path, _File], answers: dict[Where, list[Where]]) -> None:
        self._folder = folder
        self._files = files
        self._answers = answers

    def all(self) -> Iterator[dict[str, Any]]:
        """The rows of every file."""
        for path, file in self._files.items():
            yield {"path": self._relative(path), "verdict": "read"}
            for name in file.names:
                if row := self._row(path, name):
                    yield row

    def _row(self, path: Path, name: Name) -> dict[str, Any] | None:
        row = {"path": self._relative(path), "line": name.line, "name": name.name, "form": name.form}
        row |= {"kind": "", "use": name.use, "verdict": "unknown", "targets": []}
        if not name.is_known:
            return row
        here = (path, (name.line, name.column))
        answer = self._answers[here]
        if not answer:
            return None if name.use == "literal" else row
        declared = [(where, one) for where in answer if (one := self._declared(where))]
        if name.is_declaration or not declared or self._only_declares(here, declared):
            return None
        kind = declared[0][1].kind
        if name.use == "literal" and kind != "field":
            return None
        targets = [self._target(where[0], one) for where, one in declared]
        for where, _ in declared:
            targets += self._built(where, set()) if name.use == "call" else []
            targets += self._handed(where)
        use = name.use or ("read" if kind in READ or self._is_property(declared[0][0]) else "reference")
        unique = list({(t["path"], t["line"], t["name"]): t for t in targets}.values())
        return row | {"kind": kind, "use": use, "verdict": "inside", "targets": unique}

    def _declared(self, where: Where) -> Declaration | None:
        file = self._files.get(where[0])
        return file.declared.at.get(where[1]) if file else None

    def _only_declares(self, here: Where, declared: list[tuple[Where, Declaration]]) -> bool:
        """Is it the first assignment of a field? The others write to what that one declares."""
        first = min(declared, key=lambda d: (d[1].rank, d[0][0] != here[0], d[1].line))
        return first[0] == here

    def _built(self, where: Where, seen: set[Where]) -> list[dict[str, Any]]:
        """The constructors that a call of a class runs: its own, or else those of its bases."""
        file = self._files.get(where[0])
        made = file.declared.classes.get(where[1]) if file else None
        if not made or where in seen:
            return []
        seen.add(where)
        if any(one.name != "__post_init__" for one in made.constructors):
            return [self._target(where[0], one) for one in made.constructors]
        bases = [base for place in made.bases for base in self._answers.get((where[0], place), [])]
        own = [self._target(where[0], one) for one in made.constructors]
        return own + [target for base in bases for target in self._built(base, seen)]

    def _handed(self, where: Where) -> list[dict[str, Any]]:
        """What a variable stands for that is assigned a name: `name = other`."""
        file = self._files.get(where[0])
        place = file.declared.values.get(where[1]) if file else None
        answer = self._answers.get((where[0], place), []) if place else []
        return [self._target(other[0], one) for other in answer if (one := self._declared(other))]

    def _is_property(self, where: Where) -> bool:
        return where[1] in self._files[where[0]].declared.properties

    def _target(self, path: Path, declared: Declaration) -> dict[str, Any]:
        return {"path": self._relative(path), "line": declared.line, "name": declared.name}

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()
