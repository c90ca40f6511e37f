"""`kodus-ast path`: the shortest path of calls from one symbol to another."""

from kodus_ast import graph
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.graph_builds import artefacts
from kodus_ast.cli.json_option import AsJson
from kodus_ast.cli.parameters import Confidence, ForServices
from kodus_ast.cli.revisions import single
from kodus_ast.cli.terminal import deliver, show
from kodus_ast.cli.text_report import path_lines


async def path(
    start: str,
    end: str,
    repo: str = ".",
    /,
    *,
    ref: str | None = None,
    min_confidence: Confidence = 0.0,
    as_json: AsJson = False,
    cache: bool = True,
    services: ForServices,
) -> int:
    """Show the shortest path of calls from one symbol to another.

    Examples:

        kodus-ast path main Database.commit

    Parameters
    ----------
    start
        Where the path begins: `path::Qualified.name`, or any end of it that only one symbol has.
    end
        Where it ends.
    repo
        Path of a directory or git repository, or an https URL.
    ref
        Commit, branch or tag [default: the files in the directory].
    min_confidence
        Leave out calls with a lower confidence, from 0 to 1.
    as_json
        Answer in JSON.
    cache
        Use the cache of graphs of commits.
    """
    with artefacts(services, use_cache=cache) as graphs:
        artefact = await graphs.of(await single(services, repo, ref))
        answer, raw = await graph.path(artefact, start, end, min_confidence)
    if as_json:
        deliver(raw, None)
    else:
        show(path_lines(answer))
    return Exit.OK
