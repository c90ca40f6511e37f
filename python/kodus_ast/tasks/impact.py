"""`TaskKind.IMPACT`: the whole job in one, two commits in, the affected definitions out."""

from typing import Any

import msgspec

from kodus_ast.graph import tool_version
from kodus_ast.models.requests import ImpactRequest
from kodus_ast.models.tasks import TaskResult
from kodus_ast.tasks.child import ImpactJob, call
from kodus_ast.tasks.sources import Built, built
from kodus_ast.tasks.work import GRAPHS, Outcome, Work


async def compared(work: Work, base: Built, head: Built, options: dict[str, Any]) -> dict[str, Any]:
    """The core's answer, with what only the caller knows."""
    job = ImpactJob(str(base.file), str(head.file), options)
    answer: dict[str, Any] = await call(job, dict, work.durable.settings.service)
    answer["meta"]["base"]["commit"] = base.commit
    answer["meta"]["head"]["commit"] = head.commit
    return answer


async def run(work: Work) -> Outcome:
    """The answer of `kodus-ast impact --format json`, as an artefact; its counts as the summary."""
    request = work.request(ImpactRequest)
    sealed = await work.sealed()
    base = await built(work, request.base_repo, sealed.base_auth, "base", (5, 40))
    head = await built(work, request.head_repo, sealed.head_auth, "head", (45, 80), base=base.file)
    work.report("comparing", 85)
    answer = await compared(work, base, head, _core_options(request))
    answer["meta"]["repo"] = request.head_repo.url
    work.report("storing", 95)
    artifacts = work.durable.artifacts
    # Beside the answer, for questions about callers and callees.
    await artifacts.put(work.name("base.graph"), base.file)
    await artifacts.put(work.name("head.graph"), head.file)
    stored = await artifacts.put_bytes(work.name("impact.json"), msgspec.json.encode(answer))
    commits = {"baseCommit": base.commit, "headCommit": head.commit}
    graphs = {"base": work.name("base.graph"), "head": work.name("head.graph")}
    return Outcome(
        TaskResult(
            summary={
                **commits,
                "changes": len(answer["changes"]),
                "affected": len(answer["affected"]) + answer["cut"]["affected"],
                "tests": len(answer["tests"]),
                "untested": len(answer["untested"]),
                "skipped": len(answer["not_seen"].get("skipped", [])),
                "toolVersion": tool_version(),
            },
            artifact=stored.name,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            format=answer["meta"]["format"],
        ),
        {**commits, GRAPHS: graphs},
    )


def _core_options(request: ImpactRequest) -> dict[str, Any]:
    options = request.options
    return {
        "depth": options.depth,
        "min_confidence": options.min_confidence,
        "max_affected": options.max_affected,
    }
