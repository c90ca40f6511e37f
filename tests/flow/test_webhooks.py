"""The routes of webhooks: made, listed and deleted by their organization, their secrets shown once."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from kodus_ast.models.tasks import Scope
from running_service import Served

URL = "https://receiver.example/hook/canary"


@pytest.fixture
def client(api: Served) -> Iterator[httpx.Client]:
    with api.client("hooks") as one:
        yield one


def test_a_webhook_is_made_listed_and_deleted(api: Served, client: httpx.Client) -> None:
    answer = client.post("/api/webhooks", json={"url": URL})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    assert made["webhook"]["host"] == "receiver.example"
    assert answer.headers["location"] == f"/api/webhooks/{made['webhook']['id']}"
    listed = client.get("/api/webhooks")
    assert listed.json()["webhooks"] == [made["webhook"]]
    assert "canary" not in listed.text
    with api.client("others") as other:
        assert other.get("/api/webhooks").json() == {"webhooks": []}
        assert other.delete(answer.headers["location"]).json()["code"] == "webhook_not_found"
    assert client.delete(answer.headers["location"]).json() == {}
    assert client.delete(answer.headers["location"]).status_code == 404
    assert client.delete("/api/webhooks/7").status_code == 404
    assert client.get("/api/webhooks").json() == {"webhooks": []}


@pytest.mark.parametrize(
    "url", ["http://receiver.example/hook", "https://10.0.0.1/hook", "", "x", "https://a.b:1/c"]
)
def test_a_url_that_must_not_be_connected_to_is_refused(client: httpx.Client, url: str) -> None:
    answer = client.post("/api/webhooks", json={"url": url})
    assert (answer.status_code, answer.json()["code"]) in {(400, "host_refused"), (400, "bad_request")}


def test_who_may_only_read_makes_no_webhooks(api: Served) -> None:
    with api.client("hooks", Scope.READ) as reader:
        assert reader.post("/api/webhooks", json={"url": URL}).status_code == 403
        assert reader.get("/api/webhooks").status_code == 200
