"""Fetching for tasks: exact commits, no history, an error code for each failure, nothing left behind."""

import asyncio
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from git_host import GitHost, git_host
from kodus_ast.adapters.git import GitRepos
from kodus_ast.errors import (
    BadCredentialsError,
    BrokenRepositoryError,
    CommitMissingError,
    FetchTimeoutError,
    HostRefusedError,
    KodusAstError,
    NetworkError,
    RepositoryNotFoundError,
    RepositoryTooLargeError,
)
from kodus_ast.models.task_requests import Remote
from sample_repositories import Lab, Repo

WORKER = """
import asyncio, subprocess, sys
from kodus_ast.adapters.git import GitRepos
from kodus_ast.config import settings_from
from kodus_ast.models.task_requests import Remote

url, *commits = sys.argv[1:]


async def main():
    repos = GitRepos(settings_from())
    for commit in commits:
        async with repos.checkout(Remote(url=url, organization="org"), commit) as store:
            print(subprocess.check_output(["git", "-C", store, "ls-tree", "-r", commit]))


asyncio.run(main())
"""


@pytest.fixture
def origin(lab: Lab) -> Repo:
    """A repository of some size: 200 files that do not compress, and one that is larger than is read."""
    chance = random.Random(6)
    files: dict[str, bytes | str | None] = {
        f"pkg/file{number}.py": f"DATA = '{chance.randbytes(2000).hex()}'\n" for number in range(200)
    }
    return lab.repo("origin", {**files, "pkg/large.py": b"# " + chance.randbytes(2_000_000).hex().encode()})


@pytest.fixture
def host(lab: Lab) -> Iterator[GitHost]:
    with git_host(lab.path, None, delay_s=0.02) as found:
        lab.environment["KODUS_AST_GIT_PROTOCOLS"] = "http"
        lab.environment["KODUS_AST_HOSTS"] = str(found.hosts_file(lab.path))
        yield found


def remote(host: GitHost, path: str = "origin/.git", organization: str = "org") -> Remote:
    return Remote(url=f"{host.url}/{path}", organization=organization)


async def fetched(repos: GitRepos, of: Remote, commit: str) -> Path:
    async with repos.checkout(of, commit) as store:
        return store


def left(lab: Lab) -> list[str]:
    return sorted(path.name for path in (lab.path / "cache").rglob("*") if path.suffix != ".lock")


async def test_one_commit_comes_without_history_tags_and_large_files(
    lab: Lab, origin: Repo, host: GitHost
) -> None:
    first = origin.git("rev-parse", "HEAD")
    origin.git("tag", "v1")
    head = origin.commit({"pkg/file0.py": "x = 1\n"})
    store = Repo(await fetched(lab.repos, remote(host), head))
    assert store.git("rev-list", "--count", head) == "1"
    assert store.git("for-each-ref", "--format=%(refname)") == f"refs/kodus/{head}"
    assert store.git("cat-file", "-p", f"{head}:pkg/file0.py") == "x = 1"
    assert host.sent < 1_500_000
    with pytest.raises(CommitMissingError):
        await fetched(lab.repos, remote(host), "0" * 40)
    assert await fetched(lab.repos, remote(host), first) == store.path


async def test_a_second_commit_costs_what_is_new(lab: Lab, origin: Repo, host: GitHost) -> None:
    await fetched(lab.repos, remote(host), origin.git("rev-parse", "HEAD"))
    whole = host.sent
    head = origin.commit({"pkg/file7.py": "x = 1\n"})
    await fetched(lab.repos, remote(host), head)
    more = host.sent - whole
    assert whole > 400_000
    assert more < whole * 0.05, (more, whole)
    asked = len(host.asked)
    await fetched(lab.repos, remote(host), head)
    assert len(host.asked) == asked, "what is here is not asked for"


async def test_a_reference_is_what_it_is_there_and_now(lab: Lab, origin: Repo, host: GitHost) -> None:
    head = origin.git("rev-parse", "HEAD")
    origin.git("tag", "--annotate", "--message", "x", "v1")
    origin.git("branch", "release/1")
    for reference in ("", "main", "v1", "release/1", "refs/heads/main", "refs/tags/v1^{}"):
        assert await lab.repos.resolve(remote(host), reference) == head, reference
    moved = origin.commit({"a.py": "\n"})
    assert await lab.repos.resolve(remote(host), "main") == moved
    for nothing in ("nope", "main~1", "--upload-pack=touch", "*", "ma?n", "refs/heads", "\x1b", "a b\nc"):
        with pytest.raises(CommitMissingError):
            await lab.repos.resolve(remote(host), nothing)


async def test_a_repository_without_a_commit_has_no_default_branch(lab: Lab, host: GitHost) -> None:
    lab.repo("empty")
    with pytest.raises(CommitMissingError, match="default branch"):
        await lab.repos.resolve(remote(host, "empty/.git"), "")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("missing.git", RepositoryNotFoundError),
        ("page/origin/.git", RepositoryNotFoundError),
        ("forbidden/origin/.git", BadCredentialsError),
        ("redirecting/origin/.git", HostRefusedError),
        ("busy/origin/.git", NetworkError),
        ("limited/origin/.git", NetworkError),
        ("garbage/origin/.git", NetworkError),
        ("truncated/origin/.git", NetworkError),
    ],
)
async def test_each_failure_has_its_code_and_leaves_nothing(
    lab: Lab, origin: Repo, host: GitHost, path: str, error: type[KodusAstError]
) -> None:
    with pytest.raises(error) as raised:
        await fetched(lab.repos, remote(host, path), origin.git("rev-parse", "HEAD"))
    said = str(raised.value)
    assert len(said.splitlines()) == 1
    assert str(lab.path) not in said
    assert left(lab) == ["repositories"]


async def test_a_host_that_is_not_there_is_the_network_s_fault(lab: Lab, host: GitHost) -> None:
    nobody = lab.path / "nobody.toml"
    nobody.write_text('[[hosts]]\nname = "127.0.0.1"\nports = [9]\nprivate = ["127.0.0.0/8"]\n')
    lab.environment["KODUS_AST_HOSTS"] = str(nobody)
    with pytest.raises(NetworkError):
        await lab.repos.resolve(Remote(url="http://127.0.0.1:9/x.git", organization="org"), "")
    with pytest.raises(HostRefusedError):
        await lab.repos.resolve(remote(host), "")


@pytest.mark.parametrize(
    ("settings", "manner", "error"),
    [
        ({"KODUS_AST_GIT_TIMEOUT_S": "1"}, "slow/", FetchTimeoutError),
        ({"KODUS_AST_GIT_TIMEOUT_S": "1"}, "silent/", FetchTimeoutError),
        ({"KODUS_AST_FETCH_OBJECTS": "100"}, "", RepositoryTooLargeError),
        ({"KODUS_AST_FETCH_MIB": "1", "KODUS_AST_FILE_BYTES": "9000000"}, "", RepositoryTooLargeError),
        ({"KODUS_AST_GIT_MEMORY_MIB": "8"}, "", KodusAstError),
    ],
)
async def test_what_costs_too_much_is_stopped_while_it_runs(
    lab: Lab, origin: Repo, host: GitHost, settings: dict[str, str], manner: str, error: type[KodusAstError]
) -> None:
    lab.environment.update(settings)
    begun = time.monotonic()
    with pytest.raises(error) as raised:
        await fetched(lab.repos, remote(host, f"{manner}origin/.git"), origin.git("rev-parse", "HEAD"))
    assert not raised.value.transient or error is KodusAstError
    assert time.monotonic() - begun < 8
    assert left(lab) == ["repositories"]
    assert not running("git-remote-http")


def running(name: str) -> list[bytes]:
    """Processes of this test session whose arguments hold the name."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes()
            if name.encode() in arguments and f"127.0.0.1:{os.getpid()}".encode() not in arguments:
                found.append(arguments)
        except OSError:
            continue
    return found


async def test_cancelling_ends_git_and_all_its_helpers(lab: Lab, origin: Repo, host: GitHost) -> None:
    of = remote(host, "slow/origin/.git")
    fetching = asyncio.create_task(fetched(lab.repos, of, origin.git("rev-parse", "HEAD")))
    async with asyncio.timeout(10):
        while not running(f"{host.port}"):
            await asyncio.sleep(0.01)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert running(f"{host.port}") == []
    # What it left is nobody's trouble.
    assert (await fetched(lab.repos, remote(host), origin.git("rev-parse", "HEAD"))).is_dir()


async def test_the_name_is_asked_once_and_git_connects_to_what_was_judged(
    lab: Lab, origin: Repo, host: GitHost
) -> None:
    """A name that answers otherwise the second time (rebinding) is not asked a second time."""
    (lab.path / "hosts.toml").write_text(
        f'[[hosts]]\nname = "git.example.test"\nports = [{host.port}]\nprivate = ["127.0.0.1/32"]\n'
    )
    asked = []

    async def resolver(name: str, port: int) -> Sequence[str]:
        asked.append((name, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    repos = replace(lab.repos, resolver=resolver)
    of = Remote(url=f"http://git.example.test:{host.port}/origin/.git", organization="org")
    head = origin.git("rev-parse", "HEAD")
    await fetched(repos, of, head)
    assert asked == [("git.example.test", host.port)]
    assert host.asked
    with pytest.raises(HostRefusedError, match="not public"):
        await fetched(repos, of, origin.commit({"a.py": "\n"}))


async def test_what_one_organization_fetched_is_not_another_s(lab: Lab, origin: Repo, host: GitHost) -> None:
    head = origin.git("rev-parse", "HEAD")
    mine = await fetched(lab.repos, remote(host), head)
    asked = len(host.asked)
    theirs = await fetched(lab.repos, remote(host, organization="other"), head)
    assert mine != theirs
    assert len(host.asked) > asked


@pytest.mark.parametrize("harm", ["pack", "head", "idx", "config", "commit"])
async def test_a_damaged_store_is_fetched_anew(lab: Lab, origin: Repo, host: GitHost, harm: str) -> None:
    head = origin.git("rev-parse", "HEAD")
    store = await fetched(lab.repos, remote(host), head)
    packs = list((store / "objects" / "pack").glob("*.pack"))
    if harm == "pack":
        packs[0].chmod(0o600)
        packs[0].write_bytes(packs[0].read_bytes()[:1000])
    elif harm == "head":
        (store / "HEAD").unlink()
    elif harm == "idx":
        index = packs[0].with_suffix(".idx")
        index.chmod(0o600)
        index.write_bytes(b"\xff" * 100)
    elif harm == "config":
        (store / "config").write_text("[core\n")
    else:
        for pack in packs:
            pack.unlink()
    async with lab.repos.checkout(remote(host), head) as whole:
        assert Repo(whole).git("cat-file", "-p", f"{head}:pkg/file0.py").startswith("DATA")


async def test_many_tasks_at_once_fetch_once(lab: Lab, origin: Repo, host: GitHost) -> None:
    head = origin.git("rev-parse", "HEAD")
    stores = await asyncio.gather(*(fetched(lab.repos, remote(host), head) for _ in range(6)))
    assert len(set(stores)) == 1
    assert len([path for path, _ in host.asked if path.endswith("git-upload-pack")]) <= 3


def test_several_workers_on_one_disk_fetch_once(lab: Lab, origin: Repo, host: GitHost) -> None:
    """Processes, not tasks: all want the same commits of a store that is there, then of one that is gone."""
    commits = [origin.git("rev-parse", "HEAD"), *(origin.commit({"a.py": f"x = {n}\n"}) for n in range(3))]
    url = remote(host).url
    command = [sys.executable, "-c", WORKER, url, *commits]
    environment = os.environ | lab.environment
    first = subprocess.run(command, env=environment, capture_output=True, timeout=50, check=True)
    asked, sent = len(host.asked), host.sent
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(3)]
    assert [one.communicate(timeout=50)[0] for one in running] == [first.stdout] * 3
    assert (len(host.asked), host.sent) == (asked, sent), "what one has fetched is there for all"
    shutil.rmtree(lab.repos.store_path(remote(host)))
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(3)]
    assert [one.communicate(timeout=50)[0] for one in running] == [first.stdout] * 3
    assert host.sent - sent < sent * 1.1, "and nobody fetches what another is fetching"
    assert not [name for name in left(lab) if name.endswith(".part")]


async def test_the_least_recently_used_store_goes_first_but_none_that_is_read(
    lab: Lab, origin: Repo, host: GitHost
) -> None:
    head = origin.git("rev-parse", "HEAD")
    lab.environment["KODUS_AST_REPOSITORIES_MIB"] = "1"
    of = [remote(host, organization=f"org{number}") for number in range(3)]
    places = [lab.repos.store_path(one) for one in of]
    async with lab.repos.checkout(of[0], head):
        for number in (1, 2):
            await fetched(lab.repos, of[number], head)
            await asyncio.sleep(0.02)
        assert [place.is_dir() for place in places] == [True, False, True]
    await lab.repos.remove(places[2])
    assert not places[2].exists()


async def test_the_object_format_follows_from_the_commit_id(lab: Lab, host: GitHost) -> None:
    other = Repo(lab.path / "sha256")
    other.path.mkdir()
    other.git("init", "--quiet", "--initial-branch=main", "--object-format=sha256")
    head = other.commit({"a.py": "x = 1\n"})
    assert len(head) == 64
    assert (await fetched(lab.repos, remote(host, "sha256/.git"), head)).is_dir()
    with pytest.raises((CommitMissingError, BrokenRepositoryError, KodusAstError)):
        await fetched(lab.repos, remote(host, "sha256/.git"), "1" * 40)


async def test_a_commit_is_found_by_the_beginning_of_its_id(lab: Lab, origin: Repo, host: GitHost) -> None:
    """At a tip without fetching anything, before it in a history without a file."""
    first = origin.git("rev-parse", "HEAD")
    for number in range(3):
        origin.commit({"pkg/file0.py": f"DATA = {number}\n"})
    tip, branch = origin.git("rev-parse", "HEAD"), origin.git("branch", "--show-current")
    repos, scratch = GitRepos(lab.settings), lab.path / "scratch"
    scratch.mkdir()
    of = remote(host)
    assert await repos.resolve_short(of, tip[:7], branch, scratch) == tip
    sent = host.sent
    assert await repos.resolve_short(of, first[:9], branch, scratch) == first
    # The files of the first commit are 800 kB that do not compress.
    assert host.sent - sent < 50_000
    assert list(scratch.iterdir()) == []
    assert await repos.resolve_short(of, first[:9], "", scratch) == first
    with pytest.raises(CommitMissingError, match="by its full id"):
        await repos.resolve_short(of, "0123456", branch, scratch)
    # What was looked up is no use to a checkout, and does not stand in its way.
    async with repos.checkout(of, first) as store:
        assert "file199.py" in subprocess.check_output(
            ["git", "-C", store, "ls-tree", "-r", first], text=True
        )
