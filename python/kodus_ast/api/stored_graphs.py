"""Graphs that tasks have stored, fetched to this machine; and the symbols of the graphs searched last."""

import asyncio
import contextlib
import os
import tempfile
from collections import OrderedDict
from pathlib import Path

import msgspec
from msgspec import Struct

from kodus_ast import graph, logs
from kodus_ast.errors import ArtifactGoneError, KodusAstError, StorageError
from kodus_ast.models.core_answers import Symbol
from kodus_ast.models.task_requests import Remote
from kodus_ast.models.tasks import Task
from kodus_ast.ports import ServiceContext
from kodus_ast.repositories.invalidation import apply_invalidations
from kodus_ast.task_context import GRAPHS

MAX_SYMBOL_LISTS = 4
SWEEP_S = 60.0
LOG = logs.logger(__name__)


class ExportedGraph(Struct, frozen=True):
    """The part of an exported graph that a search reads."""

    nodes: list[Symbol]


class StoredGraphs:
    """Fetches each stored graph once, and keeps it in the cache of graphs while its task keeps it.

    A cached graph belongs to the group of its repository, which is removed with the repository.
    """

    def __init__(self, service: ServiceContext) -> None:
        self._service = service
        self._artifacts = service.artifacts
        self._graphs = service.graphs
        self._symbols: OrderedDict[str, list[Symbol]] = OrderedDict()
        self._fetching = asyncio.Lock()

    async def fetch(self, task: Task, side: str) -> Path:
        """The graph of one side of a task; `ArtifactGoneError` if the task keeps none."""
        name = (task.metadata.get(GRAPHS) or {}).get(side)
        if name is None:
            raise ArtifactGoneError(f"the task keeps no graph of its {side}")
        group = self._group(task, side)
        if not (cached := self._graphs.find(name, group)):
            async with self._fetching:
                cached = self._graphs.find(name, group) or await self._fetch(name, group)
        # After it was cached: a deletion that this does not see yet will find and remove what is cached.
        result = await self._service.tasks.result(task.id)
        if result is None or result.artifact is None:
            await asyncio.to_thread(self._graphs.remove_group, group)
            raise ArtifactGoneError
        return cached

    async def _fetch(self, name: str, group: str) -> Path:
        part = await asyncio.to_thread(_temporary_file)
        try:
            await self._artifacts.fetch(name, part)
            return await asyncio.to_thread(self._graphs.put, name, part, group)
        finally:
            with contextlib.suppress(OSError):
                part.unlink()

    def _group(self, task: Task, side: str) -> str:
        ref = task.request.get("baseRepo" if side == "base" else "headRepo") or {}
        remote = Remote(url=ref.get("url", ""), organization=task.organization_id)
        return self._service.repos.former_path(remote).stem

    def forget_symbols(self) -> None:
        """Forgets the symbols that were searched last."""
        self._symbols.clear()

    async def remove_deleted(self) -> None:
        """Removes what other processes were asked to delete; once a minute until cancelled."""
        seen: set[str] = set()
        while True:
            try:
                notes = set(await apply_invalidations(self._service))
                if notes - seen:
                    self.forget_symbols()
                seen = notes
            except KodusAstError as error:
                LOG.warning("deletions wait", code=error.code)
            await asyncio.sleep(SWEEP_S)

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
