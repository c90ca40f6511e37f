"""`kodus-ast api`: the HTTP API, in this process."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Annotated

import uvicorn
import uvloop
from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast import logs
from kodus_ast.api.app import Application, create_app
from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.parameters import ForServices
from kodus_ast.cli.stop_signals import stop_on_signals
from kodus_ast.config import ApiSettings
from kodus_ast.config.production import refuse_insecure_api
from kodus_ast.ports import ServiceContext, Services

GRACE_S = 25
KEEP_ALIVE_S = 75
BACKLOG = 2048


def api(
    *,
    host: str | None = None,
    port: Annotated[int | None, Parameter(validator=Number(gte=1, lte=65535))] = None,
    services: ForServices,
) -> int:
    """Serve the HTTP API until SIGTERM or SIGINT; what runs then may end within 25 seconds.

    Parameters
    ----------
    host
        The address to listen at [default: KODUS_AST_HOST].
    port
        The port [default: KODUS_AST_PORT].
    """
    logs.configure()
    own = services.settings.api
    settings = replace(own, host=host or own.host, port=port or own.port)
    if services.settings.service.is_production:
        refuse_insecure_api(settings, settings.host)
    return uvloop.run(_served(services, settings))


async def _served(services: Services, settings: ApiSettings) -> int:
    stop = stop_on_signals()
    async with services.connect_service() as service:
        return Exit.OK if await serve(service, settings, stop) else Exit.OUTSIDE


class Server(uvicorn.Server):
    """uvicorn without its signal handlers, which end the process before the service is disconnected."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the command."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then sets `listens`."""
        await super().startup(sockets)
        self.listens.set()


async def serve(
    service: ServiceContext,
    settings: ApiSettings,
    stop: asyncio.Event,
    *,
    listening: socket.socket | None = None,
    ready: Callable[[], Awaitable[None]] | None = None,
) -> bool:
    """Serves until `stop` is set and running requests have ended; False if it could not start.

    Uses the socket `listening` if given; calls `ready` once it accepts requests.
    """
    app = create_app(service)
    server = Server(_config(app, settings))

    async def end() -> None:
        await stop.wait()
        # Streams first: the server waits for open ones.
        app.stop()
        server.should_exit = True

    async def notify_ready() -> None:
        await server.listens.wait()
        if ready:
            await ready()

    ending, notifying = asyncio.create_task(end()), asyncio.create_task(notify_ready())
    # If it fails, the server stops.
    notifying.add_done_callback(lambda task: None if task.cancelled() or not task.exception() else stop.set())
    try:
        await server.serve([listening] if listening else None)
    except SystemExit:
        # uvicorn raises it when it cannot listen, and has logged the reason.
        return False
    finally:
        ending.cancel()
        notifying.cancel()
    await asyncio.wait({notifying})
    if not notifying.cancelled():
        notifying.result()
    return server.started


def _config(app: Application, settings: ApiSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
    )
