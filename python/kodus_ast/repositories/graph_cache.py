"""Graphs of commits with their reports, kept: on this machine, and in the store for every worker."""

import asyncio
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kodus_ast import graph
from kodus_ast.errors import ArtifactGoneError
from kodus_ast.models.core_answers import BuildReport
from kodus_ast.task_context import Work

STORED = "graphs"
"""In `Artifacts`: `graphs/<repository, on whose behalf>/<commit and all else that it depends on>/…`."""
GRAPH, REPORT = "graph", "report.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """The place of one graph, and whether anything is there."""

    work: Work
    repository: Path
    """As `Repos.store` has it."""
    commit: str

    async def find(self, file: Path) -> BuildReport | None:
        """Puts the graph at `file` and returns its report, if both are here or in the store."""
        meters = self.work.durable.meters
        report = await asyncio.to_thread(self._find_here, file)
        meters.looked("graphs", is_hit=report is not None)
        if report is None:
            report = await self._find_stored(file)
            meters.looked("stored graphs", is_hit=report is not None)
        return report

    async def put(self, file: Path, report: BuildReport) -> None:
        """Keeps what was just built."""
        await asyncio.to_thread(self._put_here, file, report)
        artifacts = self.work.durable.artifacts
        # The graph last: who finds it finds the report.
        await artifacts.put_bytes(self._stored(REPORT), msgspec.json.encode(report))
        await artifacts.put(self._stored(GRAPH), file)

    def _find_here(self, file: Path) -> BuildReport | None:
        graphs = self.work.durable.graphs
        kept = graphs.find(self._key(GRAPH), self.repository.stem)
        report = graphs.find(self._key(REPORT), self.repository.stem)
        if kept is None or report is None:
            return None
        try:
            found = msgspec.json.decode(report.read_bytes(), type=BuildReport)
        except (OSError, msgspec.DecodeError):
            return None
        _hold(kept, file)
        return found

    async def _find_stored(self, file: Path) -> BuildReport | None:
        artifacts = self.work.durable.artifacts
        try:
            await artifacts.fetch(self._stored(GRAPH), file)
            report = msgspec.json.decode(await artifacts.read(self._stored(REPORT)), type=BuildReport)
        except (ArtifactGoneError, msgspec.DecodeError):
            return None
        await asyncio.to_thread(self._put_here, file, report)
        return report

    def _put_here(self, file: Path, report: BuildReport) -> None:
        graphs, group = self.work.durable.graphs, self.repository.stem
        written = file.with_name(f"{file.name}.{REPORT}")
        written.write_bytes(msgspec.json.encode(report))
        graphs.put(self._key(REPORT), written, group)
        written.unlink(missing_ok=True)
        graphs.put(self._key(GRAPH), file, group)

    def _key(self, what: str) -> str:
        key = graph.key(self.repository, self.commit, self.work.durable.settings.limits)
        return key if what == GRAPH else f"{key}\n{what}"

    def _stored(self, what: str) -> str:
        # Where this machine keeps things is nothing to others; another release's graph has another name.
        key = graph.key(Path("/"), self.commit, self.work.durable.settings.limits)
        digest = hashlib.sha256(key.encode()).hexdigest()
        return f"{STORED}/{self.repository.stem}/{self.commit}.{digest[:16]}/{what}"


def _hold(kept: Path, own: Path) -> None:
    """A link of our own: another process may drop the kept one meanwhile."""
    try:
        own.hardlink_to(kept)
    except OSError:
        shutil.copyfile(kept, own)
