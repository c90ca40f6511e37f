"""OpenTelemetry spans, from a request over the queue to git and the build; none without a collector.

Spans name their parent as a W3C `traceparent`, which fits into a row and a header. Attributes are names and
numbers of our own, never parts of a request: no URL, no path, no error message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

# ruff: noqa: PLC0415 - imported only with a collector: most processes have none

PARENT = "traceparent"
"""The name of the header, and the key in the metadata of tasks."""
Kind = Literal["INTERNAL", "SERVER", "PRODUCER", "CONSUMER"]


@dataclass(frozen=True, slots=True)
class Traces:
    """Opens spans; does nothing without a tracer."""

    tracer: "Tracer | None" = None

    @contextmanager
    def span(
        self, name: str, kind: Kind = "INTERNAL", parent: str = "", **attributes: str | int
    ) -> Iterator[str]:
        """A span around the block, a child of `parent` or of the current span; yields its `traceparent`."""
        if self.tracer is None:
            yield ""
            return
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        propagator = TraceContextTextMapPropagator()
        parent_context = propagator.extract({PARENT: parent}) if parent else None
        prefixed = {f"kodus_ast.{key}": value for key, value in attributes.items()}
        with self.tracer.start_as_current_span(
            name,
            parent_context,
            trace.SpanKind[kind],
            prefixed,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            carrier: dict[str, str] = {}
            propagator.inject(carrier)
            try:
                yield carrier.get(PARENT, "")
            except BaseException as error:
                # Only the code or class of the error: its message may quote secret input.
                span.set_attribute("error.type", getattr(error, "code", type(error).__name__))
                span.set_status(trace.StatusCode.ERROR)
                raise
