"""How git presents credentials to each provider, set in the environment of one git process only."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from kodus_ast.host_policy import Origin
from kodus_ast.models.task_requests import RepoAuth


@dataclass(frozen=True, slots=True)
class Convention:
    """What a provider expects beside a token."""

    username: str
    """The user name for a token when the request names none."""
    suffix: str = ""
    """Appended to every URL: without it the host redirects, and redirects are not followed."""


CONVENTIONS: Mapping[str, Convention] = {
    "": Convention("x-access-token"),
    "GITHUB": Convention("x-access-token"),
    "GITLAB": Convention("oauth2", ".git"),
    "BITBUCKET": Convention("x-token-auth"),
    "AZURE_DEVOPS": Convention("pat"),
}


def convention_of(origin: Origin, provider: str) -> Convention:
    """By the provider that the host is configured or known to be, else by the one in the request."""
    return CONVENTIONS.get(origin.provider or provider, CONVENTIONS[""])


def authorization_header(convention: Convention, auth: RepoAuth) -> str:
    """The value of the `Authorization` header.

    JWTs, which identity providers such as Microsoft Entra issue, are sent as bearer tokens; other tokens and
    passwords as Basic.
    """
    secret = auth.token or auth.password
    is_jwt = secret.startswith("eyJ") and secret.count(".") == 2
    if auth.token and not auth.username and (is_jwt or auth.type.casefold() == "bearer"):
        return f"Bearer {secret}"
    pair = f"{auth.username or convention.username}:{secret}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def configuration_environment(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Environment variables that set git configuration, so that it is in no argument and no file."""
    environment = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment
