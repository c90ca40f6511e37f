"""`make twins`: what is found of the labelled set, as a table, and whether it keeps what is promised."""

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kodus_ast import graph
from kodus_ast.models.twins import Twin
from twins.pairs import ENDINGS, Label, Pair, pairs, written_out

RECALL: dict[Label, float] = {"type 1": 0.95, "type 2": 0.95, "type 3": 0.85}
PRECISION = 0.95


def reported(made: Sequence[Pair], folder: Path) -> tuple[list[Twin | None], int, float]:
    """For each pair the twin that was reported of its first; how many were of other origin; seconds."""
    paths = written_out(list(made), folder)
    stored, listed = folder / "graph", folder / "graph.json"
    asyncio.run(graph.build(folder, None, stored))
    asyncio.run(graph.export(stored, listed, "json", {}))
    outermost: dict[str, str] = {}
    for node in json.loads(listed.read_bytes())["nodes"]:
        if node["kind"] in {"function", "method", "constructor"}:
            outermost.setdefault(node["path"], node["id"])
    asked = [outermost[one] for one, _ in paths if one in outermost]
    begun = time.perf_counter()
    answer, _ = asyncio.run(graph.twins(folder, None, stored, symbols=asked, options={"most": 1000}))
    seconds = time.perf_counter() - begun
    twins = {one.symbol.path: one.twins for one in answer.functions}
    origin: dict[str, str] = {}
    for pair, (one, other) in zip(made, paths, strict=True):
        origin |= {one: pair.one, other: pair.other if pair.label == "none" else pair.one}
    found: list[Twin | None] = []
    beside = 0
    for one, other in paths:
        mine = twins.get(one, [])
        found.append(next((twin for twin in mine if twin.symbol.path == other), None))
        # A function may stand in several pairs; its copies are what they are.
        strangers = {origin[twin.symbol.path] for twin in mine} - {origin[one]}
        beside += len(strangers)
        if "-v" in sys.argv:
            for text in strangers:
                print(f"===== beside\n{origin[one]}=====\n{text}", file=sys.stderr)
    return found, beside, seconds


def main() -> int:
    """Prints the table; 1 if something promised is not kept."""
    kept = True
    print("| language | pairs | type 1 | type 2 | type 3 | precision | others | asked in |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for language in [one for one in sys.argv[1:] if one in ENDINGS] or ENDINGS:
        made = pairs(language)
        with tempfile.TemporaryDirectory() as folder:
            found, beside, seconds = reported(made, Path(folder))
        sizes = Counter(pair.label for pair in made)
        hits = Counter(pair.label for pair, twin in zip(made, found, strict=True) if twin)
        precision = 1 - hits["none"] / max(hits.total(), 1)
        cells = [f"{hits[label] / sizes[label]:.1%} of {sizes[label]}" for label in RECALL]
        cells += [f"{precision:.1%} ({hits['none']} of {sizes['none']})", str(beside), f"{seconds:.1f} s"]
        print(f"| {language} | {len(made)} | {' | '.join(cells)} |", flush=True)
        kept &= precision >= PRECISION
        kept &= all(hits[label] >= least * sizes[label] for label, least in RECALL.items())
        if "-v" in sys.argv:
            tell(made, found)
    return 0 if kept else 1


def tell(made: Sequence[Pair], found: Sequence[Twin | None]) -> None:
    """Whatever is not as it should be."""
    for pair, twin in zip(made, found, strict=True):
        if (pair.label == "none") == (twin is not None):
            head = f"{pair.label}, {pair.similarity:.2f}, {twin.score if twin else None}"
            print(f"----- {head}\n{pair.one}-----\n{pair.other}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
