"""Hosts that send malformed packs: an error code, within the limits, nothing kept."""

import zlib
from collections.abc import Iterator

import pytest

from git_host import GitHost, git_host
from kodus_ast.errors import (
    BrokenRepositoryError,
    KodusAstError,
    NetworkError,
    RepositoryTooLargeError,
)
from kodus_ast.models.task_requests import Remote
from malformed_packs import (
    BLOB,
    COMMIT,
    OFFSET_DELTA,
    REFERENCE_DELTA,
    TREE,
    back,
    copies,
    entry,
    growing,
    header,
    pack,
)
from sample_repositories import Lab, Repo

WANTED = "5" * 40
GOOD = entry(BLOB, b"x = 1\n")
SAID = b"author a <a> 1 +0000\ncommitter a <a> 1 +0000\n\nx"
PACKS: dict[str, tuple[bytes, type[KodusAstError]]] = {
    "one that grows without end": (growing(15), RepositoryTooLargeError),
    "one that says it has millions": (pack(GOOD, count=0xFFF_FFFF), RepositoryTooLargeError),
    "one of a huge file that is not there": (
        pack(header(BLOB, 1 << 40) + zlib.compress(b"x")), BrokenRepositoryError,
    ),
    "one that says less than it has": (
        pack(header(BLOB, 1) + zlib.compress(b"x" * 1_000_000)), BrokenRepositoryError,
    ),
    "one without the commit": (pack(GOOD), BrokenRepositoryError),
    "one with another commit": (
        pack(entry(TREE, b""), entry(COMMIT, b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n" + SAID)),
        BrokenRepositoryError,
    ),
    "an empty one": (pack(), BrokenRepositoryError),
    "one of a wrong checksum": (pack(GOOD)[:-1] + b"\0", BrokenRepositoryError),
    "one with something behind it": (pack(GOOD) + b"x" * 100, BrokenRepositoryError),
    "one of another version": (b"PACK\0\0\0\x09" + pack(GOOD)[8:], NetworkError),
    "one that is cut": (pack(GOOD)[:20], NetworkError),
    "none": (b"", NetworkError),
    "bytes of chance": (bytes(range(256)) * 40, NetworkError),
    "a delta upon itself": (pack(entry(OFFSET_DELTA, copies(6, 1), back(0))), BrokenRepositoryError),
    "a delta upon what is before all": (
        pack(GOOD, entry(OFFSET_DELTA, copies(6, 1), back(9_999))), BrokenRepositoryError,
    ),
    "a delta upon what is nowhere": (
        pack(entry(REFERENCE_DELTA, copies(6, 1), b"\7" * 20)), BrokenRepositoryError,
    ),
    "a delta that reaches beyond its base": (
        pack(GOOD, entry(OFFSET_DELTA, copies(600, 1), back(len(GOOD)))), BrokenRepositoryError,
    ),
    "an object of no kind": (pack(entry(5, b"x")), BrokenRepositoryError),
    "a tree of garbage": (pack(entry(TREE, b"100644 \0" + b"x" * 7)), BrokenRepositoryError),
    "a way out of the directory": (
        pack(entry(TREE, b"100644 ../x\0" + b"\7" * 20)), BrokenRepositoryError,
    ),
}  # fmt: skip
"""What is sent, and the error that it is."""


@pytest.fixture
def host(lab: Lab, shop: Repo) -> Iterator[GitHost]:
    with git_host(shop.path.parent, None, delay_s=0.0) as found:
        lab.environment.update(
            KODUS_AST_GIT_PROTOCOLS="http",
            KODUS_AST_HOSTS=str(found.hosts_file(lab.path)),
            KODUS_AST_GIT_MEMORY_MIB="512",
            KODUS_AST_FETCH_MIB="16",
            KODUS_AST_GIT_TIMEOUT_S="20",
        )
        yield found


async def refusal(lab: Lab, url: str) -> KodusAstError:
    """The error of a fetch, which says one line, tells nothing of this machine and leaves nothing."""
    remote = Remote(url=url, organization="org")
    with pytest.raises(KodusAstError) as raised:
        async with lab.repos.checkout(remote, WANTED):
            pass
    said = str(raised.value)
    assert len(said.splitlines()) == 1
    assert str(lab.path) not in said
    left = [path.name for path in (lab.path / "cache").rglob("*") if path.suffix != ".lock"]
    assert left == ["repositories"]
    return raised.value


@pytest.mark.parametrize("name", PACKS)
async def test_a_forged_pack_is_an_error(lab: Lab, shop: Repo, host: GitHost, name: str) -> None:
    sent, expected = PACKS[name]
    host.pack = [sent]
    error = await refusal(lab, f"{host.url}/forging/{shop.path.name}/.git")
    assert isinstance(error, expected), f"{error!r} {error}"
    assert error.code != "git_failed", error


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        ("oversized", RepositoryTooLargeError),
        ("talking", RepositoryTooLargeError),
        ("branching", NetworkError),
    ],
)
async def test_what_never_ends_is_ended(
    lab: Lab, shop: Repo, host: GitHost, manner: str, error: type[KodusAstError]
) -> None:
    raised = await refusal(lab, f"{host.url}/{manner}/{shop.path.name}/.git")
    assert isinstance(raised, error), f"{raised!r} {raised}"


async def test_branches_without_end_are_too_many(lab: Lab, shop: Repo, host: GitHost) -> None:
    remote = Remote(url=f"{host.url}/branching/{shop.path.name}/.git", organization="org")
    with pytest.raises(RepositoryTooLargeError):
        await lab.repos.resolve(remote, "")
