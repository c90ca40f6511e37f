"""`kodus-ast up`: the whole service in one process, with nothing installed beside the package."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast import logs
from kodus_ast.cli.api import serve
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.parameters import ForServices
from kodus_ast.cli.stop_signals import stop_on_signals
from kodus_ast.cli.terminal import line, notice, show
from kodus_ast.config import ApiSettings
from kodus_ast.config.production import refuse_insecure_api
from kodus_ast.errors import BadOptionError
from kodus_ast.models.tasks import Scope
from kodus_ast.ports import ServiceContext

LOOPBACK = "127.0.0.1"
ORGANIZATION = "local"


async def up(
    *,
    port: Annotated[int | None, Parameter(validator=Number(gte=0, lte=65535))] = None,
    slots: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    services: ForServices,
) -> int:
    """Run API, worker, database and queue in this one command, for this machine alone, until Ctrl-C.

    Prints the URL of the API and, at the first start, a key. Everything is kept in KODUS_AST_DATA, and is
    there again at the next start.

    Parameters
    ----------
    port
        The port [default: KODUS_AST_PORT]; 0 takes a free one.
    slots
        How many tasks on repositories to run at once [default: KODUS_AST_SLOTS].
    """
    # Progress is printed below; only warnings and errors are logged.
    logs.configure(level=logging.WARNING)
    settings = replace(
        services.settings.api, host=LOOPBACK, port=services.settings.api.port if port is None else port
    )
    if services.settings.service.is_production:
        refuse_insecure_api(settings, LOOPBACK)
    stop = stop_on_signals()
    with _listening(settings.port) as listening:
        notice("starting the database")
        async with services.connect_service() as service:
            for name in await services.operations.migrate():
                notice(f"applied {name}")
            code = await _run(service, settings, slots, listening, stop)
    notice("stopped")
    return code


async def _run(
    service: ServiceContext,
    settings: ApiSettings,
    slots: int | None,
    listening: socket.socket,
    stop: asyncio.Event,
) -> Exit:
    """API and worker until `stop` is set or one of them ends; then both end in order."""
    serving = asyncio.create_task(
        serve(
            service,
            settings,
            stop,
            listening=listening,
            ready=lambda: _print_access(service, listening, settings),
        )
    )
    working = asyncio.create_task(_work(service, slots, stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    notice("stopping; running tasks may end or are released")
    stop.set()
    await asyncio.wait({serving, working, stopping})
    working.result()
    return Exit.OK if serving.result() else Exit.OUTSIDE


async def _work(service: ServiceContext, slots: int | None, stop: asyncio.Event) -> None:
    from kodus_ast.sandbox.isolation import log_isolation  # noqa: PLC0415
    from kodus_ast.worker import Worker  # noqa: PLC0415 - other commands do not need it

    await log_isolation(service.settings.service)
    await Worker(service, slots=slots).run(stop)


async def _print_access(service: ServiceContext, listening: socket.socket, settings: ApiSettings) -> None:
    """Prints the URL and, at the first start, a key, on lines of their own, which programs may read."""
    scheme = "https" if settings.tls_certificate else "http"
    show([line(f"{scheme}://{LOOPBACK}:{listening.getsockname()[1]}")])
    sys.stdout.flush()
    if any(key.revoked_at is None for key in await service.keys.list_keys(ORGANIZATION)):
        notice(
            f"the key of the first start is still good; 'kodus-ast keys create {ORGANIZATION}' makes another"
        )
    else:
        _, text = await service.keys.create(ORGANIZATION, "made by 'kodus-ast up'", tuple(Scope))
        show([line(text)])
        sys.stdout.flush()
        notice("this is the key: send it as 'Authorization: Bearer …'; it is shown this once")
    notice("ready; Ctrl-C ends it")


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """A bound socket, before anything is started, so that a taken port is reported at once."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((LOOPBACK, port))
        except OSError as error:
            raise BadOptionError(f"port {port} cannot be used: {error.strerror}; see --port") from None
        yield one
