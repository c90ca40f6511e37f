"""`kodus-ast keys`: API keys of organizations."""

from uuid import UUID

from kodus_ast.cli.exit_codes import Exit
from kodus_ast.cli.parameters import ForServices
from kodus_ast.cli.terminal import line, notice, show
from kodus_ast.errors import NotFoundError
from kodus_ast.models.tasks import Scope


async def create(
    organization: str,
    /,
    *,
    name: str = "",
    scope: tuple[Scope, ...] = (Scope.SUBMIT, Scope.READ),
    services: ForServices,
) -> int:
    """Create a key and print it. It is not stored, so it cannot be printed again.

    Parameters
    ----------
    organization
        Whose tasks the key may submit and read.
    name
        What it is for.
    scope
        What it may do; can be repeated [default: submit and read].
    """
    async with services.connect_service() as service:
        key, text = await service.keys.create(organization, name, scope)
    notice(f"key {key.id} of {organization}: {', '.join(key.scopes)}")
    show([line(text)])
    return Exit.OK


async def list_(organization: str | None = None, /, *, services: ForServices) -> int:
    """List keys: id, organization, scopes, name.

    Parameters
    ----------
    organization
        Of this one only.
    """
    async with services.connect_service() as service:
        for key in await service.keys.list_keys(organization):
            revoked = "  revoked" if key.revoked_at else ""
            scopes = ",".join(key.scopes)
            show([line(f"{key.id}  {key.organization_id}  {scopes}  {key.name}{revoked}")])
    return Exit.OK


async def revoke(key_id: UUID, /, *, services: ForServices) -> int:
    """Revoke a key. It is refused within a second, and cannot be restored.

    Parameters
    ----------
    key_id
        As `keys list` prints it.
    """
    async with services.connect_service() as service:
        if await service.keys.revoke(key_id) is None:
            raise NotFoundError(f"there is no key {key_id} to revoke")
    notice(f"revoked {key_id}")
    return Exit.OK
