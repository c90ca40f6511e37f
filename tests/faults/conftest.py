"""A connected service over each queue, with short leases."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

import external_services
from kodus_ast.adapters.service_context import connect_service as connected
from kodus_ast.config import ServiceSettings
from kodus_ast.ports import ServiceContext
from sample_repositories import Lab


@pytest.fixture(params=["rabbitmq", "embedded"])
def via(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(
    request: pytest.FixtureRequest,
    machine_database: str,
    session_broker: external_services.Broker,
    lab: Lab,
    via: str,
) -> ServiceSettings:
    """Those of each queue; also with each store where the test uses the fixture `store`."""
    store: dict[str, str] = request.getfixturevalue("store") if "store" in request.fixturenames else {}
    return external_services.patient(
        **store,
        database_url=machine_database,
        broker_url=session_broker.url if via == "rabbitmq" else "",
        data_directory=lab.path / "data",
        lease=timedelta(seconds=1),
        drain=timedelta(seconds=1),
        retries=2,
        child_environment={"PATH": os.environ["PATH"]},
    )


@pytest.fixture
async def service(
    settings: ServiceSettings, session_broker: external_services.Broker, lab: Lab
) -> AsyncIterator[ServiceContext]:
    await external_services.emptied(settings.database_url)
    await session_broker.emptied()
    whole = replace(lab.settings, service=settings)
    async with connected(whole, lab.repos, lab.graphs) as found:
        yield found
