"""What the processes of the service count, for Prometheus: the one table of metrics.

docs/alarms.yml has the rules over them, docs/operations.md what to do when one fires.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
"""Bounds in seconds, for requests."""
SLOW = (0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)
"""The same for tasks, and what they consist of."""
TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Meters:
    """One registry for all that one `Durable` serves: API and worker of one process count in the same one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._of_requests()
        self._of_tasks()
        self._of_work()

    def _of_requests(self) -> None:
        self.request_seconds = Histogram(
            "kodus_ast_request_seconds",
            "Time to answer, streams until their end",
            ["operation", "status"],
            buckets=QUICK,
            registry=self.registry,
        )
        self.submitted = self._counter("tasks_submitted", "Tasks accepted", "kind", "organization")
        self.refused = self._counter("requests_refused", "Requests refused, by code", "code")
        self.auth_failures = self._counter("auth_failures", "Requests without a key that will do", "reason")
        self.streams = self._gauge("streams", "Event streams that are open")

    def _of_tasks(self) -> None:
        """Asked of the database and the queue when the API is scraped."""
        self.tasks = self._gauge("tasks", "Tasks that have not ended", "kind", "status")
        self.oldest_due_seconds = self._gauge(
            "oldest_due_seconds", "For how long the oldest task that is due has waited"
        )
        self.queue_messages = self._gauge("queue_messages", "Messages that wait in the queue")

    def _of_work(self) -> None:
        self.messages = self._counter("messages", "Messages received, by what became of them", "outcome")
        self.wait_seconds = self._seconds(
            "queue_wait_seconds", "From when a task is due to its claim", "kind"
        )
        self.attempts = self._counter(
            "attempts", "Claimed tasks left, by their status then", "kind", "status"
        )
        self.attempt_seconds = self._seconds("attempt_seconds", "From a claim to its end", "kind")
        self.stage_seconds = self._seconds("stage_seconds", "What attempts consist of", "stage")
        self.retries = self._counter("retries", "Attempts that failed and are made again", "kind", "code")
        self.dead_letters = self._counter("dead_letters", "Tasks given up, for operators", "reason")
        self.leases_lost = self._counter("leases_lost", "Tasks that this worker held for too long in silence")
        self.leases_expired = self._counter("leases_expired", "Tasks whose worker was lost")
        self.cache = self._counter("cache", "Looks into what is kept, by what is kept", "cache", "outcome")
        self.files_parsed = self._counter("files_parsed", "Files parsed for graphs")
        self.bytes_parsed = self._counter("bytes_parsed", "Bytes parsed for graphs")
        self.files_skipped = self._counter("files_skipped", "Files that graphs leave out")

    def looked(self, cache: str, *, is_hit: bool) -> None:
        """Counts a look into a cache."""
        self.cache.labels(cache, "hit" if is_hit else "miss").inc()

    def text(self) -> bytes:
        """In the text format of Prometheus."""
        return generate_latest(self.registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"kodus_ast_{name}", help_, labels, registry=self.registry)

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"kodus_ast_{name}", help_, labels, registry=self.registry)

    def _seconds(self, name: str, help_: str, *labels: str) -> Histogram:
        return Histogram(f"kodus_ast_{name}", help_, labels, buckets=SLOW, registry=self.registry)
