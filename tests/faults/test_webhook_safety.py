"""Webhooks: where they may not go, how long is waited for them, and that their secrets are nowhere."""

import asyncio
import base64
import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from faults.test_completions import CANARY, Receiver, completed, connected_to, make_due, receiving, rows
from kodus_ast.adapters.webhook_requests import WebhookRequests
from kodus_ast.errors import HostRefusedError, NetworkError, TooManyWebhooksError, WebhookRefusedError
from kodus_ast.host_policy import KNOWN, Host
from kodus_ast.models.completions import Completion
from kodus_ast.ports import ServiceContext
from kodus_ast.worker.completion_relay import CompletionRelay


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/hook", "https://127.0.0.1/hook", "https://localhost/hook", "https://[::1]/hook",
        "https://2130706433/hook", "https://user@receiver.example/hook", "https://receiver.example:8443/hook",
        "https://receiver.example/hook?token=x", "file:///etc/passwd", "https://receiver.example/a/../b",
    ],
)  # fmt: skip
async def test_urls_that_lead_where_nothing_may_go_are_refused(service: ServiceContext, url: str) -> None:
    with pytest.raises(HostRefusedError):
        await service.webhooks.create("org", url)
    assert await service.webhooks.list_webhooks("org") == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_a_name_with_a_private_address_is_not_connected_to(
    service: ServiceContext, address: str
) -> None:
    """The addresses are checked when the event is sent: a name may lead elsewhere by then."""
    await service.webhooks.create("org", "https://receiver.example/hook")
    await completed(service)

    async def resolve(*_: object) -> list[str]:
        return ["93.184.216.34", address]

    requests = WebhookRequests(service.settings.webhook_rules, resolver=resolve)
    assert await CompletionRelay(replace(service, webhook_requests=requests)).send_due() == 1
    (row,) = await rows(service)
    assert row["last_error"] == "host_refused"


async def test_only_configured_hosts_are_sent_to_if_that_is_set(service: ServiceContext) -> None:
    settings = replace(service.settings, accepts_known_hosts=False, hosts=(Host("receiver.example"), *KNOWN))
    assert settings.webhook_rules.check_url("https://receiver.example/hook", "org").port == 443
    with pytest.raises(HostRefusedError):
        settings.webhook_rules.check_url("https://another.example/hook", "org")


async def test_neither_urls_nor_signing_keys_are_in_rows_or_logs(
    service: ServiceContext, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    service = connected_to(service, receiver)
    webhook, secret = await service.webhooks.create("org", receiver.url)
    receiver.statuses = [500]
    await completed(service)
    relay = CompletionRelay(service)
    await relay.send_due()
    await make_due(service)
    await relay.send_due()
    assert len(receiver.posts) == 2
    database = service.tasks.database  # type: ignore[attr-defined]
    stored = ""
    for table in ("webhooks", "completions", "tasks", "task_events"):
        stored += str(await database.pool.fetch(f"SELECT t::text FROM {table} AS t"))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    logged = "".join(capsys.readouterr())
    assert "completion not sent" in logged
    for text in (stored, logged, repr(webhook), repr(await service.completions.take(9, for_broker=True))):
        for word in (CANARY, CANARY.encode().hex(), secret, key.hex(), secret.removeprefix("whsec_")):
            assert word not in text
    # Sealed for this row only.
    await database.pool.execute("UPDATE webhooks SET id = gen_random_uuid()")
    await completed(service)
    await relay.send_due()
    assert [one["last_error"] for one in await rows(service)] == ["sealed_gone"]


async def test_an_organization_has_ten_webhooks_at_most(service: ServiceContext) -> None:
    for number in range(10):
        await service.webhooks.create("org", f"https://receiver.example/{number}")
    with pytest.raises(TooManyWebhooksError):
        await service.webhooks.create("org", "https://receiver.example/more")
    await service.webhooks.create("other", "https://receiver.example/more")
    assert len(await service.webhooks.list_webhooks("other")) == 1
    assert len(await service.webhooks.list_webhooks("org")) == 10


async def test_an_answer_that_does_not_come_is_not_waited_for_long(
    service: ServiceContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kodus_ast.adapters.webhook_requests.TIMEOUT_S", 0.5)

    async def dawdle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(dawdle, "127.0.0.1", 0)
    async with server:
        slow = Receiver(port=server.sockets[0].getsockname()[1])
        service = connected_to(service, receiver, slow)
        await service.webhooks.create("org", slow.url)
        await completed(service)
        (taken,) = await service.completions.take(1, for_broker=False)
        began = time.monotonic()
        with pytest.raises(NetworkError):
            await service.webhook_requests.send(taken)
        assert time.monotonic() - began < 3
    receiver.statuses = [400]
    target = replace_url(taken, receiver.url)
    with pytest.raises(WebhookRefusedError):
        await service.webhook_requests.send(target)


def replace_url(completion: Completion, url: str) -> Completion:
    assert completion.webhook is not None
    return msgspec.structs.replace(completion, webhook=msgspec.structs.replace(completion.webhook, url=url))
