"""Which protections are in force in the processes that read code; logged once when a worker starts."""

from kodus_ast import logs
from kodus_ast.config import ServiceSettings
from kodus_ast.errors import KodusAstError
from kodus_ast.sandbox.jobs import ProbeJob
from kodus_ast.sandbox.parent import run_job

LOG = logs.logger(__name__)
EXPECTED = (
    "memory", "processor time", "file size", "open files", "core dumps", "no new privileges", "landlock",
    "seccomp",
)  # fmt: skip


async def probe_isolation(settings: ServiceSettings) -> list[str]:
    """The names of the protections that a child with these settings finds in force."""
    return await run_job(ProbeJob(), list[str], settings)


async def log_isolation(settings: ServiceSettings) -> None:
    """Logs the protections. A missing one is a warning only: the others still work."""
    try:
        in_force = await probe_isolation(settings)
    except KodusAstError as error:
        LOG.warning("isolation is not known", code=error.code)
        return
    missing = [name for name in EXPECTED if name not in in_force]
    (LOG.warning if missing else LOG.info)("isolation", in_force=in_force, missing=missing)
