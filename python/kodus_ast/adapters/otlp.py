"""Sends spans to an OpenTelemetry collector over OTLP; needs the extra `traces`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from kodus_ast.config import ServiceSettings
from kodus_ast.extras import missing
from kodus_ast.traces import Traces


@contextlib.asynccontextmanager
async def traces_to(settings: ServiceSettings) -> AsyncIterator[Traces]:
    """Traces whose spans a thread sends in batches, the last at the end of the block. Some may be lost."""
    if not settings.traces_url:
        yield Traces()
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise missing("KODUS_AST_TRACES_URL", "traces") from None
    provider = TracerProvider(resource=Resource.create({"service.name": "kodus-ast"}))
    exporter = OTLPSpanExporter(endpoint=settings.traces_url, timeout=int(settings.patience_s))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield Traces(provider.get_tracer("kodus_ast"))
    finally:
        await asyncio.to_thread(provider.shutdown)
