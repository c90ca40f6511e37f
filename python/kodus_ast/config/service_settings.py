"""Settings of the durable service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from kodus_ast.config.kinds import (
    DAYS,
    DIRECTORY,
    DURATION,
    FLAG,
    NUMBER,
    PORT,
    SEALING_KEY,
    SECONDS,
    TEXT,
    number,
    user_directory,
)
from kodus_ast.config.limits import ChildLimits
from kodus_ast.config.reader import group, setting


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How the durable service runs: docs/operations.md says which process needs what."""

    database_url: str = setting(
        "KODUS_AST_DATABASE_URL",
        TEXT,
        "",
        "PostgreSQL 15 to 18, as `postgresql://user:password@host/name?sslmode=verify-full&sslrootcert=…`.",
        when_unset="the embedded one",
        is_secret=True,
    )
    broker_url: str = setting(
        "KODUS_AST_BROKER_URL",
        TEXT,
        "",
        "RabbitMQ 3.10 to 4.3, as `amqps://user:password@host/vhost?cafile=…`.",
        when_unset="a queue in the database",
        is_secret=True,
    )
    operator_broker_url: str = setting(
        "KODUS_AST_OPERATOR_BROKER_URL",
        TEXT,
        "",
        "API: the same broker as `kodus_operator`, for the routes of dead letters.",
        when_unset="the API's own identity, which may not read them",
        is_secret=True,
    )
    data_directory: Path = setting(
        "KODUS_AST_DATA",
        DIRECTORY,
        "",
        "Directory of the embedded database, of artefacts and of the sealing key.",
        when_unset="`$XDG_DATA_HOME/kodus-ast` or `~/.local/share/kodus-ast`",
        computed_default=user_directory("XDG_DATA_HOME", ".local/share"),
    )
    store: str = setting(
        "KODUS_AST_STORE",
        TEXT,
        "",
        "Where artefacts are stored: a directory that API and workers share, or `s3://bucket/prefix`.",
        when_unset="`artifacts` in the data directory",
    )
    s3_endpoint: str = setting(
        "KODUS_AST_S3_ENDPOINT",
        TEXT,
        "",
        "URL of a store that speaks S3 but is not AWS. Credentials are given as AWS wants them.",
        when_unset="AWS",
    )
    s3_region: str = setting("KODUS_AST_S3_REGION", TEXT, "", "The region of the bucket.")
    sealing_key: bytes = setting(
        "KODUS_AST_SEALING_KEY",
        SEALING_KEY,
        "",
        "32 bytes in base64 that seal tokens, code and diffs of requests.",
        when_unset="made once, in the data directory",
        is_secret=True,
    )
    is_production: bool = setting(
        "KODUS_AST_PRODUCTION",
        FLAG,
        "0",
        "`1` refuses to start unless every connection is encrypted and verified.",
    )
    slots: int = setting(
        "KODUS_AST_SLOTS", number(int, least=1), "2", "Tasks on repositories that a worker runs at once."
    )
    small_slots: int = setting(
        "KODUS_AST_SMALL_SLOTS",
        number(int, least=1),
        "2",
        "Validations and excerpts of sent files that a worker runs at once, beside the others.",
    )
    lease: timedelta = setting(
        "KODUS_AST_LEASE_S", DURATION, "60", "A worker that sends no heartbeat for so long loses its task."
    )
    task_timeout: timedelta = setting(
        "KODUS_AST_TASK_TIMEOUT_S", DURATION, "1800", "The most time that one attempt at a task may take."
    )
    retries: int = setting(
        "KODUS_AST_RETRIES", NUMBER, "5", "How often a task is tried again after transient failures."
    )
    backoff_s: float = setting(
        "KODUS_AST_BACKOFF_S", SECONDS, "2", "The longest first back-off; it doubles with every retry."
    )
    longest_backoff_s: float = setting(
        "KODUS_AST_LONGEST_BACKOFF_S", SECONDS, "300", "The back-off at which the doubling ends."
    )
    drain: timedelta = setting(
        "KODUS_AST_DRAIN_S",
        DURATION,
        "25",
        "How long the tasks of a stopping worker may run on.",
    )
    stall: timedelta = setting(
        "KODUS_AST_STALL_S",
        DURATION,
        "120",
        "A worker with free slots that receives nothing for so long while messages wait exits.",
    )
    republish: timedelta = setting(
        "KODUS_AST_REPUBLISH_S",
        DURATION,
        "600",
        "A task that still waits so long after its message is published again.",
    )
    running_limit: int = setting(
        "KODUS_AST_RUNNING_PER_ORGANIZATION",
        NUMBER,
        "4",
        "Tasks on repositories of one organization that run at once, and as many validations and excerpts; "
        "others wait. 0 for any number.",
    )
    queued_limit: int = setting(
        "KODUS_AST_QUEUED_PER_ORGANIZATION",
        NUMBER,
        "1000",
        "Tasks of one organization that may wait, more are refused; 0 for any number.",
    )
    retention: timedelta = setting(
        "KODUS_AST_RETENTION_DAYS",
        DAYS,
        "30",
        "How long ended tasks, their events, results and artefacts, and stored graphs are kept.",
    )
    dead_letter_retention: timedelta = setting(
        "KODUS_AST_DEAD_LETTER_DAYS",
        DAYS,
        "7",
        "How long what is sealed of tasks that were given up is kept, to submit them again; 0: not at all.",
    )
    retained_tasks: int = setting(
        "KODUS_AST_RETENTION_TASKS",
        NUMBER,
        "10000",
        "Ended tasks of one organization that are kept, the oldest go first; 0 for any number.",
    )
    retained_graphs: int = setting(
        "KODUS_AST_RETENTION_GRAPHS",
        NUMBER,
        "20",
        "Stored graphs of one repository that are kept, the oldest go first; 0 for any number.",
    )
    events_exchange: str = setting(
        "KODUS_AST_EVENTS_EXCHANGE",
        TEXT,
        "",
        "Worker: the exchange of the broker to which completion events go.",
        when_unset="no such events",
    )
    events_routing_key: str = setting(
        "KODUS_AST_EVENTS_ROUTING_KEY", TEXT, "ast.task.completed", "The routing key of completion events."
    )
    events_broker_url: str = setting(
        "KODUS_AST_EVENTS_BROKER_URL",
        TEXT,
        "",
        "The broker of this exchange, if it is another one or another virtual host.",
        when_unset="`KODUS_AST_BROKER_URL`",
        is_secret=True,
    )
    pool_size: int = setting(
        "KODUS_AST_POOL", number(int, least=2), "10", "Database connections of one process."
    )
    patience_s: float = setting(
        "KODUS_AST_PATIENCE_S", SECONDS, "10", "The most time that one SQL statement or one publish may take."
    )
    metrics_host: str = setting(
        "KODUS_AST_METRICS_HOST", TEXT, "127.0.0.1", "Worker: the address that Prometheus may scrape."
    )
    metrics_port: int = setting(
        "KODUS_AST_METRICS_PORT",
        PORT,
        "0",
        "Worker: the port that Prometheus may scrape; the API has a route for it.",
        when_unset="none",
    )
    traces_url: str = setting(
        "KODUS_AST_TRACES_URL",
        TEXT,
        "",
        "Where spans go, as `https://collector/v1/traces` (OTLP over HTTP).",
        when_unset="no spans",
    )
    child: ChildLimits = group(ChildLimits, "Processes that read code")
    child_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What these processes see of the environment."""
