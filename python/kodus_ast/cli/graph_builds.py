"""Graphs for commands: from the cache when one of that commit is there, else built with a progress bar."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kodus_ast import graph
from kodus_ast.cli.revisions import Revision
from kodus_ast.cli.terminal import notice, progress
from kodus_ast.models.core_answers import BuildReport
from kodus_ast.ports import Services

LEFT_BEHIND_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Artefacts:
    """Artefacts of one command; those that are not kept in the cache go when it ends."""

    services: Services
    directory: Path
    use_cache: bool

    async def of(self, revision: Revision, base: Path | None = None) -> Path:
        """The artefact of a revision, built on the facts of `base` if it must be built."""
        settings = self.services.settings
        kept = self.use_cache and revision.undo is None and revision.commit
        key = graph.key(revision.root, kept, settings.limits) if kept else None
        stored = self.services.graphs.find(key) if key else None
        if stored and (own := self._held(stored)):
            return own
        name = revision.commit or "directory"
        artefact = self.directory / (f"{name}.graph" if revision.undo is None else f"{name}-before.graph")
        with progress(revision.words) as watch:
            report = await (self._of_others if self._is_of_others(revision) else self._own)(
                revision, artefact, base, watch
            )
        if report.files == 0:
            notice(f"no file in a supported language: {revision.words}; see 'kodus-ast languages'", "yellow")
        if key:
            self.services.graphs.put(key, artefact)
        return artefact

    def _is_of_others(self, revision: Revision) -> bool:
        """Was it fetched from a URL? A diff is undone here, beside what its giver has."""
        is_fetched = revision.root.is_relative_to(self.services.settings.cache_directory)
        return is_fetched and revision.undo is None

    async def _own(
        self, revision: Revision, artefact: Path, base: Path | None, watch: graph.Watcher | None | None
    ) -> BuildReport:
        settings = self.services.settings
        return await graph.build(
            revision.root,
            revision.commit,
            artefact,
            base=base,
            threads=settings.threads,
            limits=settings.limits,
            watch=watch,
            undo=revision.undo,
        )

    async def _of_others(
        self, revision: Revision, artefact: Path, base: Path | None, watch: graph.Watcher | None | None
    ) -> BuildReport:
        """As workers do it: code of others is read by a process that has nothing, and may die of it."""
        from kodus_ast.sandbox.jobs import BuildJob  # noqa: PLC0415
        from kodus_ast.sandbox.resilient_build import build_resiliently  # noqa: PLC0415 - most commands need none of it

        settings = self.services.settings
        job = BuildJob(
            str(revision.root),
            revision.commit or "HEAD",
            str(artefact),
            str(base) if base else None,
            settings.threads,
            settings.limits,
        )
        return await build_resiliently(job, settings, watch)

    def _held(self, stored: Path) -> Path | None:
        # A link of our own: another process may drop the stored one from the cache meanwhile.
        own = self.directory / stored.name
        try:
            if not own.exists():
                own.hardlink_to(stored)
        except OSError:
            return stored if stored.exists() else None
        return own


@contextlib.contextmanager
def artefacts(services: Services, *, use_cache: bool) -> Iterator[Artefacts]:
    """Artefacts for as long as a command runs."""
    cache = services.settings.cache_directory
    # Beside the cache a link costs nothing; anywhere else will do when that cannot be written.
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(cache)
        holder = tempfile.TemporaryDirectory(dir=cache, prefix="run-", ignore_cleanup_errors=True)
    except OSError:
        holder = tempfile.TemporaryDirectory(prefix="kodus-ast-", ignore_cleanup_errors=True)
    with holder as directory:
        yield Artefacts(services, Path(directory), use_cache)


def _sweep(cache: Path) -> None:
    """Removes what commands that were killed have left."""
    for directory in cache.glob("run-*"):
        with contextlib.suppress(OSError):
            if time.time() - directory.stat().st_mtime > LEFT_BEHIND_S:
                shutil.rmtree(directory, ignore_errors=True)
