"""Connections are encrypted and verified; production refuses others."""

import base64
import re
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

import external_services
import running_service
import tls_services
from kodus_ast.adapters.database import Database
from kodus_ast.adapters.rabbitmq import RabbitQueue
from kodus_ast.errors import DatabaseAwayError, QueueAwayError
from running_service import COMPLETED, ended
from sample_repositories import Lab, refused
from tls_services import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One that has signed nothing here."""
    return Authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def database_url(authority: Authority) -> Iterator[str]:
    with tls_services.postgres(authority) as server, external_services.database(server) as url:
        yield url


@pytest.fixture(scope="module")
def broker_url(authority: Authority) -> Iterator[str]:
    with external_services.broker() as broker, tls_services.listening(broker, authority) as url:
        yield url


def elsewhere(url: str, host: str) -> str:
    """The same server by a name that its certificate is not for."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.replace("localhost", host)))


async def test_the_database_is_verified(database_url: str) -> None:
    async with Database(external_services.patient(), database_url) as database:
        encryption = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        row = await database.pool.fetchrow(encryption)
    assert row is not None
    assert row["ssl"]
    assert row["version"] in {"TLSv1.2", "TLSv1.3"}


async def test_a_database_that_is_not_who_it_must_be_is_refused(
    database_url: str, authority: Authority, stranger: Authority
) -> None:
    for url in (
        database_url.replace(authority.file.parent.name, stranger.file.parent.name),
        elsewhere(database_url, "127.0.0.1"),
    ):
        with pytest.raises(DatabaseAwayError, match="SSLCertVerificationError"):
            await Database(external_services.patient(), url).__aenter__()


async def test_the_broker_is_verified(broker_url: str) -> None:
    queue = RabbitQueue(external_services.patient(broker_url=broker_url))
    await queue.check()
    await queue.close()


async def test_a_broker_that_is_not_who_it_must_be_is_refused(
    broker_url: str, authority: Authority, stranger: Authority
) -> None:
    for url in (
        broker_url.replace(authority.file.parent.name, stranger.file.parent.name),
        broker_url.partition("?")[0],
        elsewhere(broker_url, "127.0.0.1"),
    ):
        queue = RabbitQueue(external_services.patient(broker_url=url))
        with pytest.raises(QueueAwayError):
            await queue.check()
        await queue.close()


@pytest.fixture
def production(lab: Lab, authority: Authority, database_url: str, broker_url: str) -> dict[str, str]:
    certificate, key = authority.issue("localhost", "127.0.0.1").write(lab.path / "api")
    return running_service.settings(lab.path / "service", database_url, broker_url) | {
        "KODUS_AST_PRODUCTION": "1",
        "KODUS_AST_TLS_CERTIFICATE": str(certificate),
        "KODUS_AST_TLS_KEY": str(key),
    }


@pytest.mark.timeout(120)
def test_production_does_a_task_over_verified_connections_alone(
    lab: Lab, authority: Authority, production: dict[str, str]
) -> None:
    trusting = ssl.create_default_context(cafile=str(authority.file))
    encoded = base64.b64encode(b"x = 1\n").decode()
    with (
        running_service.serving(lab.path / "service", production, verify=trusting) as api,
        running_service.working(lab.path / "service", production),
        api.client("o", verify=trusting) as client,
    ):
        body = {"files": [{"id": "1", "encodedData": encoded, "filePath": "a.py"}]}
        task_id = client.post("/api/ast/validate-code/initialize", json=body).json()["taskId"]
        assert ended(client, task_id)["status"] == COMPLETED


@pytest.mark.parametrize("command", ["api", "worker"])
@pytest.mark.parametrize(
    ("variable", "change"),
    [
        ("KODUS_AST_DATABASE_URL", ("verify-full", "require")),
        ("KODUS_AST_BROKER_URL", ("amqps://", "amqp://")),
        ("KODUS_AST_BROKER_URL", (r"\?", "?no_verify_ssl=1&")),
    ],
)
def test_production_refuses_what_is_not_verified(
    lab: Lab, production: dict[str, str], command: str, variable: str, change: tuple[str, str]
) -> None:
    other = production | {variable: re.sub(*change, production[variable])}
    refused(lab.run(command, cwd=None, **other), 2, variable)


def test_production_refuses_an_api_without_tls(lab: Lab, production: dict[str, str]) -> None:
    del production["KODUS_AST_TLS_KEY"]
    refused(lab.run("api", cwd=None, **production), 2, "KODUS_AST_TLS_KEY")
