"""`kodus-ast api`: the HTTP API, in this process."""

from dataclasses import replace
from types import FrameType
from typing import Annotated

import uvicorn
from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast import logs
from kodus_ast.api.app import Application, create_app
from kodus_ast.cli.exits import Exit
from kodus_ast.config import ApiSettings
from kodus_ast.ports import Services

GRACE_S = 25
KEEP_ALIVE_S = 75
WAITING = 2048


class Server(uvicorn.Server):
    """Ends open event streams first: waiting for them, the server would never end."""

    def __init__(self, config: uvicorn.Config, app: Application) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called with SIGTERM and SIGINT."""
        self._app.stop()
        super().handle_exit(sig, frame)


async def api(
    *,
    host: str | None = None,
    port: Annotated[int | None, Parameter(validator=Number(gte=0, lte=65535))] = None,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Serve the HTTP API until SIGTERM or SIGINT; what runs then may end within 25 seconds.

    Parameters
    ----------
    host
        The address to listen at [default: KODUS_AST_HOST].
    port
        The port [default: KODUS_AST_PORT]; 0 takes a free one and logs it.
    """
    logs.configure()
    own = services.settings.api
    settings = replace(own, host=host or own.host, port=own.port if port is None else port)
    settings.check(settings.host)
    async with services.durable() as durable:
        app = create_app(durable)
        server = Server(config_of(app, settings), app)
        await server.serve()
    return Exit.OK if server.started else Exit.OUTSIDE


def config_of(app: Application, settings: ApiSettings) -> uvicorn.Config:
    """How the server runs."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        backlog=WAITING,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
    )
