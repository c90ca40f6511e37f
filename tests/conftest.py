"""Fixtures of all tests."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

import external_services
import running_service
from kodus_ast.adapters.embedded_postgres import start_server
from sample_repositories import Lab, Repo


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(
        tmp_path,
        {
            "KODUS_AST_CACHE": str(tmp_path / "cache"),
            "KODUS_AST_GIT_PROTOCOLS": "https:file",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CEILING_DIRECTORIES": str(tmp_path),
            "COLUMNS": "200",
        },
    )


BEFORE = {
    "shop/price.py": (
        "def total(items, tax):\n    return sum(items) * tax\n\n\n"
        "def label(name):\n    return name.upper()\n\n\n"
        "def old():\n    return 1\n"
    ),
    "shop/cart.py": (
        "from shop.price import label, old, total\n\n\n"
        "class Cart:\n"
        "    def __init__(self, items):\n        self.items = items\n\n"
        "    def pay(self):\n        return total(self.items, 2)\n\n"
        "    def show(self):\n        return label('cart')\n\n\n"
        "def checkout(items):\n    return Cart(items).pay()\n\n\n"
        "def legacy():\n    return old()\n"
    ),
    "shop/__init__.py": "",
    "tests/test_cart.py": (
        "from shop.cart import checkout\n\n\ndef test_checkout():\n    assert checkout([1]) == 2\n"
    ),
    "web/app.ts": (
        "import { format } from './format';\n\nexport function render(n: number): string {\n"
        "  return format(n);\n}\n"
    ),
    "web/format.ts": "export function format(n: number): string {\n  return String(n);\n}\n",
}
AFTER = {
    "shop/price.py": (
        "def total(items, tax, discount=0):\n    return sum(items) * tax - discount\n\n\n"
        "# Says it louder.\ndef label(name):\n    return name.upper()\n\n\n"
    ),
    "web/format.ts": "export function format(n: number): string {\n  return n.toFixed(2);\n}\n",
}


@pytest.fixture
def shop(lab: Lab) -> Repo:
    """A small repository with two commits: a signature, a body and a deletion differ, and a comment."""
    return lab.repo("shop", BEFORE, AFTER)


@pytest.fixture(scope="session")
def machine_database() -> Iterator[str]:
    with external_services.database(external_services.DATABASE_URL) as url:
        yield url


@pytest.fixture(scope="session")
def embedded_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server, url = start_server(tmp_path_factory.mktemp("postgres"))
    try:
        with external_services.database(url) as own:
            yield own
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def session_broker() -> Iterator[external_services.Broker]:
    with external_services.broker() as broker:
        yield broker


@pytest.fixture(scope="session")
def service_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A database and a virtual host that no other test empties."""
    with (
        external_services.database(external_services.DATABASE_URL) as url,
        external_services.broker() as broker,
    ):
        yield running_service.settings(tmp_path_factory.mktemp("service"), url, broker.url)


@pytest.fixture(scope="session")
def api(
    service_settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[running_service.Served]:
    """A real server over real Postgres and a real broker."""
    with running_service.serving(tmp_path_factory.mktemp("api"), service_settings) as running:
        yield running


@pytest.fixture(scope="session")
def quiet_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running_service.Served]:
    """A server whose tasks wait for ever: nobody works."""
    directory = tmp_path_factory.mktemp("quiet")
    with (
        external_services.database(external_services.DATABASE_URL) as url,
        running_service.serving(directory, running_service.settings(directory, url)) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def api_worker(
    service_settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[running_service.Process]:
    """A worker that does what the API accepts."""
    with running_service.working(tmp_path_factory.mktemp("worker"), service_settings) as running:
        yield running


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of something that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings of each kind of artefact store, empty."""
    if request.param == "directory":
        return {"store": str(tmp_path / "store")}
    address: str = request.getfixturevalue("s3")
    for name, value in {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(name, value)
    bucket = f"bucket-{uuid4().hex[:8]}"
    external_services.put(f"{address}/{bucket}")
    return {"store": f"s3://{bucket}/some/where", "s3_endpoint": address, "s3_region": "us-east-1"}


@pytest.fixture
def service_repo(shop: Repo) -> dict[str, dict[str, str]]:
    """The small repository as requests name it: its base and its head."""
    url = f"file://{shop.path}"
    return {
        "base": {"url": url, "branch": "main", "commitSha": shop.git("rev-parse", "HEAD~1")},
        "head": {"url": url, "branch": "main", "commitSha": shop.git("rev-parse", "HEAD")},
    }
