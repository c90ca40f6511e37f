"""`kodus-ast twins`: functions that do the same as those that a change adds or rewrites."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast import graph
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.graph_builds import artefacts
from kodus_ast.cli.json_option import AsJson
from kodus_ast.cli.parameters import Confidence, ForServices
from kodus_ast.cli.revisions import comparison, single
from kodus_ast.cli.terminal import deliver, notice, show
from kodus_ast.cli.text_report import twin_lines


async def twins(
    repo: str = ".",
    /,
    *,
    of: tuple[str, ...] = (),
    base: str | None = None,
    head: str | None = None,
    worktree: Annotated[bool, Parameter(negative="")] = False,
    min_score: Confidence = 0.55,
    most: Annotated[int, Parameter(validator=Number(gte=1))] = 5,
    tests: Annotated[bool, Parameter(negative="")] = False,
    as_json: AsJson = False,
    cache: bool = True,
    services: ForServices,
) -> int:
    """Show functions that do the same as those that a change adds or rewrites, or as one that you name.

    What is compared is chosen as by `impact`. Functions of less than 6 lines or 50 tokens are left out.

    Examples:

        kodus-ast twins

        kodus-ast twins --base v1.2 --head v1.3

        kodus-ast twins --of Client.send ../service

    Parameters
    ----------
    repo
        Path of a directory or git repository, or an https URL.
    of
        A symbol to find the twins of, instead of those of a change; can be repeated.
    base
        Commit, branch or tag to compare from [default: the merge base with the default branch].
    head
        Commit, branch or tag to look in [default: the working tree when it has changes, else HEAD].
    worktree
        Look in the working tree, even when it has no changes.
    min_score
        The least score of what differs in more than names and literals, from 0 to 1.
    most
        The most twins of one function to list.
    tests
        Look at tests too.
    as_json
        Answer in JSON.
    cache
        Use the cache of graphs of commits.
    """
    options = {"min_score": min_score, "most": most, "tests": tests}
    with artefacts(services, use_cache=cache) as graphs:
        if of:
            after = await single(services, repo, head)
            before = None
        else:
            compared = await comparison(services, repo, base, head, worktree)
            notice(f"comparing {compared.base.words} with {compared.head.words}")
            after = compared.head
            before = await graphs.of(compared.base)
        artefact = await graphs.of(after, base=before)
        answer, raw = await graph.twins(
            after.root,
            after.commit,
            artefact,
            base=before,
            symbols=of,
            options=options,
            limits=services.settings.limits,
        )
    if as_json:
        deliver(raw, None)
    else:
        show(twin_lines(answer))
    return Exit.OK
