"""Credentials reach the host of the repository in the form that it expects, and nothing else."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from git_host import GitHost, git_host
from kodus_ast.errors import BadCredentialsError, HostRefusedError, KodusAstError
from kodus_ast.models.task_requests import Remote, RepoAuth
from process_arguments import sampled_arguments
from sample_repositories import Lab, Repo

TOKEN = "canarytoken7f3a91"
AUTH = RepoAuth(token=TOKEN)
JWT = "eyJhbGciOi.eyJzdWIiOi.canarysignature"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@contextmanager
def hosted(lab: Lab, shop: Repo, accepted: set[str] | None, **said: str) -> Iterator[GitHost]:
    """A host with the shop, that these settings accept."""
    shop.git("clone", "--quiet", "--bare", ".", str(lab.path / "hosted" / "shop.git"))
    with git_host(lab.path / "hosted", accepted, delay_s=0.05) as host:
        lab.environment["KODUS_AST_GIT_PROTOCOLS"] = "http"
        lab.environment["KODUS_AST_HOSTS"] = str(host.hosts_file(lab.path, **said))
        yield host


def remote(host: GitHost, path: str = "shop.git", auth: RepoAuth | None = AUTH, provider: str = "") -> Remote:
    return Remote(url=f"{host.url}/{path}", organization="org", provider=provider, auth=auth)


@pytest.mark.parametrize(
    ("provider", "auth", "header"),
    [
        ("", AUTH, basic("x-access-token", TOKEN)),
        ("GITHUB", AUTH, basic("x-access-token", TOKEN)),
        ("GITLAB", AUTH, basic("oauth2", TOKEN)),
        ("BITBUCKET", AUTH, basic("x-token-auth", TOKEN)),
        ("BITBUCKET", RepoAuth(username="somebody", password="secret"), basic("somebody", "secret")),
        ("BITBUCKET", RepoAuth(username="a@b.example", token=TOKEN), basic("a@b.example", TOKEN)),
        ("AZURE_DEVOPS", AUTH, basic("pat", TOKEN)),
        ("AZURE_DEVOPS", RepoAuth(token=JWT), f"Bearer {JWT}"),
        ("GITHUB", RepoAuth(token=TOKEN, type="bearer"), f"Bearer {TOKEN}"),
    ],
)
async def test_each_provider_is_shown_credentials_its_way(
    lab: Lab, shop: Repo, provider: str, auth: RepoAuth, header: str
) -> None:
    with hosted(lab, shop, {header}) as host:
        commit = await lab.repos.resolve(remote(host, auth=auth, provider=provider), "main")
        async with lab.repos.checkout(remote(host, auth=auth, provider=provider), commit):
            pass
    assert commit == shop.git("rev-parse", "HEAD")
    assert host.shown == {header}


async def test_how_a_host_is_configured_wins_over_what_a_request_says(lab: Lab, shop: Repo) -> None:
    with hosted(lab, shop, {basic("oauth2", TOKEN)}, provider="GITLAB") as host:
        assert await lab.repos.resolve(remote(host, "shop", provider="GITHUB"), "")
    # GitLab redirects URLs without the suffix, which would not be followed.
    assert {path for path, _ in host.asked} == {"/shop.git/info/refs", "/shop.git/git-upload-pack"}


async def test_a_token_that_is_refused_is_said_without_it(lab: Lab, shop: Repo) -> None:
    with hosted(lab, shop, {basic("x-access-token", "another")}) as host:
        for auth in (AUTH, None):
            with pytest.raises(BadCredentialsError) as raised:
                await lab.repos.resolve(remote(host, auth=auth), "")
            assert TOKEN not in str(raised.value)


async def test_a_redirect_never_receives_the_credential(lab: Lab, shop: Repo) -> None:
    with hosted(lab, shop, None) as host, git_host(lab.path / "hosted", None) as other:
        commit = shop.git("rev-parse", "HEAD")
        for elsewhere in (other.url, f"http://localhost:{host.port}", host.url):
            host.elsewhere = elsewhere
            with pytest.raises(HostRefusedError, match="redirects"):
                await lab.repos.resolve(remote(host, "redirecting/shop.git"), "")
            with pytest.raises(HostRefusedError, match="redirects"):
                async with lab.repos.checkout(remote(host, "redirecting/shop.git"), commit):
                    pass
    assert other.asked == []
    assert [path for path, _ in host.asked if "elsewhere" in path] == []


async def test_a_token_is_in_no_argument_and_no_file(lab: Lab, shop: Repo) -> None:
    accepted = {basic("x-access-token", TOKEN)}
    said = []
    with hosted(lab, shop, accepted) as host, sampled_arguments(0.005) as arguments:
        async with lab.repos.checkout(remote(host), shop.git("rev-parse", "HEAD")) as store:
            config = (store / "config").read_text()
        for path in ("gone.git", "busy/shop.git", "truncated/shop.git", "garbage/shop.git"):
            try:
                await lab.repos.resolve(remote(host, path), "")
            except KodusAstError as error:
                said.append(f"{error!r} {error}")
    assert host.shown == accepted
    words = [TOKEN.encode(), basic("x-access-token", TOKEN).removeprefix("Basic ").encode()]
    assert any(b"remote-http" in one for one in arguments), "git was never seen"
    for word in words:
        assert not [one for one in arguments if word in one]
        assert word.decode() not in config + "".join(said)
        assert not [file for file in lab.path.rglob("*") if file.is_file() and word in file.read_bytes()]


async def test_git_of_a_task_sees_nothing_of_the_user(
    lab: Lab, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = lab.path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login canary password canary\n")
    (home / ".gitconfig").write_text(
        '[credential]\n\thelper = "!echo username=canary; echo password=canary"\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with hosted(lab, shop, None) as host:
        assert await lab.repos.resolve(remote(host, auth=None), "")
    assert host.shown == {""}
