"""How hosts want to be shown credentials, one row per provider: in the environment of one git alone."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from kodus_ast.host_policy import Origin
from kodus_ast.models.task_requests import RepoAuth


@dataclass(frozen=True, slots=True)
class Convention:
    """What a provider wants beside a token."""

    username: str
    """Goes with a token when the request names nobody."""
    suffix: str = ""
    """Ends every URL: without it the host redirects, and redirects are not followed."""


CONVENTIONS: Mapping[str, Convention] = {
    "": Convention("x-access-token"),
    "GITHUB": Convention("x-access-token"),
    "GITLAB": Convention("oauth2", ".git"),
    "BITBUCKET": Convention("x-token-auth"),
    "AZURE_DEVOPS": Convention("pat"),
}


def convention(origin: Origin, provider: str) -> Convention:
    """By what the host is configured or known to be, else by what the request says."""
    return CONVENTIONS.get(origin.provider or provider, CONVENTIONS[""])


def authorization(kind: Convention, auth: RepoAuth) -> str:
    """The value of the `Authorization` header.

    Tokens of identity providers (JWT, as Microsoft Entra gives them) are bearer tokens; all others, and
    passwords, go as Basic.
    """
    secret = auth.token or auth.password
    is_jwt = secret.startswith("eyJ") and secret.count(".") == 2
    if auth.token and not auth.username and (is_jwt or auth.type.casefold() == "bearer"):
        return f"Bearer {secret}"
    pair = f"{auth.username or kind.username}:{secret}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def as_configuration(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Configuration of one git process, as its environment says it: in no argument and no file."""
    said = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        said |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return said
