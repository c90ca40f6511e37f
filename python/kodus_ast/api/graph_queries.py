"""Queries on the graphs that a task has built. A symbol is given by its id or its name, percent-encoded."""

from typing import Any

import msgspec
from falcon.uri import decode

from kodus_ast import graph
from kodus_ast.api.request_context import RequestContext
from kodus_ast.errors import ArtifactGoneError
from kodus_ast.graph import Direction
from kodus_ast.models.http_requests import NeighboursQuery, PathQuery, SearchQuery, SideQuery
from kodus_ast.models.http_responses import GraphSource, SearchReply, SymbolReply, files_left_out
from kodus_ast.models.tasks import Task, TaskKind

KINDS = (TaskKind.REPOSITORY_GRAPH, TaskKind.IMPACT)


async def get_symbol(context: RequestContext, query: SideQuery, task_id: str, symbol_id: str) -> SymbolReply:
    """One definition."""
    task, source = await _source(context, task_id, query.side)
    file = await context.api.stored_graphs.fetch(task, query.side)
    found, _ = await graph.neighbours(file, decode(symbol_id, unquote_plus=False), "callers", 1, 1.0)
    return SymbolReply(found.symbol, source)


async def list_callers(
    context: RequestContext, query: NeighboursQuery, task_id: str, symbol_id: str
) -> dict[str, Any]:
    """The callers of a definition."""
    return await _neighbours(context, query, task_id, symbol_id, "callers")


async def list_callees(
    context: RequestContext, query: NeighboursQuery, task_id: str, symbol_id: str
) -> dict[str, Any]:
    """What a definition calls."""
    return await _neighbours(context, query, task_id, symbol_id, "callees")


async def _neighbours(
    context: RequestContext, query: NeighboursQuery, task_id: str, symbol_id: str, direction: Direction
) -> dict[str, Any]:
    task, source = await _source(context, task_id, query.side)
    file = await context.api.stored_graphs.fetch(task, query.side)
    name = decode(symbol_id, unquote_plus=False)
    _, raw = await graph.neighbours(file, name, direction, query.depth, query.min_confidence)
    return {"answer": msgspec.Raw(raw), "source": source}


async def find_path(
    context: RequestContext, query: PathQuery, task_id: str, symbol_id: str
) -> dict[str, Any]:
    """The shortest path of calls from one definition to another, or that there is none."""
    task, source = await _source(context, task_id, query.side)
    file = await context.api.stored_graphs.fetch(task, query.side)
    name = decode(symbol_id, unquote_plus=False)
    _, raw = await graph.path(file, name, query.to, query.min_confidence)
    return {"answer": msgspec.Raw(raw), "source": source}


async def search_symbols(context: RequestContext, query: SearchQuery, task_id: str) -> SearchReply:
    """Definitions whose id contains a text, ignoring case; those whose name begins with it come first."""
    task, source = await _source(context, task_id, query.side)
    wanted = query.q.lower()
    symbols = await context.api.stored_graphs.symbols(task, query.side)
    found = [one for one in symbols if wanted in one.id.lower()]
    found.sort(key=lambda one: (not one.name.lower().startswith(wanted), len(one.id), one.id))
    return SearchReply(found[: query.limit], len(found), source)


async def _source(context: RequestContext, task_id: str, side: str) -> tuple[Task, GraphSource]:
    task, result = await context.result(task_id, *KINDS)
    commit = task.metadata.get(f"{side}Commit")
    if result.artifact is None:
        raise ArtifactGoneError
    return task, GraphSource(
        task_id=task.public_id,
        side=side,
        commit=commit,
        tool_version=result.summary.get("toolVersion"),
        format=result.format,
        left_out=files_left_out(result, side),
    )
