"""Graphs for commands: from the cache if the commit is there, else built with a progress bar."""

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

LEFTOVER_AGE_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Artefacts:
    """The artefacts of one command; those that are not cached are removed when it ends."""

    services: Services
    directory: Path
    use_cache: bool

    async def of(self, revision: Revision, base: Path | None = None) -> Path:
        """The artefact of a revision; a build reuses the facts of `base`."""
        settings = self.services.settings
        cacheable = self.use_cache and revision.undo is None and revision.commit
        key = graph.key(revision.root, cacheable, settings.limits) if cacheable else None
        stored = self.services.graphs.find(key) if key else None
        if stored and (own := self._link(stored)):
            return own
        name = revision.commit or "directory"
        artefact = self.directory / (f"{name}.graph" if revision.undo is None else f"{name}-before.graph")
        with progress(revision.words) as watch:
            report = await (self._build_in_child if self._is_untrusted(revision) else self._build)(
                revision, artefact, base, watch
            )
        if report.files == 0:
            notice(f"no file in a supported language: {revision.words}; see 'kodus-ast languages'", "yellow")
        if key:
            self.services.graphs.put(key, artefact)
        return artefact

    def _is_untrusted(self, revision: Revision) -> bool:
        """Whether it was fetched from a URL. With a diff it is built here, beside the local diff."""
        is_fetched = revision.root.is_relative_to(self.services.settings.cache_directory)
        return is_fetched and revision.undo is None

    async def _build(
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

    async def _build_in_child(
        self, revision: Revision, artefact: Path, base: Path | None, watch: graph.Watcher | None | None
    ) -> BuildReport:
        """As workers do: untrusted code is read by a confined process, which it may kill."""
        from kodus_ast.sandbox.jobs import BuildJob  # noqa: PLC0415 - most commands need no child
        from kodus_ast.sandbox.resilient_build import build_resiliently  # noqa: PLC0415

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

    def _link(self, stored: Path) -> Path | None:
        # A link of our own stays when another process drops the cached file.
        own = self.directory / stored.name
        try:
            if not own.exists():
                own.hardlink_to(stored)
        except OSError:
            return stored if stored.exists() else None
        return own


@contextlib.contextmanager
def artefacts(services: Services, *, use_cache: bool) -> Iterator[Artefacts]:
    """The artefacts of a command, until the block ends."""
    cache = services.settings.cache_directory
    # In the cache, where hard links work; elsewhere if the cache cannot be written.
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remove_leftovers(cache)
        holder = tempfile.TemporaryDirectory(dir=cache, prefix="run-", ignore_cleanup_errors=True)
    except OSError:
        holder = tempfile.TemporaryDirectory(prefix="kodus-ast-", ignore_cleanup_errors=True)
    with holder as directory:
        yield Artefacts(services, Path(directory), use_cache)


def _remove_leftovers(cache: Path) -> None:
    """Removes the directories of commands that were killed."""
    for directory in cache.glob("run-*"):
        with contextlib.suppress(OSError):
            if time.time() - directory.stat().st_mtime > LEFTOVER_AGE_S:
                shutil.rmtree(directory, ignore_errors=True)
