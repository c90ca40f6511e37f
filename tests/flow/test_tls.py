"""Fetching over https: the address is pinned, and the certificate is verified."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from git_host import GitHost, git_host
from kodus_ast.adapters.git import GitRepos
from kodus_ast.errors import NetworkError
from kodus_ast.models.task_requests import Remote, RepoAuth
from sample_repositories import Lab, Repo

NAME = "git.acme.example"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """For one name, signed by itself."""
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(made),
         "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return made, key


@pytest.fixture
def host(lab: Lab, shop: Repo, certificate: tuple[Path, Path]) -> Iterator[GitHost]:
    with git_host(shop.path.parent, None, delay_s=0.0, certificate=certificate) as found:
        hosts = lab.path / "hosts.toml"
        hosts.write_text(
            f'[[hosts]]\nname = "*.acme.example"\nports = [{found.port}]\nprivate = ["127.0.0.0/8"]\n'
        )
        lab.environment.update(
            KODUS_AST_GIT_PROTOCOLS="https",
            KODUS_AST_HOSTS=str(hosts),
            GIT_SSL_CAINFO=str(certificate[0]),
        )
        yield found


def repos(lab: Lab) -> GitRepos:
    async def resolver(*_: object) -> Sequence[str]:
        return ["127.0.0.1"]

    return replace(lab.repos, resolver=resolver)


def remote(host: GitHost, shop: Repo, name: str = NAME) -> Remote:
    url = f"https://{name}:{host.port}/{shop.path.name}/.git"
    return Remote(url=url, organization="org", auth=RepoAuth(token="canary"))


async def test_a_host_of_ones_own_is_reached_by_its_name(lab: Lab, shop: Repo, host: GitHost) -> None:
    head = await repos(lab).resolve(remote(host, shop), "")
    assert head == shop.git("rev-parse", "HEAD")
    async with repos(lab).checkout(remote(host, shop), head) as store:
        assert Repo(store).git("rev-parse", f"{head}^{{commit}}") == head
    assert len(host.shown) == 1


async def test_a_host_that_is_another_gets_no_credential(lab: Lab, shop: Repo, host: GitHost) -> None:
    """Of another name than its certificate, or certified by nobody who is trusted."""
    with pytest.raises(NetworkError, match="certificate"):
        await repos(lab).resolve(remote(host, shop, "other.acme.example"), "")
    del lab.environment["GIT_SSL_CAINFO"]
    with pytest.raises(NetworkError, match="certificate"):
        await repos(lab).resolve(remote(host, shop), "")
    assert host.shown == set()
