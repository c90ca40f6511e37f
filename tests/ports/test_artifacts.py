"""The `Artifacts`, `Secrets` and `Keys` ports."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from obstore.store import S3Store

import external_services
from kodus_ast.adapters.api_keys import PostgresKeys
from kodus_ast.adapters.database import Database
from kodus_ast.adapters.object_storage import ObjectArtifacts, open_artifacts
from kodus_ast.adapters.sealed_secrets import SealedSecrets
from kodus_ast.errors import ArtifactGoneError, BadArtifactError, SealedGoneError, StorageError
from kodus_ast.models.task_requests import RepoAuth, Sealed
from kodus_ast.models.tasks import UNNAMED, Scope


@pytest.fixture
def artifacts(store: dict[str, str]) -> ObjectArtifacts:
    return open_artifacts(external_services.patient(**store))


async def test_what_was_put_is_fetched(artifacts: ObjectArtifacts, tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    source.write_bytes(b"x" * 3_000_000)
    stored = await artifacts.put("tasks/1/head.graph", source)
    assert stored.size_bytes == 3_000_000
    assert await artifacts.fetch(stored.name, out, sha256=stored.sha256) == stored
    assert out.read_bytes() == source.read_bytes()
    assert b"".join([piece async for piece in artifacts.stream(stored.name)]) == source.read_bytes()


async def test_what_differs_from_its_checksum_is_refused(artifacts: ObjectArtifacts, tmp_path: Path) -> None:
    await artifacts.put_bytes("tasks/1/a", b"one")
    with pytest.raises(BadArtifactError):
        await artifacts.fetch("tasks/1/a", tmp_path / "out", sha256="0" * 64)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


async def test_what_is_not_there_is_said(artifacts: ObjectArtifacts, tmp_path: Path) -> None:
    with pytest.raises(ArtifactGoneError):
        await artifacts.read("tasks/1/none")
    with pytest.raises(ArtifactGoneError):
        await artifacts.fetch("tasks/1/none", tmp_path / "out")
    with pytest.raises(ArtifactGoneError):
        _ = [piece async for piece in artifacts.stream("tasks/1/none")]


async def test_a_file_that_cannot_be_read_stores_nothing(artifacts: ObjectArtifacts, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        await artifacts.put("tasks/1/a", tmp_path / "missing")
    assert await artifacts.list_names("tasks") == []


async def test_a_task_is_removed_with_all_it_has_and_no_other(artifacts: ObjectArtifacts) -> None:
    for name in ("tasks/1/a", "tasks/1/b", "tasks/12/a"):
        await artifacts.put_bytes(name, b"x")
    assert sorted(await artifacts.list_names("tasks/1/")) == ["tasks/1/a", "tasks/1/b"]
    assert await artifacts.remove("tasks/1/") == 2
    assert await artifacts.list_names("tasks") == ["tasks/12/a"]
    assert await artifacts.remove("tasks/1/") == 0


async def test_single_files_are_listed_with_size_and_age_and_removed(artifacts: ObjectArtifacts) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    for name in ("graphs/1/a", "graphs/1/ab"):
        await artifacts.put_bytes(name, b"four")
    found = sorted(await artifacts.list_files("graphs/"), key=lambda one: one.name)
    assert [(one.name, one.size_bytes) for one in found] == [("graphs/1/a", 4), ("graphs/1/ab", 4)]
    assert all(before < one.written_at < before + timedelta(minutes=1) for one in found)
    for _ in range(2):
        await artifacts.remove_files(["graphs/1/a"])
        assert await artifacts.list_names("graphs/") == ["graphs/1/ab"]
    await artifacts.remove_files([])


async def test_a_directory_keeps_nothing_of_what_was_removed(tmp_path: Path) -> None:
    artifacts = open_artifacts(external_services.patient(store=str(tmp_path / "store")))
    await artifacts.put_bytes("tasks/1/2/a", b"x")
    await artifacts.remove("tasks/1/")
    assert list((tmp_path / "store").rglob("*")) == []


async def test_a_file_is_replaced_as_a_whole(artifacts: ObjectArtifacts) -> None:
    contents = [bytes([number]) * 100_000 for number in range(8)]

    async def write() -> None:
        for content in contents:
            await artifacts.put_bytes("tasks/1/a", content)

    await artifacts.put_bytes("tasks/1/a", contents[0])
    writing = asyncio.create_task(write())
    while not writing.done():
        assert await artifacts.read("tasks/1/a") in contents
    assert await artifacts.read("tasks/1/a") == contents[-1]


async def test_the_store_can_be_checked(artifacts: ObjectArtifacts) -> None:
    await artifacts.check()
    assert await artifacts.list_names("probe") == []


async def test_a_link_is_given_where_the_store_has_one(artifacts: ObjectArtifacts) -> None:
    await artifacts.put_bytes("tasks/1/a", b"x")
    link = await artifacts.link("tasks/1/a", timedelta(minutes=5))
    assert (link is not None) is isinstance(artifacts.store, S3Store)


async def test_a_store_that_is_not_there_is_said() -> None:
    with pytest.raises(StorageError):
        open_artifacts(external_services.patient(store="/dev/null/store"))


SEALED = Sealed(head_auth=RepoAuth(token="canary-token"), diff="canary diff", files={"1": b"canary code"})


async def test_what_is_sealed_opens_for_its_task_alone(artifacts: ObjectArtifacts) -> None:
    secrets = SealedSecrets(artifacts, b"k" * 32)
    task_id, other = uuid4(), uuid4()
    name = await secrets.seal(task_id, SEALED)
    assert await secrets.open(task_id, name) == SEALED
    stored = await artifacts.read(f"sealed/{task_id}/{name}")
    assert b"canary" not in stored
    await artifacts.put_bytes(f"sealed/{other}/{name}", stored)
    await artifacts.put_bytes(f"sealed/{task_id}/another", stored)
    for elsewhere in ((other, name), (task_id, "another")):
        with pytest.raises(SealedGoneError):
            await secrets.open(*elsewhere)
    with pytest.raises(SealedGoneError):
        await SealedSecrets(artifacts, b"l" * 32).open(task_id, name)
    assert set(await secrets.list_sealed()) == {(task_id, name), (other, name), (task_id, "another")}
    await secrets.remove(task_id, name)
    with pytest.raises(SealedGoneError):
        await secrets.open(task_id, name)
    assert len(await secrets.list_sealed()) == 2
    await secrets.remove(task_id, name)
    assert "canary" not in repr(SEALED)


async def test_what_is_sealed_twice_for_one_id_has_two_names(artifacts: ObjectArtifacts) -> None:
    secrets, task_id = SealedSecrets(artifacts, b"k" * 32), uuid4()
    first = await secrets.seal(task_id, SEALED)
    second = await secrets.seal(task_id, Sealed(diff="another"))
    assert await secrets.open(task_id, first) == SEALED
    await secrets.remove(task_id, second)
    assert await secrets.open(task_id, first) == SEALED


async def test_what_the_release_before_sealed_is_read(artifacts: ObjectArtifacts) -> None:
    """It knew one name, bound to the task alone, and wrote true into the row."""
    task_id, nonce = uuid4(), b"n" * 12
    text = AESGCM(b"k" * 32).encrypt(nonce, msgspec.msgpack.encode(SEALED), task_id.bytes)
    await artifacts.put_bytes(f"sealed/{task_id}/request", nonce + text)
    secrets = SealedSecrets(artifacts, b"k" * 32)
    assert await secrets.open(task_id, UNNAMED) == SEALED
    assert await secrets.list_sealed() == [(task_id, UNNAMED)]
    await secrets.remove(task_id, UNNAMED)
    assert await secrets.list_sealed() == []


async def test_a_key_is_found_until_it_is_revoked_and_is_kept_nowhere(database: Database) -> None:
    keys = PostgresKeys(database)
    key, text = await keys.create("org", "ci", [Scope.SUBMIT, Scope.READ])
    assert await keys.find(text) == key
    assert await keys.find(text + "x") is None
    assert await keys.list_keys("other") == []
    rows = await database.pool.fetch("SELECT * FROM api_keys")
    assert text not in str([dict(row) for row in rows])
    assert await keys.revoke(key.id) is not None
    assert await keys.find(text) is None
    assert await keys.revoke(key.id) is None
    (listed,) = await keys.list_keys()
    assert listed.revoked_at is not None
