"""What tasks do: one module per kind. A handler returns what it has found, or raises; it sets no status."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from kodus_ast.models.tasks import TaskKind
from kodus_ast.tasks import chunk, content, graphs, impact, validate
from kodus_ast.tasks.work import Outcome, Work

Handler = Callable[[Work], Coroutine[Any, Any, Outcome]]

HANDLERS: Mapping[str, Handler] = {
    TaskKind.REPOSITORY_GRAPH: graphs.run,
    TaskKind.CHUNK_IMPACT: chunk.run,
    TaskKind.VALIDATE_CODE: validate.run,
    TaskKind.CONTENT: content.run,
    TaskKind.IMPACT: impact.run,
}
