"""`kodus-ast worker`: does tasks from the queue."""

import contextlib
from collections.abc import Iterator
from typing import Annotated

import uvloop
from cyclopts import Parameter
from cyclopts.validators import Number
from prometheus_client import start_http_server

from kodus_ast import logs
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.parameters import ForServices
from kodus_ast.cli.stop_signals import stop_on_signals
from kodus_ast.errors import BadOptionError
from kodus_ast.ports import ServiceContext, Services
from kodus_ast.sandbox.isolation import log_isolation
from kodus_ast.worker import Worker


def worker(
    *,
    slots: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    services: ForServices,
) -> int:
    """Do tasks until SIGTERM or SIGINT; tasks that run then end within KODUS_AST_DRAIN_S or are released.

    Parameters
    ----------
    slots
        How many tasks on repositories to run at once [default: KODUS_AST_SLOTS].
    """
    logs.configure()
    return uvloop.run(_work(services, slots))


async def _work(services: Services, slots: int | None) -> int:
    stop = stop_on_signals()
    await log_isolation(services.settings.service)
    async with services.connect_service() as service:
        with _serving_metrics(service):
            await Worker(service, slots=slots).run(stop)
    return Exit.OK


@contextlib.contextmanager
def _serving_metrics(service: ServiceContext) -> Iterator[None]:
    """Serves metrics for Prometheus if a port is set: in a thread, so that a busy worker answers too."""
    settings = service.settings.service
    if not settings.metrics_port:
        yield
        return
    try:
        server, thread = start_http_server(
            settings.metrics_port, settings.metrics_host, service.metrics.registry
        )
    except OSError as error:
        raise BadOptionError(f"KODUS_AST_METRICS_PORT cannot be used: {error.strerror}") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
