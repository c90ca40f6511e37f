"""`TaskKind.IMPACT`: two commits in, the affected definitions out, with twins and excerpts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kodus_ast.graph import default_limits
from kodus_ast.models.content import Content
from kodus_ast.models.core_answers import Impact
from kodus_ast.models.task_requests import ImpactRequest, Sealed
from kodus_ast.models.twins import Twins
from kodus_ast.prompt import build_page
from kodus_ast.repositories.graph_builds import (
    BuiltGraph,
    build_graph,
    build_without_diff,
    pack_texts,
    store_texts,
)
from kodus_ast.sandbox.jobs import ContentJob, ImpactJob, TwinsJob
from kodus_ast.task_context import GRAPHS, TEXTS, Outcome, TaskContext, result_of
from kodus_ast.version import tool_version

EXCERPT_CHARACTERS = 60_000
"""The most characters of excerpts, unless the request gives a budget."""


async def run(context: TaskContext) -> Outcome:
    """The answer of `kodus-ast impact --format json` as an artefact, and its counts as the summary."""
    request = context.request(ImpactRequest)
    sealed = await context.sealed()
    base, head = await _build_sides(context, request, sealed)
    context.report("comparing", 85)
    answer = await compare_graphs(context, base, head, _core_options(request))
    answer["meta"]["repo"] = request.head_repo.url
    context.report("reading beside", 90)
    texts = await pack_texts(context, head)
    answer |= await _read_beside(context, Sides(base, head, texts), answer, request)
    context.report("storing", 95)
    artifacts = context.service.artifacts
    # Stored beside the answer, for later requests for callers and callees.
    await artifacts.put(context.artifact_name("base.graph"), base.file)
    await artifacts.put(context.artifact_name("head.graph"), head.file)
    stored = await artifacts.put_bytes(context.artifact_name("impact.json"), msgspec.json.encode(answer))
    commits = {"baseCommit": base.commit or None, "headCommit": head.commit}
    graphs = {
        "base": context.artifact_name("base.graph"),
        "head": context.artifact_name("head.graph"),
        TEXTS: await store_texts(context, texts),
    }
    return Outcome(
        result_of(
            stored,
            {
                **commits,
                "changes": len(answer["changes"]),
                "affected": len(answer["affected"]) + answer["cut"]["affected"],
                "tests": len(answer["tests"]),
                "untested": len(answer["untested"]),
                "twins": sum(len(one["twins"]) for one in answer["similarity"]["functions"]),
                "skipped": len(answer["not_seen"].get("skipped", [])),
                "leftOut": {"base": base.left_out, "head": head.left_out},
                "limits": context.service.settings.bounds(default_limits()),
                "toolVersion": tool_version(),
            },
            artifact_format=answer["meta"]["format"],
        ),
        {**commits, GRAPHS: graphs},
    )


async def compare_graphs(
    context: TaskContext, base: BuiltGraph, head: BuiltGraph, options: dict[str, Any]
) -> dict[str, Any]:
    """The core's answer, with the commits, which the core does not know."""
    job = ImpactJob(str(base.file), str(head.file), options)
    answer: dict[str, Any] = await context.run_job("compare", job, dict)
    answer["meta"]["base"]["commit"] = base.commit or None
    answer["meta"]["head"]["commit"] = head.commit
    return answer


async def _build_sides(
    context: TaskContext, request: ImpactRequest, sealed: Sealed
) -> tuple[BuiltGraph, BuiltGraph]:
    """Base and head. With a diff, which head contains, base is head without it, as for `impact --diff`."""
    base_auth, head_auth = sealed.base_auth, sealed.head_auth
    if sealed.diff:
        head = await build_graph(context, request.head_repo, head_auth, "head", (5, 70))
        return await build_without_diff(context, head, sealed.diff), head
    base = await build_graph(context, request.base_repo, base_auth, "base", (5, 40))
    head = await build_graph(context, request.head_repo, head_auth, "head", (45, 80), base=base.file)
    return base, head


@dataclass(frozen=True, slots=True)
class Sides:
    """Two graphs, and the packed texts of head."""

    base: BuiltGraph
    head: BuiltGraph
    texts: Path


async def find_twins(context: TaskContext, sides: Sides) -> Twins:
    """The twins of functions that are new or rewritten in head."""
    job = TwinsJob(
        texts=str(sides.texts),
        head=str(sides.head.file),
        base=str(sides.base.file),
        options={},
        limits=context.service.settings.limits,
    )
    return await context.run_job("twins", job, Twins)


async def _choose_content(
    context: TaskContext, sides: Sides, characters: int, request: ImpactRequest
) -> bytes:
    """What a reviewer of the change needs to read, in at most so many characters; the core's JSON."""
    job = ContentJob(
        texts=str(sides.texts),
        head=str(sides.head.file),
        base=str(sides.base.file),
        options={"characters": characters, "impact": _core_options(request)},
        limits=context.service.settings.limits,
    )
    return bytes(await context.run_job("excerpts", job, msgspec.Raw))


async def _read_beside(
    context: TaskContext, sides: Sides, answer: dict[str, Any], request: ImpactRequest
) -> dict[str, Any]:
    """Twins and excerpts; with a budget also the prompt page, which together with them keeps to it."""
    twins = await find_twins(context, sides)
    similarity = msgspec.to_builtins(twins)
    budget = int(request.options.budget)
    if not budget:
        raw = await _choose_content(context, sides, EXCERPT_CHARACTERS, request)
        return {"similarity": similarity, "excerpts": msgspec.json.decode(raw)}
    base, head = sides.base.commit or "head without the diff", sides.head.commit
    page = build_page(msgspec.convert(answer, Impact), base, head, request.head_repo.url, twins, budget)
    # When no room is left, ask for one character: 0 would mean no limit.
    raw = await _choose_content(context, sides, max(page.room, 1), request)
    text = page.text(msgspec.json.decode(raw, type=Content))
    return {"similarity": similarity, "excerpts": msgspec.json.decode(raw), "prompt": text}


def _core_options(request: ImpactRequest) -> dict[str, Any]:
    options = request.options
    return {
        "depth": options.depth,
        "min_confidence": options.min_confidence,
        "max_affected": options.max_affected,
        "test_depth": options.test_depth,
    }
