"""What is in force around the processes that read code, said once when a worker starts."""

from kodus_ast import logs
from kodus_ast.config import ServiceSettings
from kodus_ast.errors import KodusAstError
from kodus_ast.sandbox.child import ProbeJob, call

LOG = logs.logger(__name__)
WANTED = (
    "memory", "processor time", "file size", "open files", "core dumps", "no new privileges", "landlock",
    "seccomp",
)  # fmt: skip


async def isolation(settings: ServiceSettings) -> list[str]:
    """The names of what a child of these settings finds in force."""
    return await call(ProbeJob(), list[str], settings)


async def say_isolation(settings: ServiceSettings) -> None:
    """Logs it; what the kernel does not have is a warning, for the rest goes on without."""
    try:
        in_force = await isolation(settings)
    except KodusAstError as error:
        LOG.warning("isolation is not known", code=error.code)
        return
    missing = [name for name in WANTED if name not in in_force]
    (LOG.warning if missing else LOG.info)("isolation", in_force=in_force, missing=missing)
