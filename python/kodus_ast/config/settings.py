"""All settings. Each is declared once: its type, variable, default and help.

docs/configuration.md is made from the declarations by `make docs`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kodus_ast.config.api_settings import ApiSettings
from kodus_ast.config.kinds import DIRECTORY, FLAG, MIB, NUMBER, TEXT, Kind, user_directory
from kodus_ast.config.limits import CoreLimits, FetchLimits
from kodus_ast.config.reader import group, setting
from kodus_ast.config.service_settings import ServiceSettings
from kodus_ast.errors import BadOptionError

if TYPE_CHECKING:
    from kodus_ast.host_policy import Host, HostRules


# ruff: noqa: PLC0415 - host_policy is imported where it is used: most commands name no host


def _hosts(file: str) -> "tuple[Host, ...] | None":
    if not file:
        return None
    from kodus_ast.host_policy import hosts_from

    try:
        return hosts_from(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeError):
        raise BadOptionError(f"KODUS_AST_HOSTS: {file} cannot be read") from None


@dataclass(frozen=True, slots=True)
class Settings:
    """How kodus-ast runs on this machine; what is asked of it comes with each command."""

    cache_directory: Path = setting(
        "KODUS_AST_CACHE",
        DIRECTORY,
        "",
        "Directory of the graphs of commits and of fetched repositories.",
        when_unset="`$XDG_CACHE_HOME/kodus-ast` or `~/.cache/kodus-ast`",
        computed_default=user_directory("XDG_CACHE_HOME", ".cache"),
    )
    cache_bytes: int = setting(
        "KODUS_AST_CACHE_MIB", MIB, "1024", "The most graphs to keep; the least recently used go first."
    )
    threads: int = setting(
        "KODUS_AST_THREADS", NUMBER, "0", "Threads that build a graph.", when_unset="one per processor"
    )
    repositories_bytes: int = setting(
        "KODUS_AST_REPOSITORIES_MIB",
        MIB,
        "10240",
        "The most fetched repositories to keep; the least recently used go first.",
    )
    git_protocols: str = setting(
        "KODUS_AST_GIT_PROTOCOLS", TEXT, "https", "Protocols to clone over, separated by colons."
    )
    hosts: "tuple[Host, ...] | None" = setting(
        "KODUS_AST_HOSTS",
        Kind("a file", _hosts),
        "",
        "TOML file of hosts that repositories may come from, beside the known ones (operations.md).",
        when_unset="only the known ones",
    )
    accepts_known_hosts: bool = setting(
        "KODUS_AST_KNOWN_HOSTS",
        FLAG,
        "1",
        "`0` lets tasks fetch only from the hosts of `KODUS_AST_HOSTS`, and sends webhooks only there.",
    )
    core: CoreLimits = group(CoreLimits, "Limits of reading a repository")
    fetch: FetchLimits = group(FetchLimits, "Limits of fetching a repository")
    service: ServiceSettings = group(ServiceSettings, "The durable service")
    api: ApiSettings = group(ApiSettings, "The HTTP API")
    git_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What git sees of the environment: nothing that would point it at another repository."""
    task_git_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The same for tasks: nothing of the user either, neither configuration nor credentials nor proxies."""

    @property
    def limits(self) -> dict[str, int]:
        """The limits that the core is given, part of an artefact's key; the others are its own."""
        return {name: limit for name, limit in asdict(self.core).items() if limit}

    @property
    def host_rules(self) -> "HostRules":
        """Where repositories may come from."""
        from kodus_ast.host_policy import KNOWN, HostRules

        hosts = KNOWN if self.hosts is None else self.hosts
        if not self.accepts_known_hosts:
            # The known ones come last. An entry of the file for one of them stays.
            hosts = hosts[: -len(KNOWN)]
        return HostRules(frozenset(self.git_protocols.split(":")), hosts)

    @property
    def webhook_rules(self) -> "HostRules":
        """Where completion events may go: to any public name, unless only configured hosts are accepted."""
        from kodus_ast.host_policy import Host, HostRules

        rules = self.host_rules
        hosts = (*rules.hosts, Host("*")) if self.accepts_known_hosts else rules.hosts
        return HostRules(rules.protocols & {"https", "http"} | {"https"}, hosts)

    def bounds(self, core: Mapping[str, int]) -> dict[str, int]:
        """Every limit on the work on one repository; `core` has the core's own."""
        fetch, child = self.fetch, self.service.child
        return {
            **core,
            **self.limits,
            "fetch_seconds": round(fetch.seconds),
            "fetch_bytes": fetch.size,
            "fetch_objects": fetch.objects,
            "fetch_memory_bytes": fetch.memory,
            "child_seconds": round(child.seconds),
            "child_cpu_seconds": child.cpu_s,
            "child_memory_bytes": child.memory,
            "child_file_bytes": child.file_size,
            "child_open_files": child.open_files,
            "file_seconds": round(child.file_seconds),
        }


FOR_DEVELOPMENT = {
    "KODUS_AST_TEST_DATABASE_URL": "PostgreSQL for the tests, as a superuser.",
    "KODUS_AST_TEST_BROKER_URL": "RabbitMQ for the tests, as an administrator.",
    "KODUS_AST_TEST_RABBITMQCTL": "The command that the tests call as `rabbitmqctl`.",
    "KODUS_AST_FUZZ_SECONDS": "How long CI fuzzes each target; it does not unless this is set.",
}
"""Variables that the program ignores and does not refuse: tests and CI read them."""
