"""What the API counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Meters:
    """One registry per application, so that two in a process do not count for each other."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "kodus_ast_request_seconds",
            "Time to answer, streams until their end",
            ["operation", "status"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.submitted = Counter(
            "kodus_ast_tasks_submitted", "Tasks accepted", ["kind"], registry=self.registry
        )
        self.refused = Counter(
            "kodus_ast_requests_refused", "Requests refused, by code", ["code"], registry=self.registry
        )
        self.tasks = Gauge(
            "kodus_ast_tasks", "Tasks that have not ended", ["kind", "status"], registry=self.registry
        )
        self.streams = Gauge("kodus_ast_streams", "Event streams that are open", registry=self.registry)
        self.waiting = Gauge("kodus_ast_queue_messages", "Messages in the queue", registry=self.registry)

    def text(self) -> bytes:
        """In the text format of Prometheus."""
        return generate_latest(self.registry)
