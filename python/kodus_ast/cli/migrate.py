"""`kodus-ast migrate`: brings the schema of the database up to date."""

from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.parameters import ForServices
from kodus_ast.cli.terminal import notice


async def migrate(*, services: ForServices) -> int:
    """Apply the migrations that the database at KODUS_AST_DATABASE_URL lacks.

    Forward only, each in a transaction of its own. Two that run at once wait for each other.
    """
    applied = await services.operations.migrate()
    for name in applied:
        notice(f"applied {name}")
    if not applied:
        notice("the schema is up to date")
    return Exit.OK
