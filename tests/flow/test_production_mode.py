"""Serving the API: encrypted in production, behind known proxies, ready only with its dependencies."""

import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

import external_services
import running_service
from kodus_ast.config import ApiSettings, settings_from
from kodus_ast.config.production import refuse_insecure_api
from kodus_ast.errors import InsecureError
from running_service import Served


def test_production_without_encryption_is_refused() -> None:
    with pytest.raises(InsecureError, match="TLS"):
        refuse_insecure_api(ApiSettings(), "0.0.0.0")
    refuse_insecure_api(ApiSettings(tls_certificate="cert.pem", tls_key="key.pem"), "0.0.0.0")
    refuse_insecure_api(ApiSettings(proxies=("10.0.0.1",)), "0.0.0.0")


def test_production_lets_nobody_in_without_a_key() -> None:
    open_to_all = ApiSettings(proxies=("10.0.0.1",), anonymous_organization="all")
    with pytest.raises(InsecureError, match="KODUS_AST_ANONYMOUS"):
        refuse_insecure_api(open_to_all, "127.0.0.1")


def test_proxies_are_named_one_by_one() -> None:
    api = settings_from({"HOME": "/", "KODUS_AST_PROXIES": "10.0.0.1, 10.1.0.0/16"}).api
    assert api.proxies == ("10.0.0.1", "10.1.0.0/16")


def test_it_speaks_tls(quiet_api: Served, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out"]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*command, str(certificate), *subject], check=True, capture_output=True, timeout=30)
    environment = quiet_api.environment | {
        "KODUS_AST_TLS_CERTIFICATE": str(certificate),
        "KODUS_AST_TLS_KEY": str(key),
    }
    trusting = ssl.create_default_context(cafile=str(certificate))
    with running_service.serving(tmp_path, environment, verify=trusting) as secure:
        assert secure.url.startswith("https://")
        assert httpx.get(f"{secure.url}/health", verify=trusting).status_code == 200
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{secure.url}/health")


def test_what_is_away_is_said_and_no_place_is_named(tmp_path: Path) -> None:
    with external_services.database(external_services.DATABASE_URL) as url:
        # Nobody listens there.
        broker = f"amqp://guest:canary@127.0.0.1:{running_service.free_port()}/"
        with running_service.serving(tmp_path, running_service.settings(tmp_path, url, broker)) as lame:
            ready = httpx.get(f"{lame.url}/health/ready", timeout=10)
            assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
            detail = httpx.get(f"{lame.url}/health/detail", timeout=10).json()
            assert detail["dependencies"]["queue"]["status"] in {"queue_away", "timeout"}
            assert detail["dependencies"]["database"]["status"] == "ok"
            assert httpx.get(f"{lame.url}/health").status_code == 200
            # An outage of the broker costs time, no task.
            with lame.client() as client:
                repo = {"url": "file:///nowhere"}
                answer = client.post("/api/v2/impact", json={"baseRepo": repo, "headRepo": repo})
                assert answer.status_code == 202
            assert "canary" not in lame.process.log.read_text()
        with (
            running_service.serving(tmp_path, running_service.settings(tmp_path, url)) as lame,
            lame.client() as client,
        ):
            key = lame.key()
            assert client.get("/api/tasks").status_code == 200
            external_services.drop(url)
            answer = httpx.get(f"{lame.url}/api/tasks", headers={"x-api-key": key}, timeout=20)
            assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
            assert "detail" not in answer.json()
            assert answer.headers["retry-after"]
