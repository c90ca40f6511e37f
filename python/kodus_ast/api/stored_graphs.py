"""Graphs that tasks have stored, fetched to this machine; and the symbols of the graphs searched last."""

import asyncio
import contextlib
import os
import tempfile
from collections import OrderedDict
from pathlib import Path

import msgspec
from msgspec import Struct

from kodus_ast import graph
from kodus_ast.errors import ArtifactGoneError, StorageError
from kodus_ast.models.core_answers import Symbol
from kodus_ast.models.tasks import Task
from kodus_ast.ports import Artifacts, Graphs
from kodus_ast.task_context import GRAPHS

MAX_SYMBOL_LISTS = 4


class ExportedGraph(Struct, frozen=True):
    """The part of an exported graph that a search reads."""

    nodes: list[Symbol]


class StoredGraphs:
    """Fetches each stored graph once, and keeps it in the cache of graphs."""

    def __init__(self, artifacts: Artifacts, graphs: Graphs) -> None:
        self._artifacts = artifacts
        self._graphs = graphs
        self._symbols: OrderedDict[str, list[Symbol]] = OrderedDict()
        self._fetching = asyncio.Lock()

    async def fetch(self, task: Task, side: str) -> Path:
        """The graph of one side of a task; `ArtifactGoneError` if the task keeps none."""
        name = (task.metadata.get(GRAPHS) or {}).get(side)
        if name is None:
            raise ArtifactGoneError(f"the task keeps no graph of its {side}")
        if cached := self._graphs.find(name):
            return cached
        async with self._fetching:
            if cached := self._graphs.find(name):
                return cached
            part = await asyncio.to_thread(_temporary_file)
            try:
                await self._artifacts.fetch(name, part)
                return await asyncio.to_thread(self._graphs.put, name, part)
            finally:
                with contextlib.suppress(OSError):
                    part.unlink()

    async def symbols(self, task: Task, side: str) -> list[Symbol]:
        """Every definition of the graph of one side, in the order of the graph."""
        key = f"{task.id} {side}"
        if key not in self._symbols:
            file = await self.fetch(task, side)
            exported = await asyncio.to_thread(_temporary_file)
            try:
                await graph.export(file, exported, "json", {})
                raw = await asyncio.to_thread(exported.read_bytes)
            finally:
                exported.unlink(missing_ok=True)
            self._symbols[key] = await asyncio.to_thread(_decode_symbols, raw)
            if len(self._symbols) > MAX_SYMBOL_LISTS:
                self._symbols.popitem(last=False)
        self._symbols.move_to_end(key)
        return self._symbols[key]


def _decode_symbols(raw: bytes) -> list[Symbol]:
    return msgspec.json.decode(raw, type=ExportedGraph).nodes


def _temporary_file() -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix="kodus-ast-", suffix=".graph")
        os.close(handle)
    except OSError as error:
        raise StorageError(f"no temporary file: {error.strerror}") from None
    return Path(name)
