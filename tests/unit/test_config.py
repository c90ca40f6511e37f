"""Settings come from the environment alone, and a mistake in it is said."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from kodus_ast.config import MEBIBYTE, CoreLimits, known_variables, settings_from
from kodus_ast.errors import BadOptionError, HostRefusedError, InsecureError
from kodus_ast.graph import default_limits


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


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("KODUS_AST_SLOTS", "0", "must be a whole number of at least 1, not '0'"),
        ("KODUS_AST_POOL", "1", "must be a whole number of at least 2, not '1'"),
        ("KODUS_AST_PORT", "65536", "must be a whole number from 0 to 65535, not '65536'"),
        ("KODUS_AST_PRODUCTION", "2", "must be a whole number from 0 to 1, not '2'"),
        ("KODUS_AST_LEASE_S", "9" * 30, "must be a whole number, not"),
        ("KODUS_AST_THREADS", "9" * 5000, "must be a whole number, not"),
    ],
)
def test_a_number_out_of_bounds_is_refused(variable: str, value: str, words: str) -> None:
    with pytest.raises(BadOptionError, match=f"^{variable} {words}"):
        settings_from({"HOME": "/", variable: value})


def test_an_empty_variable_counts_as_unset() -> None:
    empty = dict.fromkeys(known_variables(), "")
    assert settings_from({"HOME": "/", **empty}) == settings_from({"HOME": "/"})


def test_units_are_those_of_the_declarations() -> None:
    settings = settings_from(
        {
            "HOME": "/",
            "KODUS_AST_CACHE_MIB": "3",
            "KODUS_AST_LEASE_S": "90",
            "KODUS_AST_RETENTION_DAYS": "2",
            "KODUS_AST_BACKOFF_S": "4",
            "KODUS_AST_DATA": "relative",
        }
    )
    assert settings.cache_bytes == 3 * MEBIBYTE
    assert settings.service.lease == timedelta(seconds=90)
    assert settings.service.retention == timedelta(days=2)
    assert settings.service.backoff_s == 4.0
    assert settings.service.data_directory == Path("relative").absolute()


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("KODUS_AST_THREAD", "there is no setting KODUS_AST_THREAD; did you mean KODUS_AST_THREADS?"),
        ("KODUS_AST_SEALINGKEY", "did you mean KODUS_AST_SEALING_KEY?"),
        ("KODUS_AST_LEASE", "did you mean KODUS_AST_LEASE_S?"),
        ("KODUS_AST_WEATHER_FORECAST", "docs/configuration.md lists all settings"),
    ],
)
def test_a_variable_that_does_not_exist_is_refused(variable: str, words: str) -> None:
    with pytest.raises(BadOptionError) as refusal:
        settings_from({"HOME": "/", variable: "canary"})
    assert words in str(refusal.value)
    assert "canary" not in str(refusal.value)


def test_variables_of_tests_are_not_refused() -> None:
    settings_from({"HOME": "/", "KODUS_AST_TEST_DATABASE_URL": "x", "KODUS_AST_FUZZ_SECONDS": "1"})


def test_limits_are_empty_unless_set() -> None:
    assert settings_from({"HOME": "/"}).limits == {}
    limits = settings_from({"HOME": "/", "KODUS_AST_FILE_BYTES": "1000"}).limits
    assert limits == {"file_bytes": 1000}


@pytest.mark.parametrize(
    ("variable", "name", "unit"),
    [
        ("KODUS_AST_FILE_BYTES", "file_bytes", 1),
        ("KODUS_AST_LINE_BYTES", "line_bytes", 1),
        ("KODUS_AST_FILES", "files", 1),
        ("KODUS_AST_NAMES", "names", 1),
        ("KODUS_AST_FILE_DEPTH", "depth", 1),
        ("KODUS_AST_FILE_NODES", "nodes", 1),
        ("KODUS_AST_PARSE_MS", "parse_ms", 1),
        ("KODUS_AST_HELD_BYTES", "held_bytes", 1),
        ("KODUS_AST_GIT_TIMEOUT_S", "fetch_seconds", 1),
        ("KODUS_AST_FETCH_MIB", "fetch_bytes", MEBIBYTE),
        ("KODUS_AST_FETCH_OBJECTS", "fetch_objects", 1),
        ("KODUS_AST_GIT_MEMORY_MIB", "fetch_memory_bytes", MEBIBYTE),
        ("KODUS_AST_CHILD_TIMEOUT_S", "child_seconds", 1),
        ("KODUS_AST_CHILD_CPU_S", "child_cpu_seconds", 1),
        ("KODUS_AST_CHILD_MEMORY_MIB", "child_memory_bytes", MEBIBYTE),
        ("KODUS_AST_CHILD_FILE_MIB", "child_file_bytes", MEBIBYTE),
        ("KODUS_AST_CHILD_OPEN_FILES", "child_open_files", 1),
        ("KODUS_AST_FILE_TIMEOUT_S", "file_seconds", 1),
    ],
)
def test_every_limit_can_be_set_and_is_shown(variable: str, name: str, unit: int) -> None:
    core = default_limits()
    shown = settings_from({"HOME": "/", variable: "77"}).bounds(core)
    assert shown[name] == 77 * unit
    assert len(shown) == len(core) + 10
    assert {field.name for field in fields(CoreLimits)} == core.keys()


def test_tasks_can_be_limited_to_the_configured_hosts(tmp_path: Path) -> None:
    file = tmp_path / "hosts.toml"
    file.write_text(
        '[[hosts]]\nname = "git.acme.example"\n'
        '[[hosts]]\nname = "gitlab.com"\nprovider = "GITLAB"\norganizations = ["acme"]\n'
        '[[hosts]]\nname = "bitbucket.org"\nprovider = "BITBUCKET"\n'
    )
    environment = {"HOME": "/", "KODUS_AST_HOSTS": str(file), "KODUS_AST_KNOWN_HOSTS": "0"}
    rules = settings_from(environment).host_rules
    for url, organization in (
        ("https://git.acme.example/a/b", "org"),
        ("https://gitlab.com/a/b", "acme"),
        # The same entry as the built-in one.
        ("https://bitbucket.org/a/b", "org"),
        # A command of a person.
        ("https://github.com/a/b", None),
    ):
        assert rules.check_url(url, organization).url == url
    for url in ("https://github.com/a/b", "https://gitlab.com/a/b"):
        with pytest.raises(HostRefusedError):
            rules.check_url(url, "org")
        accepting = settings_from({**environment, "KODUS_AST_KNOWN_HOSTS": "1"}).host_rules
        assert accepting.check_url(url, "org").url == url


def test_without_configured_hosts_none_is_left() -> None:
    assert settings_from({"HOME": "/", "KODUS_AST_KNOWN_HOSTS": "0"}).host_rules.hosts == ()


def test_git_sees_nothing_that_points_it_elsewhere() -> None:
    settings = settings_from(
        {"HOME": "/", "GIT_DIR": "/x", "GIT_SSH_COMMAND": "evil", "GIT_SSL_CAINFO": "/ca", "PATH": "/bin"}
    )
    git = settings.git_environment
    assert "GIT_DIR" not in git
    assert "GIT_SSH_COMMAND" not in git
    assert (git["GIT_SSL_CAINFO"], git["PATH"]) == ("/ca", "/bin")
    assert (git["GIT_TERMINAL_PROMPT"], git["GIT_ALLOW_PROTOCOL"]) == ("0", "https")


KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
SAFE = {
    "HOME": "/",
    "KODUS_AST_PRODUCTION": "1",
    "KODUS_AST_DATABASE_URL": "postgresql://u:p@db/x?sslmode=verify-full",
    "KODUS_AST_BROKER_URL": "amqps://u:p@mq/x",
    "KODUS_AST_SEALING_KEY": KEY,
}


def test_production_starts_when_every_connection_is_verified() -> None:
    service = settings_from(SAFE).service
    assert service.is_production
    assert service.sealing_key == b"k" * 32


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KODUS_AST_DATABASE_URL", "postgresql://u:p@db/x"),
        ("KODUS_AST_DATABASE_URL", "postgresql://u:p@db/x?sslmode=require"),
        ("KODUS_AST_DATABASE_URL", ""),
        ("KODUS_AST_BROKER_URL", "amqp://u:p@mq/x"),
        ("KODUS_AST_BROKER_URL", "amqps://u:p@mq/x?no_verify_ssl=1"),
        ("KODUS_AST_BROKER_URL", ""),
        ("KODUS_AST_OPERATOR_BROKER_URL", "amqp://u:p@mq/x"),
        ("KODUS_AST_TRACES_URL", "http://collector/v1/traces"),
        ("KODUS_AST_S3_ENDPOINT", "http://store"),
        ("KODUS_AST_SEALING_KEY", ""),
    ],
)
def test_production_refuses_what_is_not(name: str, value: str) -> None:
    with pytest.raises(InsecureError, match=name):
        settings_from({**SAFE, name: value})


@pytest.mark.parametrize("value", ["short", "a2s=", KEY[:-4]])
def test_a_sealing_key_of_another_size_is_refused(value: str) -> None:
    with pytest.raises(BadOptionError, match="32 bytes"):
        settings_from({"HOME": "/", "KODUS_AST_SEALING_KEY": value})


def test_children_and_git_see_no_setting_of_ours() -> None:
    settings = settings_from({**SAFE, "PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "s"})
    assert settings.service.child_environment == {"PATH": "/bin"}
    assert not [name for name in settings.git_environment if name.startswith(("KODUS_AST_", "AWS_"))]
    assert "kkk" not in repr(settings)
    assert "u:p" not in repr(settings)
