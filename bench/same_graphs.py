"""Compare the graphs that two versions of the program build of the same packages.

`same_graphs.py export DIR [PACKAGE…]` writes one sorted text file per package, and `same_graphs.py compare
BEFORE AFTER` lists the rows that differ. The packages are those of same_graphs.toml; those of the accuracy
benchmark can be named too.
"""

import argparse
import filecmp
import json
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accuracy.corpora import HERE as TABLES
from accuracy.corpora import Repository, repositories, repositories_in, unpacked

HERE = Path(__file__).parent
TABLE = HERE / "same_graphs.toml"
PROGRAM = HERE.parent / ".venv" / "bin" / "kodus-ast"

Rows = dict[str, Counter[str]]
"""What is said under each key, with how often: an edge may stand twice on a line."""


@dataclass(frozen=True)
class Difference:
    """A key whose values differ between two exports."""

    package: str
    change: str
    """`added`, `removed` or `changed`."""
    key: str
    before: str
    after: str

    def __str__(self) -> str:
        values = f"\n    {self.before}\n    {self.after}" if self.change == "changed" else ""
        return f"  {self.change} {self.key}{values}"


@dataclass
class Accepted:
    """Differences that are wanted, with the reason. `*` in `row` stands for any text."""

    package: str
    change: str
    row: str
    count: int
    """How many differences the entry stands for; another number is an error."""
    reason: str
    matched: int = 0

    def matches(self, difference: Difference) -> bool:
        """Does the entry list this difference?"""
        pattern = ".*".join(re.escape(part) for part in self.row.split("*"))
        return (
            self.package in {difference.package, "*"}
            and self.change == difference.change
            and re.fullmatch(pattern, difference.key) is not None
        )


def main() -> None:
    """Exports or compares; exits with 1 when there are differences that are not accepted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True, dest="command")
    export = commands.add_parser("export", help="build the graphs and write them sorted")
    export.add_argument("directory", type=Path)
    export.add_argument(
        "packages", nargs="*", metavar="PACKAGE", help="all of same_graphs.toml if none is named"
    )
    export.add_argument("--program", type=Path, default=PROGRAM, help="the kodus-ast to run")
    compare = commands.add_parser("compare", help="list the rows that differ")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    compare.add_argument(
        "packages", nargs="*", metavar="PACKAGE", help="all that were exported if none is named"
    )
    compare.add_argument(
        "--accepted", type=Path, help="a TOML file of accepted differences, with their reasons"
    )
    compare.add_argument("--examples", type=int, default=20, help="differences to print per package")
    arguments = parser.parse_args()
    if arguments.command == "export":
        export_graphs(arguments.directory, arguments.packages, arguments.program.absolute())
    else:
        entries = read_accepted(arguments.accepted) if arguments.accepted else []
        good = same(arguments.before, arguments.after, arguments.packages, entries, arguments.examples)
        sys.exit(0 if good else 1)


def export_graphs(directory: Path, names: list[str], program: Path) -> None:
    """Writes `<package>.txt` into the directory for each package."""
    directory.mkdir(parents=True, exist_ok=True)
    for group, repository in chosen(names):
        folder = unpacked(group, repository.name, repository.packages)
        begin = time.monotonic()
        graph = directory / f"{repository.name}.json"
        subprocess.run(
            [program, "graph", folder, "--format", "json", "--output", graph],
            check=True, timeout=600, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        lines = sorted(rows_of(json.loads(graph.read_bytes())))
        graph.with_suffix(".txt").write_text("".join(f"{line}\n" for line in lines))
        graph.unlink()
        counts = Counter(line.split(" ", 1)[0] for line in lines)
        print(f"{repository.name}: {described(counts)} in {time.monotonic() - begin:.1f} s", flush=True)


def chosen(names: list[str]) -> Iterator[tuple[str, Repository]]:
    """The named repositories, each with the folder of build/accuracy that it is unpacked into."""
    own = [("graphs", repository) for repository in repositories_in(TABLE)]
    measured = [
        (table.stem, repository)
        for table in sorted(TABLES.glob("*.toml"))
        for repository in repositories(table.stem)
    ]
    wanted = tomllib.loads(TABLE.read_text())["accuracy"]
    if not names:
        yield from own
        yield from (one for one in measured if one[1].name in wanted.get(one[0], []))
        return
    known = {repository.name: (group, repository) for group, repository in [*measured, *own]}
    if unknown := set(names) - known.keys():
        sys.exit(f"no such package: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    yield from (known[name] for name in names)


def rows_of(graph: dict[str, Any]) -> Iterator[str]:
    """Each element of the graph as `<key> TAB <rest as JSON>`; the program's version is left out."""
    for one in graph["nodes"]:
        yield row(f"node {one.pop('id')}", one)
    for one in graph["edges"]:
        key = f"edge {one.pop('kind')} {one.pop('from')} -> {one.pop('to')} :{one.pop('line')}"
        del one["path"]  # it is that of `from`
        yield row(key, one)
    for one in graph["external"]:
        yield row(f"external {one.pop('from')} {one.pop('name')} :{one.pop('line')}", one)
    for one in graph["unresolved"]:
        one["candidates"].sort()
        yield row(f"unresolved {one.pop('from')} {one.pop('name')} :{one.pop('line')}", one)
    for one in graph["skipped"]:
        yield row(f"skipped {one.pop('path')}", one)
    for language, files in graph["meta"]["languages"].items():
        yield row(f"language {language}", {"files": files})


def row(key: str, rest: dict[str, Any]) -> str:
    """One line of an export."""
    flat = re.sub(r"[\t\r\n]", " ", key)
    return f"{flat}\t{json.dumps(rest, sort_keys=True, ensure_ascii=True)}"


def same(before: Path, after: Path, packages: list[str], entries: list[Accepted], examples: int) -> bool:
    """Prints what differs; whether all of it is accepted and each entry of the list was met."""
    names = packages or sorted({file.stem for folder in (before, after) for file in folder.glob("*.txt")})
    if not names:
        sys.exit("there is nothing to compare; run 'export' first")
    good = True
    for name in names:
        files = [folder / f"{name}.txt" for folder in (before, after)]
        if missing := [str(file) for file in files if not file.is_file()]:
            print(f"{name}: no such export: {', '.join(missing)}")
            good = False
            continue
        found = list(differences(name, *files))
        new = [one for one in found if not accepted(one, entries)]
        good = good and not new
        print(f"{name}: {summary(found, new)}")
        for one in new[:examples]:
            print(one)
        if len(new) > examples:
            print(f"  … and {len(new) - examples} more")
    for entry in entries:
        if entry.package in {*names, "*"} and entry.matched != entry.count:
            print(f"accepted {entry.change} {entry.row}: {entry.matched} differences, expected {entry.count}")
            good = False
    return good


def differences(package: str, before: Path, after: Path) -> Iterator[Difference]:
    """The keys with other values, in order."""
    if filecmp.cmp(before, after, shallow=False):
        return
    old, new = read(before), read(after)
    for key in sorted(old.keys() | new.keys()):
        gone, come = old.get(key, Counter()), new.get(key, Counter())
        if gone != come:
            change = "added" if not gone else "removed" if not come else "changed"
            yield Difference(
                package, change, key, " ".join((gone - come).elements()), " ".join((come - gone).elements())
            )


def read(file: Path) -> Rows:
    """The rows of an export by key."""
    rows: Rows = {}
    for line in file.read_text().split("\n")[:-1]:
        key, value = line.split("\t")
        rows.setdefault(key, Counter())[value] += 1
    return rows


def read_accepted(file: Path) -> list[Accepted]:
    """The entries of `[[accepted]]` tables; `count` is 1 unless given."""
    return [Accepted(**{"count": 1, **one}) for one in tomllib.loads(file.read_text()).get("accepted", [])]


def accepted(difference: Difference, entries: list[Accepted]) -> bool:
    """Is the difference listed? It counts for the first entry that lists it."""
    entry = next((one for one in entries if one.matches(difference)), None)
    if entry is None:
        return False
    entry.matched += 1
    return True


def summary(found: list[Difference], new: list[Difference]) -> str:
    """The number of differences by kind of row and of change."""
    if not found:
        return "same"
    counts = Counter(f"{one.change} {one.key.split(' ', 1)[0]}" for one in found)
    return f"{described(counts)}; {len(found) - len(new)} of {len(found)} accepted"


def described(counts: Counter[str]) -> str:
    """Counts in one line."""
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))


if __name__ == "__main__":
    main()
