"""What tasks do: one module per kind. A handler returns an outcome or raises; it sets no status."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from kodus_ast.models.tasks import TaskKind
from kodus_ast.task_context import Outcome, TaskContext
from kodus_ast.tasks import chunk_impact, content, impact, repository_graph, validate_code

Handler = Callable[[TaskContext], Coroutine[Any, Any, Outcome]]

HANDLERS: Mapping[str, Handler] = {
    TaskKind.REPOSITORY_GRAPH: repository_graph.run,
    TaskKind.CHUNK_IMPACT: chunk_impact.run,
    TaskKind.VALIDATE_CODE: validate_code.run,
    TaskKind.CONTENT: content.run,
    TaskKind.IMPACT: impact.run,
}
