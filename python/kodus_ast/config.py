"""Settings, read once from the environment. The only reader of `os.environ`."""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from kodus_ast.errors import BadOptionError, InsecureError
from kodus_ast.host_policy import KNOWN, Host, HostRules, hosts_from

MEBIBYTE = 1024 * 1024
LIMITS = {
    "KODUS_AST_FILE_BYTES": "file_bytes",
    "KODUS_AST_LINE_BYTES": "line_bytes",
    "KODUS_AST_FILES": "files",
    "KODUS_AST_NAMES": "names",
    "KODUS_AST_FILE_DEPTH": "depth",
    "KODUS_AST_FILE_NODES": "nodes",
    "KODUS_AST_PARSE_MS": "parse_ms",
    "KODUS_AST_HELD_BYTES": "held_bytes",
}
"""Variables and the limits of the core that they set (`source/limits.rs`)."""
GIT_SEES = ("PATH", "LD_LIBRARY_PATH", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
KEPT_FOR_GIT = ("GIT_SSL_", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
CHILD_SEES = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one process that reads code may use."""

    memory: int = 4096 * MEBIBYTE
    """KODUS_AST_CHILD_MEMORY_MIB."""
    seconds: float = 1500.0
    """KODUS_AST_CHILD_TIMEOUT_S."""
    cpu_s: int = 7200
    """KODUS_AST_CHILD_CPU_S: processor time, of all its threads together."""
    file_size: int = 8192 * MEBIBYTE
    """KODUS_AST_CHILD_FILE_MIB: the largest file that it may write."""
    open_files: int = 512
    """KODUS_AST_CHILD_OPEN_FILES."""
    file_seconds: float = 60.0
    """KODUS_AST_FILE_TIMEOUT_S: who is at one file for longer is killed."""


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How the durable service runs: docs/operations.md says which process needs what."""

    database_url: str = field(default="", repr=False)
    """KODUS_AST_DATABASE_URL: PostgreSQL; empty means the embedded one."""
    broker_url: str = field(default="", repr=False)
    """KODUS_AST_BROKER_URL: RabbitMQ; empty means the queue over the table of tasks."""
    operator_broker_url: str = field(default="", repr=False)
    """KODUS_AST_OPERATOR_BROKER_URL: the same broker, by who may read dead letters; else the above."""
    data_directory: Path = Path()
    """KODUS_AST_DATA: the embedded database, and artefacts unless they are stored elsewhere."""
    store: str = ""
    """KODUS_AST_STORE: a directory or s3://bucket/prefix for artefacts; empty means in the data directory."""
    s3_endpoint: str = ""
    """KODUS_AST_S3_ENDPOINT: of a store that speaks S3 but is not AWS; credentials come the way of AWS."""
    s3_region: str = ""
    """KODUS_AST_S3_REGION."""
    sealing_key: bytes = field(default=b"", repr=False)
    """KODUS_AST_SEALING_KEY: 32 bytes in base64 that seal what requests must keep secret."""
    is_production: bool = False
    """KODUS_AST_PRODUCTION=1: refuses every connection that is not encrypted and verified."""
    slots: int = 2
    """KODUS_AST_SLOTS: how many tasks a worker runs at once."""
    lease: timedelta = timedelta(seconds=60)
    """KODUS_AST_LEASE_S: how long a worker may be silent before its task is somebody else's."""
    task_timeout: timedelta = timedelta(minutes=30)
    """KODUS_AST_TASK_TIMEOUT_S: the most that one attempt may take."""
    retries: int = 5
    """KODUS_AST_RETRIES: how often a task is tried again after transient failures."""
    backoff_s: float = 2.0
    """KODUS_AST_BACKOFF_S: the most that the first back-off may be; it doubles from there."""
    longest_backoff_s: float = 300.0
    """KODUS_AST_LONGEST_BACKOFF_S."""
    drain: timedelta = timedelta(seconds=25)
    """KODUS_AST_DRAIN_S: how long a worker that is told to stop lets its tasks run on."""
    stall: timedelta = timedelta(seconds=120)
    """KODUS_AST_STALL_S: messages wait, slots are free, nothing comes for so long: the worker exits."""
    republish: timedelta = timedelta(minutes=10)
    """KODUS_AST_REPUBLISH_S: a task that still waits so long after its message is published again."""
    running_limit: int = 4
    """KODUS_AST_RUNNING_PER_ORGANIZATION: 0 means any number."""
    queued_limit: int = 1000
    """KODUS_AST_QUEUED_PER_ORGANIZATION: 0 means any number."""
    retention: timedelta = timedelta(days=30)
    """KODUS_AST_RETENTION_DAYS: ended tasks, their events, results and artefacts go after so long."""
    retained_tasks: int = 10_000
    """KODUS_AST_RETENTION_TASKS: of one organization, the oldest ended ones go before; 0 means any number."""
    retained_graphs: int = 20
    """KODUS_AST_RETENTION_GRAPHS: stored graphs of one repository, the same."""
    pool_size: int = 10
    """KODUS_AST_POOL: database connections per process."""
    child_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the processes that read code see of the environment: where Python is, and no secret."""
    child: ChildLimits = field(default_factory=ChildLimits)
    """What these processes may use."""
    patience_s: float = 10.0
    """KODUS_AST_PATIENCE_S: the most that one statement or one publish may take."""
    metrics_host: str = "127.0.0.1"
    """KODUS_AST_METRICS_HOST: where a worker may be scraped."""
    metrics_port: int = 0
    """KODUS_AST_METRICS_PORT: 0 means nowhere; the API has a route."""
    traces_url: str = ""
    """KODUS_AST_TRACES_URL: where spans go, as OTLP over HTTP; empty means that there are none."""


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """How the HTTP API runs."""

    host: str = "127.0.0.1"
    """KODUS_AST_HOST: the address to listen at."""
    port: int = 8080
    """KODUS_AST_PORT."""
    tls_certificate: str = ""
    """KODUS_AST_TLS_CERTIFICATE: a file in PEM form, the chain included."""
    tls_key: str = field(default="", repr=False)
    """KODUS_AST_TLS_KEY: the file of its private key."""
    proxies: tuple[str, ...] = ()
    """KODUS_AST_PROXIES: addresses or networks whose X-Forwarded headers are believed, between commas."""
    body_bytes: int = 16 * MEBIBYTE
    """KODUS_AST_BODY_MIB: the most that a request's body may hold."""
    rate_per_s: float = 100.0
    """KODUS_AST_RATE_PER_S: requests of one key per second, 0 for any number."""
    streams: int = 1000
    """KODUS_AST_STREAMS: how many event streams may be open at once."""
    anonymous_organization: str = ""
    """KODUS_AST_ANONYMOUS: whose requests without a key from this machine are; never in production."""
    is_production: bool = False

    def check(self, host: str) -> None:
        """`InsecureError` if in production requests went unencrypted, or somebody got in without a key."""
        if not self.is_production:
            return
        if self.anonymous_organization:
            raise InsecureError("KODUS_AST_ANONYMOUS must not be set in production")
        if not (self.tls_certificate and self.tls_key) and not self.proxies:
            raise InsecureError(
                f"{host} would be served without TLS: set KODUS_AST_TLS_CERTIFICATE and KODUS_AST_TLS_KEY, "
                "or name the proxy that does TLS in KODUS_AST_PROXIES"
            )


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one fetch may cost; more is an error, and git is killed."""

    seconds: float = 600.0
    """KODUS_AST_GIT_TIMEOUT_S: the most that one git command may take."""
    size: int = 2048 * MEBIBYTE
    """KODUS_AST_FETCH_MIB: bytes written."""
    objects: int = 2_000_000
    """KODUS_AST_FETCH_OBJECTS."""
    memory: int = 4096 * MEBIBYTE
    """KODUS_AST_GIT_MEMORY_MIB: address space of each process of git."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How kodus-ast runs on this machine; what is asked of it comes with each command."""

    cache_directory: Path
    """KODUS_AST_CACHE: where artefacts of commits and clones of URLs are kept."""
    cache_bytes: int = 1024 * MEBIBYTE
    """KODUS_AST_CACHE_MIB: the least recently used artefacts go when there are more."""
    threads: int = 0
    """KODUS_AST_THREADS: 0 means one per processor."""
    limits: dict[str, int] = field(default_factory=dict)
    """What the core is told of its limits (`LIMITS`), part of an artefact's key; the rest are its own."""
    fetch: FetchLimits = field(default_factory=FetchLimits)
    """What bounds one fetch."""
    host_rules: HostRules = field(default_factory=HostRules)
    """KODUS_AST_HOSTS: a TOML file of hosts beside those that are known (docs/operations.md)."""
    repositories_bytes: int = 10240 * MEBIBYTE
    """KODUS_AST_REPOSITORIES_MIB: the least recently used object stores go when there are more."""
    git_protocols: str = "https"
    """KODUS_AST_GIT_PROTOCOLS: what may be cloned from, separated by colons, as git's own allow-list."""
    git_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What git sees of the environment: nothing that would point it at another repository."""
    task_git_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The same for tasks: nothing of the user either, neither configuration nor credentials nor proxies."""
    service: ServiceSettings = field(default_factory=ServiceSettings)
    """What only the durable service needs."""
    api: ApiSettings = field(default_factory=ApiSettings)
    """What only the HTTP API needs."""

    def bounds(self, core: Mapping[str, int]) -> dict[str, int]:
        """All that bounds the work on one repository; `core` is what the core does unless told otherwise."""
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


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that these variables describe; an unreadable number is a `BadOptionError`."""
    limits = {name: _number(environment, variable, 0) for variable, name in LIMITS.items()}
    git_protocols = environment.get("KODUS_AST_GIT_PROTOCOLS", "https")
    return Settings(
        cache_directory=_directory(environment, "KODUS_AST_CACHE", "XDG_CACHE_HOME", ".cache"),
        cache_bytes=_number(environment, "KODUS_AST_CACHE_MIB", 1024) * MEBIBYTE,
        threads=_number(environment, "KODUS_AST_THREADS", 0),
        limits={name: most for name, most in limits.items() if most},
        fetch=FetchLimits(
            seconds=float(_number(environment, "KODUS_AST_GIT_TIMEOUT_S", 600)),
            size=_number(environment, "KODUS_AST_FETCH_MIB", 2048) * MEBIBYTE,
            objects=_number(environment, "KODUS_AST_FETCH_OBJECTS", 2_000_000),
            memory=_number(environment, "KODUS_AST_GIT_MEMORY_MIB", 4096) * MEBIBYTE,
        ),
        host_rules=HostRules(frozenset(git_protocols.split(":")), _hosts(environment)),
        repositories_bytes=_number(environment, "KODUS_AST_REPOSITORIES_MIB", 10240) * MEBIBYTE,
        git_protocols=git_protocols,
        git_environment=_git_environment(environment, git_protocols),
        task_git_environment=_git_environment(
            {name: environment[name] for name in GIT_SEES if name in environment}
            | {"HOME": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            git_protocols,
        ),
        service=_service(environment),
        api=_api(environment),
    )


def _hosts(environment: Mapping[str, str]) -> tuple[Host, ...]:
    file = environment.get("KODUS_AST_HOSTS", "")
    if not file:
        return KNOWN
    try:
        return hosts_from(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeError):
        raise BadOptionError(f"KODUS_AST_HOSTS: {file} cannot be read") from None


def _service(environment: Mapping[str, str]) -> ServiceSettings:
    def seconds(name: str, default: int) -> timedelta:
        return timedelta(seconds=_number(environment, name, default))

    settings = ServiceSettings(
        database_url=environment.get("KODUS_AST_DATABASE_URL", ""),
        broker_url=environment.get("KODUS_AST_BROKER_URL", ""),
        operator_broker_url=environment.get("KODUS_AST_OPERATOR_BROKER_URL", ""),
        data_directory=_directory(environment, "KODUS_AST_DATA", "XDG_DATA_HOME", ".local/share"),
        store=environment.get("KODUS_AST_STORE", ""),
        s3_endpoint=environment.get("KODUS_AST_S3_ENDPOINT", ""),
        s3_region=environment.get("KODUS_AST_S3_REGION", ""),
        sealing_key=_key(environment.get("KODUS_AST_SEALING_KEY", "")),
        is_production=_number(environment, "KODUS_AST_PRODUCTION", 0) > 0,
        slots=max(1, _number(environment, "KODUS_AST_SLOTS", 2)),
        lease=seconds("KODUS_AST_LEASE_S", 60),
        task_timeout=seconds("KODUS_AST_TASK_TIMEOUT_S", 1800),
        retries=_number(environment, "KODUS_AST_RETRIES", 5),
        backoff_s=float(_number(environment, "KODUS_AST_BACKOFF_S", 2)),
        longest_backoff_s=float(_number(environment, "KODUS_AST_LONGEST_BACKOFF_S", 300)),
        drain=seconds("KODUS_AST_DRAIN_S", 25),
        stall=seconds("KODUS_AST_STALL_S", 120),
        republish=seconds("KODUS_AST_REPUBLISH_S", 600),
        running_limit=_number(environment, "KODUS_AST_RUNNING_PER_ORGANIZATION", 4),
        queued_limit=_number(environment, "KODUS_AST_QUEUED_PER_ORGANIZATION", 1000),
        retention=timedelta(days=_number(environment, "KODUS_AST_RETENTION_DAYS", 30)),
        retained_tasks=_number(environment, "KODUS_AST_RETENTION_TASKS", 10_000),
        retained_graphs=_number(environment, "KODUS_AST_RETENTION_GRAPHS", 20),
        pool_size=max(2, _number(environment, "KODUS_AST_POOL", 10)),
        child_environment={name: environment[name] for name in CHILD_SEES if name in environment},
        child=ChildLimits(
            memory=_number(environment, "KODUS_AST_CHILD_MEMORY_MIB", 4096) * MEBIBYTE,
            seconds=float(_number(environment, "KODUS_AST_CHILD_TIMEOUT_S", 1500)),
            cpu_s=_number(environment, "KODUS_AST_CHILD_CPU_S", 7200),
            file_size=_number(environment, "KODUS_AST_CHILD_FILE_MIB", 8192) * MEBIBYTE,
            open_files=_number(environment, "KODUS_AST_CHILD_OPEN_FILES", 512),
            file_seconds=float(_number(environment, "KODUS_AST_FILE_TIMEOUT_S", 60)),
        ),
        patience_s=float(_number(environment, "KODUS_AST_PATIENCE_S", 10)),
        metrics_host=environment.get("KODUS_AST_METRICS_HOST", "127.0.0.1"),
        metrics_port=_number(environment, "KODUS_AST_METRICS_PORT", 0),
        traces_url=environment.get("KODUS_AST_TRACES_URL", ""),
    )
    if settings.is_production:
        _refuse_insecure(settings)
    return settings


def _api(environment: Mapping[str, str]) -> ApiSettings:
    proxies = environment.get("KODUS_AST_PROXIES", "").split(",")
    return ApiSettings(
        host=environment.get("KODUS_AST_HOST", "127.0.0.1"),
        port=_number(environment, "KODUS_AST_PORT", 8080),
        tls_certificate=environment.get("KODUS_AST_TLS_CERTIFICATE", ""),
        tls_key=environment.get("KODUS_AST_TLS_KEY", ""),
        proxies=tuple(proxy.strip() for proxy in proxies if proxy.strip()),
        body_bytes=max(1, _number(environment, "KODUS_AST_BODY_MIB", 16)) * MEBIBYTE,
        rate_per_s=float(_number(environment, "KODUS_AST_RATE_PER_S", 100)),
        streams=_number(environment, "KODUS_AST_STREAMS", 1000),
        anonymous_organization=environment.get("KODUS_AST_ANONYMOUS", ""),
        is_production=_number(environment, "KODUS_AST_PRODUCTION", 0) > 0,
    )


def _refuse_insecure(settings: ServiceSettings) -> None:
    database = urlsplit(settings.database_url)
    if parse_qs(database.query).get("sslmode") != ["verify-full"]:
        raise InsecureError("KODUS_AST_DATABASE_URL must say sslmode=verify-full in production")
    brokers = {"KODUS_AST_BROKER_URL": settings.broker_url}
    if settings.operator_broker_url:
        brokers["KODUS_AST_OPERATOR_BROKER_URL"] = settings.operator_broker_url
    for name, url in brokers.items():
        broker = urlsplit(url)
        if broker.scheme != "amqps" or parse_qs(broker.query).get("no_verify_ssl", ["0"]) != ["0"]:
            raise InsecureError(f"{name} must be amqps, and verified, in production")
    if urlsplit(settings.s3_endpoint).scheme == "http":
        raise InsecureError("KODUS_AST_S3_ENDPOINT must be https in production")
    traces = urlsplit(settings.traces_url)
    if traces.scheme == "http" and traces.hostname not in LOOPBACK:
        raise InsecureError("KODUS_AST_TRACES_URL must be https in production, unless it is this machine")
    if not settings.sealing_key:
        raise InsecureError("KODUS_AST_SEALING_KEY must be set in production")


def _key(text: str) -> bytes:
    if not text:
        return b""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise BadOptionError("KODUS_AST_SEALING_KEY must be 32 bytes in base64")
    return key


def _git_environment(environment: Mapping[str, str], protocols: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith(("GIT_", "KODUS_AST_", "AWS_")) or name.startswith(KEPT_FOR_GIT)
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


def _directory(environment: Mapping[str, str], name: str, xdg_name: str, home_part: str) -> Path:
    if own := environment.get(name):
        return Path(own).absolute()
    # XDG wants relative values ignored.
    xdg = Path(environment.get(xdg_name, ""))
    home = environment.get("HOME")
    return (xdg if xdg.is_absolute() else (Path(home) if home else Path.home()) / home_part) / "kodus-ast"


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit():
        raise BadOptionError(f"{name} must be a whole number, not '{text}'")
    return int(text)
