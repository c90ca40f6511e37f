"""Settings of the HTTP API."""

from dataclasses import dataclass

from kodus_ast.config.kinds import ADDRESSES, MEBIBYTE, NUMBER, PORT, TEXT, number
from kodus_ast.config.reader import setting


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """How the HTTP API runs."""

    host: str = setting("KODUS_AST_HOST", TEXT, "127.0.0.1", "The address to listen at.")
    port: int = setting("KODUS_AST_PORT", PORT, "8080", "The port to listen at.")
    tls_certificate: str = setting(
        "KODUS_AST_TLS_CERTIFICATE",
        TEXT,
        "",
        "PEM file of the certificate and its chain.",
        when_unset="no TLS",
    )
    tls_key: str = setting(
        "KODUS_AST_TLS_KEY", TEXT, "", "PEM file of the certificate's private key.", is_secret=True
    )
    proxies: tuple[str, ...] = setting(
        "KODUS_AST_PROXIES",
        ADDRESSES,
        "",
        "Addresses or networks, separated by commas, whose `X-Forwarded-For` and `-Proto` are believed.",
        when_unset="nobody",
    )
    body_bytes: int = setting(
        "KODUS_AST_BODY_MIB",
        number(lambda count: count * MEBIBYTE, "MiB", least=1),
        "16",
        "The largest body of a request.",
    )
    held_bytes: int = setting(
        "KODUS_AST_BODIES_MIB",
        number(lambda count: count * MEBIBYTE, "MiB", least=1),
        "48",
        "The most bytes of bodies that one process holds at once, half of it of one organization; more wait.",
    )
    rate_per_s: float = setting(
        "KODUS_AST_RATE_PER_S",
        number(float),
        "100",
        "Requests of one key per second and process, twice as many at once after a pause; 0 for any number.",
    )
    streams: int = setting(
        "KODUS_AST_STREAMS", NUMBER, "1000", "The most event streams that one process keeps open."
    )
    anonymous_organization: str = setting(
        "KODUS_AST_ANONYMOUS",
        TEXT,
        "",
        "The organization of requests that come from this machine without a key; refused in production.",
        when_unset="every request needs a key",
    )
