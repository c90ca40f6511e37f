"""Graphs of commits with their build reports, cached: on this machine, and in the store for every worker."""

import asyncio
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kodus_ast import graph
from kodus_ast.errors import ArtifactGoneError
from kodus_ast.models.core_answers import BuildReport
from kodus_ast.task_context import TaskContext

STORED_GRAPHS = "graphs"
"""In `Artifacts`: `graphs/<repository and organization>/<commit and build options>/…`."""
GRAPH, REPORT = "graph", "report.json"


@dataclass(frozen=True, slots=True)
class CachedGraph:
    """The cache entry of the graph of one commit, whether it is there or not."""

    context: TaskContext
    repository: Path
    """As `Repos.store_path` returns it."""
    commit: str

    async def find(self, file: Path) -> BuildReport | None:
        """Writes the graph to `file` and returns its report; None when it is not cached."""
        metrics = self.context.service.metrics
        report = await asyncio.to_thread(self._find_local, file)
        metrics.count_lookup("graphs", is_hit=report is not None)
        if report is None:
            report = await self._find_stored(file)
            metrics.count_lookup("stored graphs", is_hit=report is not None)
        return report

    async def put(self, file: Path, report: BuildReport) -> None:
        """Caches a graph that was just built, on this machine and in the store."""
        await asyncio.to_thread(self._put_local, file, report)
        artifacts = self.context.service.artifacts
        # The graph last: a reader that finds the graph finds its report.
        await artifacts.put_bytes(self._stored_name(REPORT), msgspec.json.encode(report))
        await artifacts.put(self._stored_name(GRAPH), file)

    def _find_local(self, file: Path) -> BuildReport | None:
        graphs = self.context.service.graphs
        cached = graphs.find(self._key(GRAPH), self.repository.stem)
        report = graphs.find(self._key(REPORT), self.repository.stem)
        if cached is None or report is None:
            return None
        try:
            found = msgspec.json.decode(report.read_bytes(), type=BuildReport)
        except (OSError, msgspec.DecodeError):
            return None
        _link_or_copy(cached, file)
        return found

    async def _find_stored(self, file: Path) -> BuildReport | None:
        artifacts = self.context.service.artifacts
        try:
            await artifacts.fetch(self._stored_name(GRAPH), file)
            report = msgspec.json.decode(await artifacts.read(self._stored_name(REPORT)), type=BuildReport)
        except (ArtifactGoneError, msgspec.DecodeError):
            return None
        await asyncio.to_thread(self._put_local, file, report)
        return report

    def _put_local(self, file: Path, report: BuildReport) -> None:
        graphs, group = self.context.service.graphs, self.repository.stem
        written = file.with_name(f"{file.name}.{REPORT}")
        written.write_bytes(msgspec.json.encode(report))
        graphs.put(self._key(REPORT), written, group)
        written.unlink(missing_ok=True)
        graphs.put(self._key(GRAPH), file, group)

    def _key(self, what: str) -> str:
        key = graph.key(self.repository, self.commit, self.context.service.settings.limits)
        return key if what == GRAPH else f"{key}\n{what}"

    def _stored_name(self, what: str) -> str:
        # Without the local path, which differs between machines. The key holds the release's version.
        key = graph.key(Path("/"), self.commit, self.context.service.settings.limits)
        digest = hashlib.sha256(key.encode()).hexdigest()
        return f"{STORED_GRAPHS}/{self.repository.stem}/{self.commit}.{digest[:16]}/{what}"


def _link_or_copy(cached: Path, own: Path) -> None:
    """A link of our own stays when another process drops the cached file."""
    try:
        own.hardlink_to(cached)
    except OSError:
        shutil.copyfile(cached, own)
