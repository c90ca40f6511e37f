"""`kodus-ast content`: the lines that a reviewer of a change needs, numbered, within a budget."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast import graph
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.graph_builds import artefacts
from kodus_ast.cli.json_option import AsJson
from kodus_ast.cli.parameters import Confidence, ForServices
from kodus_ast.cli.revisions import comparison
from kodus_ast.cli.terminal import deliver, notice
from kodus_ast.descriptions import cut_in_words
from kodus_ast.visible_text import visible_code

Budget = Annotated[int, Parameter(validator=Number(gte=0))]


async def content(
    repo: str = ".",
    /,
    *,
    base: str | None = None,
    head: str | None = None,
    worktree: Annotated[bool, Parameter(negative="")] = False,
    budget: Budget = 0,
    tokens: Budget = 0,
    around: Annotated[int, Parameter(validator=Number(gte=0, lte=100))] = 2,
    depth: Annotated[int, Parameter(validator=Number(gte=0))] = 3,
    min_confidence: Confidence = 0.5,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    as_json: AsJson = False,
    cache: bool = True,
    services: ForServices,
) -> int:
    """Show the lines that a reviewer needs: what changed, who calls it, what it relies on, its tests.

    What is compared is chosen as by `impact`. The nearest and most certain lines come first. What does not
    fit into the budget is counted on stderr.

    Examples:

        kodus-ast content

        kodus-ast content --base v1.2 --head v1.3 --tokens 8000

    Parameters
    ----------
    repo
        Path of a git repository, or an https URL.
    base
        Commit, branch or tag to compare from [default: the merge base with the default branch].
    head
        Commit, branch or tag to compare to [default: the working tree when it has changes, else HEAD].
    worktree
        Compare to the working tree, even when it has no changes.
    budget
        The most characters; 0 for no limit.
    tokens
        The most tokens of a language model, of which one is taken to be three characters; 0 for no limit.
    around
        Lines before and after a line where something is called.
    depth
        How many steps to follow a change; 0 for no limit.
    min_confidence
        Leave out calls with a lower confidence, from 0 to 1.
    output
        Write the answer to this file instead of stdout.
    as_json
        Answer in JSON, with the reason for every line.
    cache
        Use the cache of graphs of commits.
    """
    compared = await comparison(services, repo, base, head, worktree)
    notice(f"comparing {compared.base.words} with {compared.head.words}")
    options = {
        "characters": budget,
        "tokens": tokens,
        "around": around,
        "impact": {"depth": depth, "min_confidence": min_confidence},
    }
    with artefacts(services, use_cache=cache) as graphs:
        before = await graphs.of(compared.base)
        after = await graphs.of(compared.head, base=before)
        answer, raw = await graph.content(
            compared.head.root,
            compared.head.commit,
            after,
            base=before,
            options=options,
            limits=services.settings.limits,
        )
    for sentence in cut_in_words(answer):
        notice(sentence, "yellow")
    deliver(raw if as_json else visible_code(answer.text), output)
    return Exit.OK
