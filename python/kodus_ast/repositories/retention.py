"""How long stored graphs are kept: at most so many of each repository, and none beyond its age."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kodus_ast.ports import ServiceContext
from kodus_ast.repositories.graph_cache import STORED_GRAPHS

if TYPE_CHECKING:
    from kodus_ast.models.artifacts import ListedArtifact


async def remove_expired_graphs(service: ServiceContext) -> None:
    """Removes stored graphs that are too old or too many; a task that needs one builds it again."""
    artifacts, settings = service.artifacts, service.settings.service
    oldest = datetime.now(UTC) - settings.retention
    # By repository, then by graph: the files of the graph.
    by_repository: dict[str, dict[str, list[ListedArtifact]]] = {}
    for file in await artifacts.list_files(f"{STORED_GRAPHS}/"):
        _, repository, graph, _ = file.name.split("/")
        by_repository.setdefault(repository, {}).setdefault(graph, []).append(file)
    for graphs in by_repository.values():
        latest_first = sorted(
            graphs.values(), key=lambda files: max(file.written_at for file in files), reverse=True
        )
        most = settings.retained_graphs or len(latest_first)
        for position, files in enumerate(latest_first):
            if position >= most or all(file.written_at < oldest for file in files):
                await artifacts.remove_files([file.name for file in files])
