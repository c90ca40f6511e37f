"""Graphs that tasks have stored, brought to this machine; and the symbols of those searched last."""

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

MOST_LISTS = 4


class Exported(Struct, frozen=True):
    """So much of an exported graph as a search reads."""

    nodes: list[Symbol]


class Symbols:
    """Brings stored graphs here once, and keeps them in the cache of graphs."""

    def __init__(self, artifacts: Artifacts, graphs: Graphs) -> None:
        self._artifacts = artifacts
        self._graphs = graphs
        self._lists: OrderedDict[str, list[Symbol]] = OrderedDict()
        self._bringing = asyncio.Lock()

    async def file(self, task: Task, side: str) -> Path:
        """The graph of one side of a task; `ArtifactGoneError` if it has none."""
        name = (task.metadata.get(GRAPHS) or {}).get(side)
        if name is None:
            raise ArtifactGoneError(f"the task keeps no graph of its {side}")
        if kept := self._graphs.find(name):
            return kept
        async with self._bringing:
            if kept := self._graphs.find(name):
                return kept
            part = await asyncio.to_thread(_empty_file)
            try:
                await self._artifacts.fetch(name, part)
                return await asyncio.to_thread(self._graphs.put, name, part)
            finally:
                with contextlib.suppress(OSError):
                    part.unlink()

    async def listed(self, task: Task, side: str) -> list[Symbol]:
        """Every definition of the graph, in its own order."""
        key = f"{task.id} {side}"
        if key not in self._lists:
            file = await self.file(task, side)
            exported = await asyncio.to_thread(_empty_file)
            try:
                await graph.export(file, exported, "json", {})
                raw = await asyncio.to_thread(exported.read_bytes)
            finally:
                exported.unlink(missing_ok=True)
            self._lists[key] = await asyncio.to_thread(_symbols, raw)
            if len(self._lists) > MOST_LISTS:
                self._lists.popitem(last=False)
        self._lists.move_to_end(key)
        return self._lists[key]


def _symbols(raw: bytes) -> list[Symbol]:
    return msgspec.json.decode(raw, type=Exported).nodes


def _empty_file() -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix="kodus-ast-", suffix=".graph")
        os.close(handle)
    except OSError as error:
        raise StorageError(f"no temporary file: {error.strerror}") from None
    return Path(name)
