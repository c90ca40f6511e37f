"""Settings come from the environment alone, and a mistake in it is said."""

from pathlib import Path

import pytest

from kodus_ast.config import settings_from
from kodus_ast.errors import BadOptionError


def test_defaults_follow_the_cache_directory_of_the_user() -> None:
    assert settings_from({"HOME": "/home/a"}).cache_directory == Path("/home/a/.cache/kodus-ast")
    assert settings_from({"HOME": "/home/a", "XDG_CACHE_HOME": "/c"}).cache_directory == Path("/c/kodus-ast")


def test_a_relative_xdg_directory_is_ignored() -> None:
    settings = settings_from({"HOME": "/home/a", "XDG_CACHE_HOME": "c"})
    assert settings.cache_directory == Path("/home/a/.cache/kodus-ast")


@pytest.mark.parametrize("value", ["-1", "1.5", "many", "٣"])
def test_a_number_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(BadOptionError, match="KODUS_AST_THREADS"):
        settings_from({"HOME": "/", "KODUS_AST_THREADS": value})


def test_limits_are_empty_unless_set() -> None:
    assert settings_from({"HOME": "/"}).limits == {}
    limits = settings_from({"HOME": "/", "KODUS_AST_FILE_BYTES": "1000"}).limits
    assert limits == {"file_bytes": 1000}


def test_git_sees_nothing_that_points_it_elsewhere() -> None:
    settings = settings_from(
        {"HOME": "/", "GIT_DIR": "/x", "GIT_SSH_COMMAND": "evil", "GIT_SSL_CAINFO": "/ca", "PATH": "/bin"}
    )
    git = settings.git_environment
    assert "GIT_DIR" not in git
    assert "GIT_SSH_COMMAND" not in git
    assert (git["GIT_SSL_CAINFO"], git["PATH"]) == ("/ca", "/bin")
    assert (git["GIT_TERMINAL_PROMPT"], git["GIT_ALLOW_PROTOCOL"]) == ("0", "https")
