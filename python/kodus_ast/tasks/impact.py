"""`TaskKind.IMPACT`: the whole job in one, two commits in, the affected definitions out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kodus_ast.graph import default_limits
from kodus_ast.models.content import Content
from kodus_ast.models.core_answers import Impact
from kodus_ast.models.task_requests import ImpactRequest, Sealed
from kodus_ast.models.tasks import TaskResult
from kodus_ast.models.twins import Twins
from kodus_ast.prompt import page
from kodus_ast.repositories.sources import Built, built, packed, stored_texts, without
from kodus_ast.sandbox.child import ContentJob, ImpactJob, TwinsJob, call
from kodus_ast.task_context import GRAPHS, TEXTS, Outcome, Work
from kodus_ast.version import tool_version

EXCERPT_CHARACTERS = 60_000
"""Of the excerpts, unless a budget is given."""


async def compared(work: Work, base: Built, head: Built, options: dict[str, Any]) -> dict[str, Any]:
    """The core's answer, with what only the caller knows."""
    job = ImpactJob(str(base.file), str(head.file), options)
    with work.stage("compare"):
        answer: dict[str, Any] = await call(job, dict, work.durable.settings.service)
    answer["meta"]["base"]["commit"] = base.commit or None
    answer["meta"]["head"]["commit"] = head.commit
    return answer


async def run(work: Work) -> Outcome:
    """The answer of `kodus-ast impact --format json`, as an artefact; its counts as the summary."""
    request = work.request(ImpactRequest)
    sealed = await work.sealed()
    base, head = await _sides(work, request, sealed)
    work.report("comparing", 85)
    answer = await compared(work, base, head, _core_options(request))
    answer["meta"]["repo"] = request.head_repo.url
    work.report("reading beside", 90)
    texts = await packed(work, head)
    answer |= await _beside(work, Sides(base, head, texts), answer, request)
    work.report("storing", 95)
    artifacts = work.durable.artifacts
    # Beside the answer, for questions about callers and callees.
    await artifacts.put(work.name("base.graph"), base.file)
    await artifacts.put(work.name("head.graph"), head.file)
    stored = await artifacts.put_bytes(work.name("impact.json"), msgspec.json.encode(answer))
    commits = {"baseCommit": base.commit or None, "headCommit": head.commit}
    graphs = {
        "base": work.name("base.graph"),
        "head": work.name("head.graph"),
        TEXTS: await stored_texts(work, texts),
    }
    return Outcome(
        TaskResult(
            summary={
                **commits,
                "changes": len(answer["changes"]),
                "affected": len(answer["affected"]) + answer["cut"]["affected"],
                "tests": len(answer["tests"]),
                "untested": len(answer["untested"]),
                "twins": sum(len(one["twins"]) for one in answer["similarity"]["functions"]),
                "skipped": len(answer["not_seen"].get("skipped", [])),
                "leftOut": {"base": base.left_out, "head": head.left_out},
                "limits": work.durable.settings.bounds(default_limits()),
                "toolVersion": tool_version(),
            },
            artifact=stored.name,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            format=answer["meta"]["format"],
        ),
        {**commits, GRAPHS: graphs},
    )


async def _sides(work: Work, request: ImpactRequest, sealed: Sealed) -> tuple[Built, Built]:
    """Base and head; with a diff, which is in head, base is head without it, as for `impact --diff`."""
    if sealed.diff:
        head = await built(work, request.head_repo, sealed.head_auth, "head", (5, 70))
        return await without(work, head, sealed.diff), head
    base = await built(work, request.base_repo, sealed.base_auth, "base", (5, 40))
    return base, await built(work, request.head_repo, sealed.head_auth, "head", (45, 80), base=base.file)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two graphs, and the packed files of head."""

    base: Built
    head: Built
    texts: Path


async def twins_of(work: Work, sides: Sides) -> Twins:
    """The twins of what is new or rewritten."""
    settings = work.durable.settings
    texts, head, base = str(sides.texts), str(sides.head.file), str(sides.base.file)
    job = TwinsJob(texts, head, base, [], {}, settings.limits)
    with work.stage("twins"):
        return await call(job, Twins, settings.service)


async def _content(work: Work, sides: Sides, characters: int, request: ImpactRequest) -> bytes:
    """What to read of the change, in so many characters."""
    options = {"characters": characters, "impact": _core_options(request)}
    settings = work.durable.settings
    texts, head, base = str(sides.texts), str(sides.head.file), str(sides.base.file)
    job = ContentJob(texts, head, base, options, settings.limits)
    with work.stage("excerpts"):
        return bytes(await call(job, msgspec.Raw, settings.service))


async def _beside(work: Work, sides: Sides, answer: dict[str, Any], request: ImpactRequest) -> dict[str, Any]:
    """Twins, excerpts, and if a budget is given the page for reading, which keeps to it."""
    twins = await twins_of(work, sides)
    similarity = msgspec.to_builtins(twins)
    budget = int(request.options.budget)
    if not budget:
        raw = await _content(work, sides, EXCERPT_CHARACTERS, request)
        return {"similarity": similarity, "excerpts": msgspec.json.decode(raw)}
    base, head = sides.base.commit or "head without the diff", sides.head.commit
    leaf = page(msgspec.convert(answer, Impact), base, head, request.head_repo.url, twins, budget)
    # No room is one character: 0 would mean no limit.
    raw = await _content(work, sides, max(leaf.room, 1), request)
    text = leaf.text(msgspec.json.decode(raw, type=Content))
    return {"similarity": similarity, "excerpts": msgspec.json.decode(raw), "prompt": text}


def _core_options(request: ImpactRequest) -> dict[str, Any]:
    options = request.options
    return {
        "depth": options.depth,
        "min_confidence": options.min_confidence,
        "max_affected": options.max_affected,
        "test_depth": options.test_depth,
    }
