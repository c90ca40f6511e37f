"""Graphs of repositories: to be built, and to be forgotten. Also what several resources make of a `Repo`."""

import re
from urllib.parse import unquote

from kodus_ast.api.request_context import Call, Submission
from kodus_ast.models.http_requests import PREFIX, PROVIDERS, DeleteGraphs, InitializeGraphs, Repo, uuid_of
from kodus_ast.models.http_responses import NoReply, TaskAccepted
from kodus_ast.models.task_requests import GraphRequest, Remote, RepoAuth, RepoRef, Sealed
from kodus_ast.models.tasks import TaskKind
from kodus_ast.repositories.invalidation import forget

USERINFO = re.compile(r"(?<=://)[^/?#]*@")
COMMIT = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")


async def initialize(call: Call, body: InitializeGraphs) -> TaskAccepted:
    """Build the graphs of a base and a head; the answer names the task."""
    head = ref_of(body.head_repo)
    base = ref_of(body.base_repo) if body.base_repo else None
    return await call.submit(
        Submission(
            TaskKind.REPOSITORY_GRAPH,
            GraphRequest(head_repo=head, base_repo=base),
            sealed_of(body.base_repo, body.head_repo),
            is_pinned=is_pinned(head) and (base is None or is_pinned(base)),
            priority=body.priority,
            task_id=uuid_of(body.task_id),
        )
    )


async def delete(call: Call, body: DeleteGraphs) -> NoReply:
    """Forget these states of a repository: artefacts of the organization's tasks, and what was fetched."""
    tasks, artifacts = call.durable.tasks, call.durable.artifacts
    if body.task_id:
        task = await call.task(body.task_id)
        found = [task.id]
        urls = {ref["url"] for ref in map(task.request.get, ("baseRepo", "headRepo")) if ref}
    else:
        refs = [ref_of(one) for one in (body.base_repo, body.head_repo) if one]
        found = await tasks.of_repository(call.organization, refs)
        urls = {ref.url for ref in refs}
    await tasks.forget_artifacts(found)
    for task_id in found:
        await artifacts.remove(f"tasks/{task_id}/")
    for url in sorted(urls):
        await forget(call.durable, Remote(url=url, organization=call.organization))
    return NoReply()


def ref_of(repo: Repo) -> RepoRef:
    """The repository as rows hold it, without credentials: those in its URL are none of a row's either."""
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


def is_pinned(ref: RepoRef) -> bool:
    """Whether it names a commit in full, so that the same request has the same answer for ever."""
    return COMMIT.fullmatch(ref.commit_sha) is not None


def sealed_of(base: Repo | None, head: Repo, code_chunk: str = "", diff: str = "") -> Sealed | None:
    """What rows must not hold; None when there is nothing of that kind."""
    base_auth, head_auth = _auth(base) if base else None, _auth(head)
    if not (base_auth or head_auth or code_chunk or diff):
        return None
    return Sealed(base_auth=base_auth, head_auth=head_auth, code_chunk=code_chunk, diff=diff)


def _auth(repo: Repo) -> RepoAuth | None:
    auth = repo.auth
    if auth is None or not (auth.token or auth.password):
        return _auth_in(repo.url)
    return RepoAuth(
        token=auth.token or "",
        username=auth.username or "",
        password=auth.password or "",
        type=_text(auth.type),
        org=_text(auth.org),
    )


def _auth_in(url: str) -> RepoAuth | None:
    """Some clients write credentials into the URL. A user name alone, as some hosts show it, is none."""
    said = USERINFO.search(url)
    username, _, password = said[0].removesuffix("@").partition(":") if said else ("", "", "")
    return RepoAuth(username=unquote(username), password=unquote(password)) if password else None


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)
