"""The Python client against a real server and a real worker: events, polling, results and errors."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

import running_service
from kodus_ast.client import Client, SyncClient
from kodus_ast.errors import (
    ApiAwayError,
    BadRequestError,
    CancelledError,
    RepositoryNotFoundError,
    TaskNotFoundError,
    TaskTimeoutError,
    UnauthorizedError,
)
from kodus_ast.models.http_requests import EncodedFile, InitializeChunk, InitializeImpact, Repo, ValidateCode
from running_service import Served


@pytest.fixture
def client(api: Served) -> Iterator[SyncClient]:
    with SyncClient(api.url, api.key()) as found:
        yield found


@pytest.fixture
def whole(service_repo: dict[str, Any]) -> InitializeImpact:
    base, head = (msgspec.convert(service_repo[side], Repo) for side in ("base", "head"))
    return InitializeImpact(base_repo=base, head_repo=head)


class WithoutStreams(httpx.AsyncBaseTransport):
    """A way to the server that cuts every stream off."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self.cut = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/events"):
            self.cut += 1
            raise httpx.ReadError("cut off")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.mark.usefixtures("api_worker")
async def test_the_main_job(api: Served, whole: InitializeImpact) -> None:
    seen: list[Any] = []
    async with Client(api.url, api.key()) as client:
        task_id = await client.submit(whole)
        task = await client.wait(task_id, timeout_s=40, watch=seen.append)
        assert task.metadata.head_commit == whole.head_repo.commit_sha
        assert [event.id for event in seen] == sorted({event.id for event in seen})
        assert (seen[0].progress, seen[-1].progress) == (0, 100)
        impact = await client.impact(task_id)
        assert impact.meta.head.commit == whole.head_repo.commit_sha
        assert any(one.symbol.name == "pay" for one in impact.affected)
        assert (await client.result(task_id)).summary["changes"] == len(impact.changes)


@pytest.mark.usefixtures("api_worker")
def test_the_main_job_without_asyncio(client: SyncClient, whole: InitializeImpact) -> None:
    seen: list[Any] = []
    task_id = client.submit(whole)
    client.wait(task_id, timeout_s=40, watch=seen.append)
    assert seen[-1].status == running_service.COMPLETED
    assert client.impact(task_id).changes
    body = InitializeChunk(
        base_repo=whole.base_repo, head_repo=whole.head_repo, code_chunk="", file_name="shop/price.py"
    )
    chunk_id = client.submit(body)
    client.wait(chunk_id, timeout_s=40)
    assert client.chunk(chunk_id).functions_affect


@pytest.mark.usefixtures("api_worker")
async def test_where_streams_do_not_come_through_the_client_polls(
    api: Served, whole: InitializeImpact
) -> None:
    transport = WithoutStreams()
    async with Client(api.url, api.key(), http=httpx.AsyncClient(transport=transport)) as client:
        await client.wait(await client.submit(whole), timeout_s=40)
    assert 1 <= transport.cut <= 3


@pytest.mark.usefixtures("api_worker")
def test_what_a_task_failed_with_is_raised(client: SyncClient, tmp_path: Path) -> None:
    repo = Repo(url=f"file://{tmp_path}/missing", branch=uuid4().hex)
    with pytest.raises(RepositoryNotFoundError):
        client.wait(client.submit(InitializeImpact(base_repo=repo, head_repo=repo)), timeout_s=40)


@pytest.mark.usefixtures("api_worker")
def test_files_are_validated(client: SyncClient) -> None:
    files = [EncodedFile("1", base64.b64encode(b"def f(:\n").decode(), "a.py")]
    task_id = client.submit(ValidateCode(files=files))
    client.wait(task_id, timeout_s=40)
    (verdict,) = client.verdicts(task_id).result.results
    assert (verdict.id, verdict.is_valid, verdict.status) == ("1", False, "INVALID_SYNTAX")


def test_refusals_are_raised_as_what_they_are(api: Served, client: SyncClient) -> None:
    with pytest.raises(TaskNotFoundError):
        client.task(uuid4())
    repo = Repo(url="has a space")
    with pytest.raises(BadRequestError, match=r"baseRepo\.url"):
        client.submit(InitializeImpact(base_repo=repo, head_repo=repo))
    with SyncClient(api.url, "kast_wrong") as stranger, pytest.raises(UnauthorizedError):
        stranger.task(uuid4())


def test_a_service_that_is_away_is_said() -> None:
    with SyncClient(f"http://127.0.0.1:{running_service.free_port()}") as client, pytest.raises(ApiAwayError):
        client.task(uuid4())


def test_waiting_has_an_end(quiet_api: Served) -> None:
    repo = Repo(url="file:///nowhere", branch=uuid4().hex)
    with SyncClient(quiet_api.url, quiet_api.key("waits")) as client:
        task_id = client.submit(InitializeImpact(base_repo=repo, head_repo=repo))
        started = time.monotonic()
        with pytest.raises(TaskTimeoutError):
            client.wait(task_id, timeout_s=1)
        assert time.monotonic() - started < 13
        client.cancel(task_id)
        with pytest.raises(CancelledError):
            client.wait(task_id)


@pytest.fixture
async def restarted(quiet_api: Served, tmp_path: Path) -> AsyncIterator[Served]:
    with running_service.serving(tmp_path, quiet_api.environment) as server:
        yield server


async def test_a_server_that_restarts_costs_the_client_no_event(
    quiet_api: Served, restarted: Served, tmp_path: Path
) -> None:
    repo = Repo(url="file:///nowhere", branch=uuid4().hex)
    key = await asyncio.to_thread(quiet_api.key, "restarts")
    seen: list[Any] = []
    async with Client(restarted.url, key) as client, Client(quiet_api.url, key) as other:
        task_id = await client.submit(InitializeImpact(base_repo=repo, head_repo=repo))
        waiting = asyncio.create_task(client.wait(task_id, timeout_s=30, watch=seen.append))
        while not seen:
            await asyncio.sleep(0.05)
        port = str(httpx.URL(restarted.url).port)
        await asyncio.to_thread(restarted.process.stop)
        again = running_service.started(tmp_path / "again.log", quiet_api.environment, "api", "--port", port)
        try:
            await other.cancel(task_id)
            with pytest.raises(CancelledError):
                await waiting
        finally:
            await asyncio.to_thread(again.stop)
    assert [event.status for event in seen][:1] == [1]
    assert len({event.id for event in seen}) == len(seen)
