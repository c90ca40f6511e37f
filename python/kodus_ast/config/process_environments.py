"""What the processes that kodus-ast starts see of the environment: no setting and no secret of ours."""

import os
from collections.abc import Mapping

FOR_CHILDREN = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "TMPDIR")
FOR_GIT_OF_TASKS = (
    "PATH", "LD_LIBRARY_PATH", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
KEPT_OF_GIT = ("GIT_SSL_", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """For a process that reads code: where Python is."""
    return {name: environment[name] for name in FOR_CHILDREN if name in environment}


def git_environment(environment: Mapping[str, str], protocols: str) -> dict[str, str]:
    """For git in a person's own commands: nothing that would point it at another repository."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith(("GIT_", "KODUS_AST_", "AWS_")) or name.startswith(KEPT_OF_GIT)
    }
    return kept | {
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_ASKPASS": "",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "SSH_ASKPASS": "",
    }


def task_git_environment(environment: Mapping[str, str], protocols: str) -> dict[str, str]:
    """For git in tasks: neither configuration nor credentials nor proxies of the user."""
    kept = {name: environment[name] for name in FOR_GIT_OF_TASKS if name in environment}
    nobody = {"HOME": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return git_environment(kept | nobody, protocols)
