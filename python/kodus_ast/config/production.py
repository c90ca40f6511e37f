"""What production refuses: connections that are not encrypted and verified, and requests without a key."""

from urllib.parse import parse_qs, urlsplit

from kodus_ast.config.api_settings import ApiSettings
from kodus_ast.config.service_settings import ServiceSettings
from kodus_ast.errors import InsecureError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def refuse_insecure_connections(service: ServiceSettings) -> None:
    """`InsecureError` for the first connection that is not encrypted and verified."""
    database = urlsplit(service.database_url)
    if parse_qs(database.query).get("sslmode") != ["verify-full"]:
        raise InsecureError("KODUS_AST_DATABASE_URL must say sslmode=verify-full in production")
    brokers = {"KODUS_AST_BROKER_URL": service.broker_url}
    if service.operator_broker_url:
        brokers["KODUS_AST_OPERATOR_BROKER_URL"] = service.operator_broker_url
    if service.events_broker_url:
        brokers["KODUS_AST_EVENTS_BROKER_URL"] = service.events_broker_url
    for name, url in brokers.items():
        broker = urlsplit(url)
        if broker.scheme != "amqps" or parse_qs(broker.query).get("no_verify_ssl", ["0"]) != ["0"]:
            raise InsecureError(f"{name} must be amqps, and verified, in production")
    if urlsplit(service.s3_endpoint).scheme == "http":
        raise InsecureError("KODUS_AST_S3_ENDPOINT must be https in production")
    traces = urlsplit(service.traces_url)
    if traces.scheme == "http" and traces.hostname not in LOOPBACK:
        raise InsecureError("KODUS_AST_TRACES_URL must be https in production, unless it is this machine")
    if not service.sealing_key:
        raise InsecureError("KODUS_AST_SEALING_KEY must be set in production")


def refuse_insecure_api(api: ApiSettings, host: str) -> None:
    """`InsecureError` if requests to `host` would not be encrypted, or could come without a key."""
    if api.anonymous_organization:
        raise InsecureError("KODUS_AST_ANONYMOUS must not be set in production")
    if not (api.tls_certificate and api.tls_key) and not api.proxies:
        raise InsecureError(
            f"{host} would be served without TLS: set KODUS_AST_TLS_CERTIFICATE and KODUS_AST_TLS_KEY, "
            "or name the proxy that does TLS in KODUS_AST_PROXIES"
        )
