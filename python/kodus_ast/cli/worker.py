"""`kodus-ast worker`: takes tasks from the queue and does them."""

import asyncio
import signal
from typing import Annotated

import uvloop
from cyclopts import Parameter
from cyclopts.validators import Number

from kodus_ast import logs
from kodus_ast.cli.exits import Exit
from kodus_ast.ports import Services
from kodus_ast.tasks.isolation import say_isolation
from kodus_ast.worker import Worker


def worker(
    *,
    slots: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Do tasks until SIGTERM or SIGINT; what runs then may end within KODUS_AST_DRAIN_S, or is handed back.

    Parameters
    ----------
    slots
        How many tasks to run at once [default: KODUS_AST_SLOTS].
    """
    logs.configure()
    return uvloop.run(_work(services, slots))


async def _work(services: Services, slots: int | None) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await say_isolation(services.settings.service)
    async with services.durable() as durable:
        await Worker(durable, slots=slots).run(stop)
    return Exit.OK
