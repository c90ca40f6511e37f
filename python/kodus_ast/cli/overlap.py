"""`kodus-ast overlap`: how two branches overlap before they are merged."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast import graph
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.graph_builds import artefacts
from kodus_ast.cli.json_option import AsJson
from kodus_ast.cli.parameters import Confidence, ForServices
from kodus_ast.cli.revisions import branches
from kodus_ast.cli.terminal import deliver, notice, show
from kodus_ast.cli.text_report import overlap_lines


async def overlap(
    one: str,
    other: str,
    repo: str = ".",
    /,
    *,
    base: str | None = None,
    depth: Annotated[int, Parameter(validator=Number(gte=0))] = 3,
    min_confidence: Confidence = 0.5,
    as_json: AsJson = False,
    cache: bool = True,
    services: ForServices,
) -> int:
    """Show what two branches both change, and where the change of one reaches what the other edits.

    Examples:

        kodus-ast overlap feature-a feature-b

        kodus-ast overlap main my-branch ../service --json

    Parameters
    ----------
    one
        Commit, branch or tag.
    other
        Commit, branch or tag.
    repo
        Path of a git repository, or an https URL.
    base
        What both are compared with [default: their merge base].
    depth
        How many steps to follow a change; 0 for no limit.
    min_confidence
        Leave out calls with a lower confidence, from 0 to 1.
    as_json
        Answer in JSON.
    cache
        Use the cache of graphs of commits.
    """
    start, first, second = await branches(services, repo, one, other, base)
    notice(f"comparing {first.words} and {second.words} with {start.words}")
    with artefacts(services, use_cache=cache) as graphs:
        before = await graphs.of(start)
        left = await graphs.of(first, base=before)
        right = await graphs.of(second, base=before)
        options = {"depth": depth, "min_confidence": min_confidence}
        answer, raw = await graph.overlap(before, left, right, options)
    if as_json:
        deliver(raw, None)
    else:
        show(overlap_lines(answer, one, other))
    return Exit.OK
