"""Spans of OpenTelemetry, from a request over the queue to git and the build; none unless spans go somewhere.

What a span says of its parent is a W3C `traceparent`, so that it fits into a row and a header. Attributes are
names and numbers of ours, never what was asked: no URL, no path, no message of an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

# ruff: noqa: PLC0415 - imported only where spans go somewhere: most processes do without

PARENT = "traceparent"
"""The header, and the key in the metadata of tasks."""
Kind = Literal["INTERNAL", "SERVER", "PRODUCER", "CONSUMER"]


@dataclass(frozen=True, slots=True)
class Traces:
    """Where spans begin."""

    tracer: "Tracer | None" = None

    @contextmanager
    def span(
        self, name: str, kind: Kind = "INTERNAL", parent: str = "", **attributes: str | int
    ) -> Iterator[str]:
        """A span around the block, below `parent` or else the one that is open; its own `traceparent`."""
        if self.tracer is None:
            yield ""
            return
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        propagator = TraceContextTextMapPropagator()
        above = propagator.extract({PARENT: parent}) if parent else None
        said = {f"kodus_ast.{key}": value for key, value in attributes.items()}
        with self.tracer.start_as_current_span(
            name,
            above,
            trace.SpanKind[kind],
            said,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            carrier: dict[str, str] = {}
            propagator.inject(carrier)
            try:
                yield carrier.get(PARENT, "")
            except BaseException as error:
                # Of the error its kind alone: its words may quote what it choked on.
                span.set_attribute("error.type", getattr(error, "code", type(error).__name__))
                span.set_status(trace.StatusCode.ERROR)
                raise
