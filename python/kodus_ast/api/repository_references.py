"""Converts a repository in a request to what the row of a task holds, and to what is sealed."""

import re
from urllib.parse import unquote

from kodus_ast.models.http_requests import PREFIX, PROVIDERS, Repo
from kodus_ast.models.task_requests import RepoAuth, RepoRef, Sealed

USERINFO = re.compile(r"(?<=://)[^/?#]*@")


def reference_of(repo: Repo) -> RepoRef:
    """The repository for a row: without credentials, also without those in its URL."""
    return RepoRef(
        organization_id=_text(repo.organization_id),
        repository_id=_text(repo.repository_id),
        repository_name=repo.repository_name or "",
        url=USERINFO.sub("", repo.url),
        provider=PROVIDERS[(repo.provider or "").upper().removeprefix(PREFIX)],
        branch=(repo.branch or "").removeprefix("refs/heads/"),
        commit_sha=(repo.commit_sha or "").strip(),
        default_branch=repo.default_branch or "",
        installation_id=_text(repo.installation_id),
        workspace_id=_text(repo.workspace_id),
    )


def is_pinned(reference: RepoRef) -> bool:
    """Whether it names a full commit id, so that the same request always has the same answer."""
    return reference.full_commit is not None


def sealed_of(base: Repo | None, head: Repo, code_chunk: str = "", diff: str = "") -> Sealed | None:
    """The parts of a request that rows must not hold; None when there are none."""
    base_auth, head_auth = _auth(base) if base else None, _auth(head)
    if not (base_auth or head_auth or code_chunk or diff):
        return None
    return Sealed(base_auth=base_auth, head_auth=head_auth, code_chunk=code_chunk, diff=diff)


def _auth(repo: Repo) -> RepoAuth | None:
    auth = repo.auth
    if auth is None or not (auth.token or auth.password):
        return _auth_in_url(repo.url)
    return RepoAuth(
        token=auth.token or "",
        username=auth.username or "",
        password=auth.password or "",
        type=_text(auth.type),
        org=_text(auth.org),
    )


def _auth_in_url(url: str) -> RepoAuth | None:
    """Some clients write credentials into the URL. A user name alone, as some hosts show it, is none."""
    userinfo = USERINFO.search(url)
    username, _, password = userinfo[0].removesuffix("@").partition(":") if userinfo else ("", "", "")
    return RepoAuth(username=unquote(username), password=unquote(password)) if password else None


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)
