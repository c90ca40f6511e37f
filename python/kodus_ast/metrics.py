"""The metrics of the service for Prometheus, all in one table.

docs/alarms.yml has alarm rules over them, docs/operations.md says what to do when one fires.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
"""Upper bounds in seconds."""
TASK_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)
"""Upper bounds in seconds, for tasks and their stages."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The metrics of one `ServiceContext`; API and worker in one process share them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._define_request_metrics()
        self._define_task_metrics()
        self._define_worker_metrics()

    def _define_request_metrics(self) -> None:
        self.request_seconds = Histogram(
            "kodus_ast_request_seconds",
            "Time to answer a request; of a stream, until its end",
            ["operation", "status"],
            buckets=REQUEST_BUCKETS,
            registry=self.registry,
        )
        self.submitted = self._counter("tasks_submitted", "Tasks accepted", "kind", "organization")
        self.received_bytes = self._counter("received_bytes", "Bytes of bodies received", "organization")
        self.refused = self._counter("requests_refused", "Requests refused, by code", "code")
        self.auth_failures = self._counter(
            "auth_failures", "Requests without a valid key, by reason", "reason"
        )
        self.streams = self._gauge("streams", "Open event streams")

    def _define_task_metrics(self) -> None:
        """Read from the database and the queue when the API is scraped."""
        self.tasks = self._gauge("tasks", "Tasks that have not ended", "kind", "status")
        self.oldest_due_seconds = self._gauge(
            "oldest_due_seconds", "Seconds that the oldest due task has waited"
        )
        self.held_tasks = self._gauge(
            "held_tasks",
            "Due tasks held back because enough of their organization run or are published",
            "organization",
        )
        self.queue_messages = self._gauge("queue_messages", "Messages waiting in the queue")

    def _define_worker_metrics(self) -> None:
        self.messages = self._counter("messages", "Messages received, by outcome", "outcome")
        self.wait_seconds = self._seconds(
            "queue_wait_seconds", "Time from when a task is accepted, or due again, to its claim", "kind"
        )
        self.attempts = self._counter(
            "attempts", "Attempts that ended, by the status of the task afterwards", "kind", "status"
        )
        self.attempt_seconds = self._seconds(
            "attempt_seconds", "Time from a claim to the end of the attempt", "kind"
        )
        self.stage_seconds = self._seconds("stage_seconds", "Time of the stages of attempts", "stage")
        self.retries = self._counter("retries", "Failed attempts that are retried", "kind", "code")
        self.dead_letters = self._counter("dead_letters", "Tasks that were given up, for operators", "reason")
        self.leases_lost = self._counter("leases_lost", "Tasks whose lease this worker lost")
        self.leases_expired = self._counter(
            "leases_expired", "Leases that ran out because their worker was lost"
        )
        self.maintenance_failures = self._counter(
            "maintenance_failures", "Rounds of the reaper and the sweeper that failed", "work", "code"
        )
        self.completions = self._counter(
            "completions", "Attempts to send completion events, by sink and outcome", "sink", "outcome"
        )
        self.cache = self._counter("cache", "Cache lookups, by cache", "cache", "outcome")
        self.files_parsed = self._counter("files_parsed", "Files parsed for graphs")
        self.bytes_parsed = self._counter("bytes_parsed", "Bytes parsed for graphs")
        self.files_skipped = self._counter("files_skipped", "Files left out of graphs")

    def count_lookup(self, cache: str, *, is_hit: bool) -> None:
        """Counts a lookup in a cache."""
        self.cache.labels(cache, "hit" if is_hit else "miss").inc()

    def text(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"kodus_ast_{name}", help_, labels, registry=self.registry)

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"kodus_ast_{name}", help_, labels, registry=self.registry)

    def _seconds(self, name: str, help_: str, *labels: str) -> Histogram:
        return Histogram(f"kodus_ast_{name}", help_, labels, buckets=TASK_BUCKETS, registry=self.registry)
