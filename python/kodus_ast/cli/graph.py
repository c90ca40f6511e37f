"""`kodus-ast graph`: the whole graph of one state as a file for other programs."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from kodus_ast import graph as core
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.graph_builds import artefacts
from kodus_ast.cli.parameters import ForServices
from kodus_ast.cli.revisions import single
from kodus_ast.cli.terminal import deliver, notice, replacing

BY_SUFFIX: dict[str, core.Format] = {".json": "json", ".graphml": "graphml", ".dot": "dot", ".gv": "dot"}


async def graph(
    repo: str = ".",
    /,
    *,
    ref: str | None = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    format: Annotated[Literal["json", "graphml", "dot"] | None, Parameter(name=["--format", "-f"])] = None,  # noqa: A002
    cache: bool = True,
    services: ForServices,
) -> int:
    """Write the whole code graph of one state.

    Examples:

        kodus-ast graph -o graph.json

        kodus-ast graph ../service --ref v1.2 --format dot | dot -Tsvg > graph.svg

    Parameters
    ----------
    repo
        Path of a directory or git repository, or an https URL.
    ref
        Commit, branch or tag [default: the files in the directory].
    output
        Write to this file instead of stdout.
    format
        JSON, GraphML or Graphviz [default: by the suffix of the output file, else json].
    cache
        Use the cache of graphs of commits.
    """
    chosen = format or (BY_SUFFIX.get(output.suffix.lower()) if output else None) or "json"
    revision = await single(services, repo, ref)
    notice(f"graph of {revision.words}")
    meta = {"repo": str(revision.root), "commit": revision.commit}
    with artefacts(services, use_cache=cache) as graphs:
        artefact = await graphs.of(revision)
        if output:
            with replacing(output) as part:
                await core.export(artefact, part, chosen, meta)
        else:
            part = graphs.directory / "export"
            await core.export(artefact, part, chosen, meta)
            deliver(part.read_bytes(), None)
    return Exit.OK
