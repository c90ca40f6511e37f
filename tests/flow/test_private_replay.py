"""What was given up about a private repository is submitted again with its credentials."""

import base64
import contextlib
from pathlib import Path
from typing import Any

import pytest

import external_services
import running_service
from git_host import REPLIES, git_host
from kodus_ast.models.tasks import Scope
from running_service import COMPLETED, FAILED, ended
from sample_repositories import Lab, Repo

TOKEN = "canarytoken51c0de"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("via", ["rabbitmq", "embedded"])
def test_a_private_repository_whose_host_was_away(
    lab: Lab,
    shop: Repo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    via: str,
) -> None:
    shown = "Basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    shop.git("clone", "--quiet", "--bare", ".", str(tmp_path / "hosted" / "busy" / "shop.git"))
    with (
        git_host(tmp_path / "hosted", {shown}, delay_s=0.0) as host,
        external_services.database(external_services.DATABASE_URL) as url,
        external_services.broker() if via == "rabbitmq" else contextlib.nullcontext() as broker,
    ):
        broker_url = broker.url if broker else ""
        directory = tmp_path / "service"
        environment = running_service.settings(directory, url, broker_url) | {
            "KODUS_AST_GIT_PROTOCOLS": "http",
            "KODUS_AST_HOSTS": str(host.hosts_file(tmp_path)),
            "KODUS_AST_RETRIES": "0",
        }
        repo: dict[str, Any] = {
            "url": f"{host.url}/busy/shop.git",
            "branch": "main",
            "auth": {"token": TOKEN},
        }
        scopes = (Scope.SUBMIT, Scope.READ, Scope.OPERATE)
        with (
            running_service.serving(directory, environment) as api,
            running_service.working(directory, environment),
            api.client("org", *scopes) as client,
        ):
            body = {"baseRepo": repo, "headRepo": repo}
            first = client.post("/api/v2/impact", json=body).json()["taskId"]
            failed = ended(client, first)
            assert (failed["status"], failed["metadata"]["error"]["code"]) == (FAILED, "network")
            monkeypatch.delitem(REPLIES, "busy")
            (letter,) = client.get("/api/admin/dlq").json()["letters"]
            answer = client.post(f"/api/admin/dlq/{letter['id']}/replay")
            assert answer.status_code == 202, answer.text
            replayed = answer.json()["taskId"]
            assert ended(client, replayed)["status"] == COMPLETED
            retried = client.post(f"/api/tasks/{first}/retry")
            assert retried.status_code == 202, retried.text
            assert ended(client, retried.json()["taskId"])["status"] == COMPLETED

            # A client that deletes the repository takes its credentials back.
            monkeypatch.setitem(REPLIES, "busy", (503, (), b""))
            second = client.post("/api/v2/impact", json=body | {"options": {"depth": 1}}).json()["taskId"]
            assert ended(client, second)["status"] == FAILED
            gone = client.post("/api/ast/repositories/delete", json={"headRepo": {"url": repo["url"]}}).json()
            assert gone["removed"]["sealed"] == 2
            refused = client.post(f"/api/tasks/{second}/retry")
            assert (refused.status_code, refused.json()["code"]) == (409, "sealed_gone")
            (letter,) = client.get("/api/admin/dlq").json()["letters"]
            own = lab.run("dlq", "replay", letter["id"], cwd=None, **environment)
            assert own.code != 0
            assert "submit it again" in own.err
    assert TOKEN not in (directory / "api.log").read_text() + (directory / "worker.log").read_text()
