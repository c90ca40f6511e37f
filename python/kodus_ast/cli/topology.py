"""`kodus-ast topology`: exchanges and queues of the broker, by the identity that may declare them."""

from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.parameters import ForServices
from kodus_ast.cli.terminal import line, notice, show


async def apply(*, services: ForServices) -> int:
    """Declare what is missing at KODUS_AST_BROKER_URL. What is there and differs is an error."""
    show([line(name) for name in await services.operations.apply_topology()])
    return Exit.OK


async def check(*, services: ForServices) -> int:
    """Print what is missing or differs; exits with 5 when there is something."""
    problems = await services.operations.check_topology()
    show([line(problem) for problem in problems])
    if not problems:
        notice("exchanges and queues are as they must be")
    return Exit.OUTSIDE if problems else Exit.OK
