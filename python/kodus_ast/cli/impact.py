"""`kodus-ast impact`: what changed between two states of a repository, and whom it affects."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast import graph
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.graph_builds import artefacts
from kodus_ast.cli.html_report import impact_page
from kodus_ast.cli.markdown_report import impact_markdown
from kodus_ast.cli.parameters import Confidence, ForServices
from kodus_ast.cli.revisions import Comparison, comparison
from kodus_ast.cli.terminal import deliver, notice, show
from kodus_ast.cli.text_report import impact_lines
from kodus_ast.errors import NotFoundError
from kodus_ast.models.core_answers import Impact
from kodus_ast.prompt import build_page

Format = Literal["text", "json", "markdown", "html", "prompt"]
BY_SUFFIX: dict[str, Format] = {".html": "html", ".htm": "html", ".json": "json", ".md": "markdown"}


async def impact(
    repo: str = ".",
    /,
    *,
    base: str | None = None,
    head: str | None = None,
    worktree: Annotated[bool, Parameter(negative="")] = False,
    diff: Path | None = None,
    depth: Annotated[int, Parameter(validator=Number(gte=0))] = 3,
    min_confidence: Confidence = 0.5,
    max_affected: Annotated[int, Parameter(validator=Number(gte=1))] = 1000,
    test_depth: Annotated[int, Parameter(validator=Number(gte=0))] = 10,
    format: Annotated[Format | None, Parameter(name=["--format", "-f"])] = None,  # noqa: A002
    budget: Annotated[int, Parameter(validator=Number(gte=2000))] = 24000,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    cache: bool = True,
    services: ForServices,
) -> int:
    """Show which definitions changed between two states, and whom that affects.

    Without options, compares the merge base of your branch and the default branch with the working tree
    when it has changes, else with HEAD. On the default branch itself: uncommitted changes, else the last
    commit.

    Examples:

        kodus-ast impact

        kodus-ast impact --base v1.2 --head v1.3

        kodus-ast impact -o impact.html

        kodus-ast impact --format prompt --budget 12000

        kodus-ast impact https://github.com/encode/httpx --base 0.27.2 --head 0.28.1

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
    diff
        File with a diff that head contains, or - for stdin: base is head without the diff.
    depth
        How many steps to follow a change; 0 for no limit.
    min_confidence
        Leave out calls with a lower confidence, from 0 to 1.
    max_affected
        The most affected definitions to list.
    test_depth
        How many steps away the tests to run may be, one that is no call counting twice; 0 for all.
    format
        Output format [default: by the suffix of the output file, else text].
    budget
        The most characters of `--format prompt`; a token of a language model is about three.
    output
        Write the answer to this file instead of stdout.
    cache
        Use the cache of graphs of commits.
    """
    chosen = format or (BY_SUFFIX.get(output.suffix.lower()) if output else None) or "text"
    compared = await comparison(services, repo, base, head, worktree, _read(diff) if diff else None)
    notice(f"comparing {compared.base.words} with {compared.head.words}")
    with artefacts(services, use_cache=cache) as graphs:
        if compared.base.undo is None:
            before = await graphs.of(compared.base)
            after = await graphs.of(compared.head, base=before)
        else:
            after = await graphs.of(compared.head)
            before = await graphs.of(compared.base, base=after)
        options = {
            "depth": depth,
            "min_confidence": min_confidence,
            "max_affected": max_affected,
            "test_depth": test_depth,
        }
        raw = await graph.impact(before, after, options)
        answer = msgspec.json.decode(raw, type=Impact)
        if chosen == "prompt":
            deliver(
                await _prompt(answer, compared, (before, after), budget, services.settings.limits), output
            )
            return Exit.OK
    if chosen == "json":
        deliver(with_meta(raw, compared), output)
    elif chosen == "markdown":
        deliver(impact_markdown(answer, compared), output)
    elif chosen == "html":
        deliver(await impact_page(answer, compared, services.settings.limits), output)
    elif output:
        deliver("\n".join(line.plain.rstrip() for line in impact_lines(answer, compared)), output)
    else:
        show(impact_lines(answer, compared))
    return Exit.OK


async def _prompt(
    answer: Impact,
    compared: Comparison,
    sides: tuple[Path, Path],
    budget: int,
    limits: Mapping[str, int],
) -> str:
    """The page for reading, with twins and code."""
    root, commit = compared.head.root, compared.head.commit
    before, after = sides
    twins, _ = await graph.twins(root, commit, after, base=before, limits=limits)
    page = build_page(answer, compared.base.words, compared.head.words, compared.repo, twins, budget)
    if not page.room:
        return page.text(None)
    options = {"characters": page.room, "impact": answer.meta.options}
    content, _ = await graph.content(root, commit, after, base=before, options=options, limits=limits)
    return page.text(content)


def _read(diff: Path) -> str:
    if str(diff) == "-":
        return sys.stdin.read()
    try:
        return diff.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise NotFoundError(f"{diff} cannot be read: {error.strerror}") from None


def with_meta(raw: bytes, compared: Comparison) -> bytes:
    """The core's answer with what only the caller knows: the repository and the commits."""
    answer: dict[str, Any] = msgspec.json.decode(raw)
    answer["meta"]["repo"] = compared.repo
    answer["meta"]["base"]["commit"] = None if compared.base.undo is not None else compared.base.commit
    answer["meta"]["head"]["commit"] = compared.head.commit
    return msgspec.json.format(msgspec.json.encode(answer), indent=2)
