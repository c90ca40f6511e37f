"""`kodus-ast callers` and `kodus-ast callees`: one query, in two directions."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast import graph
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.graph_builds import artefacts
from kodus_ast.cli.json_option import AsJson
from kodus_ast.cli.parameters import Confidence, ForServices
from kodus_ast.cli.revisions import single
from kodus_ast.cli.terminal import deliver, show
from kodus_ast.cli.text_report import neighbour_lines
from kodus_ast.ports import Services

Depth = Annotated[int, Parameter(validator=Number(gte=1))]


async def callers(
    symbol: str,
    repo: str = ".",
    /,
    *,
    ref: str | None = None,
    depth: Depth = 1,
    min_confidence: Confidence = 0.0,
    as_json: AsJson = False,
    cache: bool = True,
    services: ForServices,
) -> int:
    """Show who calls a symbol, and how many calls of that name could not be resolved.

    Examples:

        kodus-ast callers Client.send

        kodus-ast callers src/app.py::main ../service --depth 3 --json

    Parameters
    ----------
    symbol
        `path::Qualified.name`, or any end of it that only one symbol has.
    repo
        Path of a directory or git repository, or an https URL.
    ref
        Commit, branch or tag [default: the files in the directory].
    depth
        How many steps to follow.
    min_confidence
        Leave out calls with a lower confidence, from 0 to 1.
    as_json
        Answer in JSON.
    cache
        Use the cache of graphs of commits.
    """
    return await _answer("callers", symbol, repo, ref, depth, min_confidence, as_json, cache, services)


async def callees(
    symbol: str,
    repo: str = ".",
    /,
    *,
    ref: str | None = None,
    depth: Depth = 1,
    min_confidence: Confidence = 0.0,
    as_json: AsJson = False,
    cache: bool = True,
    services: ForServices,
) -> int:
    """Show whom a symbol calls.

    Examples:

        kodus-ast callees main --depth 2

    Parameters
    ----------
    symbol
        `path::Qualified.name`, or any end of it that only one symbol has.
    repo
        Path of a directory or git repository, or an https URL.
    ref
        Commit, branch or tag [default: the files in the directory].
    depth
        How many steps to follow.
    min_confidence
        Leave out calls with a lower confidence, from 0 to 1.
    as_json
        Answer in JSON.
    cache
        Use the cache of graphs of commits.
    """
    return await _answer("callees", symbol, repo, ref, depth, min_confidence, as_json, cache, services)


async def _answer(
    direction: graph.Direction,
    symbol: str,
    repo: str,
    ref: str | None,
    depth: int,
    min_confidence: float,
    as_json: bool,
    cache: bool,
    services: Services,
) -> int:
    with artefacts(services, use_cache=cache) as graphs:
        artefact = await graphs.of(await single(services, repo, ref))
        answer, raw = await graph.neighbours(artefact, symbol, direction, depth, min_confidence)
    if as_json:
        deliver(raw, None)
    else:
        show(neighbour_lines(answer))
    return Exit.OK
