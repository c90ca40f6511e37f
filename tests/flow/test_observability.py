"""Metrics, and spans from the request to the build."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

import external_services
import running_service
from kodus_ast.models.tasks import Scope
from otlp_collector import collecting
from running_service import COMPLETED, FAILED, ended
from sample_repositories import Lab

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
EVERYTHING = (Scope.SUBMIT, Scope.READ, Scope.OPERATE)


@dataclass
class Watched:
    """What was counted and which spans there were, after two good tasks and a bad one."""

    api: str
    worker: str
    spans: list[Any]


@pytest.fixture
def watched(lab: Lab, service_repo: dict[str, Any]) -> Iterator[Watched]:
    directory, port = lab.path / "service", running_service.free_port()
    with (
        external_services.database(external_services.DATABASE_URL) as url,
        external_services.broker() as broker,
        collecting() as collected,
    ):
        environment = running_service.settings(directory, url, broker.url) | {
            "KODUS_AST_TRACES_URL": collected.url,
            "KODUS_AST_METRICS_PORT": str(port),
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        with (
            running_service.serving(directory, environment) as api,
            running_service.working(directory, environment),
            api.client("watched", *EVERYTHING) as client,
        ):
            body = {"baseRepo": service_repo["base"], "headRepo": service_repo["head"]}
            headers = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
            for number in range(2):
                own = body | {"options": {"depth": 3 + number}}
                task_id = client.post("/api/v2/impact", json=own, headers=headers).json()["taskId"]
                assert ended(client, task_id)["status"] == COMPLETED
            nowhere = {"url": f"file://{lab.path}/nowhere", "branch": "main"}
            answer = client.post("/api/v2/impact", json={"baseRepo": nowhere, "headRepo": nowhere})
            assert ended(client, answer.json()["taskId"])["status"] == FAILED
            assert httpx.get(f"{api.url}/api/tasks", headers={"x-api-key": "kast_wrong"}).status_code == 401
            scraped = client.get("/metrics")
            assert scraped.headers["content-type"].startswith("text/plain; version=0.0.4")
            of_worker = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        # Both have ended, so all spans have come.
        yield Watched(scraped.text, of_worker, collected.spans)


@pytest.mark.timeout(120)
def test_all_that_happens_is_counted_and_traced(watched: Watched) -> None:
    api, worker = watched.api, watched.worker
    for of, name, number in (
        (api, 'kodus_ast_tasks_submitted_total{kind="impact",organization="watched"}', 3),
        (api, 'kodus_ast_auth_failures_total{reason="unknown key"}', 1),
        (api, 'kodus_ast_requests_refused_total{code="unauthorized"}', 1),
        (api, "kodus_ast_queue_messages", 0),
        (api, "kodus_ast_oldest_due_seconds", 0),
        (worker, 'kodus_ast_messages_total{outcome="claimed"}', 3),
        (worker, 'kodus_ast_attempts_total{kind="impact",status="COMPLETED"}', 2),
        (worker, 'kodus_ast_attempts_total{kind="impact",status="FAILED"}', 1),
        (worker, 'kodus_ast_queue_wait_seconds_count{kind="impact"}', 3),
        (worker, 'kodus_ast_attempt_seconds_count{kind="impact"}', 3),
        (worker, 'kodus_ast_stage_seconds_count{stage="build"}', 2),
        (worker, 'kodus_ast_cache_total{cache="graphs",outcome="hit"}', 2),
        (worker, 'kodus_ast_cache_total{cache="stored graphs",outcome="miss"}', 2),
    ):
        found = [float(line.rsplit(" ", 1)[1]) for line in of.splitlines() if line.startswith(f"{name} ")]
        assert found == [number], name
    for name in ("files_parsed_total", "bytes_parsed_total", "leases_lost_total", "leases_expired_total"):
        assert f"\nkodus_ast_{name} " in worker
    assert re.search(r"^kodus_ast_files_parsed_total [1-9]", worker, re.MULTILINE)
    assert re.search(r"^kodus_ast_bytes_parsed_total [1-9]", worker, re.MULTILINE)
    assert "process_resident_memory_bytes" in worker

    spans = [span for span in watched.spans if span.trace_id.hex() == TRACE]
    by_id = {span.span_id.hex(): span for span in spans}

    def path_of(span: Any) -> list[str]:
        names = [span.name]
        while (span := by_id.get(span.parent_span_id.hex())) is not None:
            names.append(span.name)
        return names[::-1]

    paths = {tuple(path_of(span)) for span in spans}
    assert ("create_impact",) in paths
    assert ("create_impact", "publish") in paths
    for stage in ("fetch", "build", "pack", "compare", "twins", "excerpts"):
        assert ("create_impact", "task impact", stage) in paths, paths
    roots = [span for span in spans if span.name == "create_impact"]
    assert {span.parent_span_id.hex() for span in roots} == {CALLER}
    others = {span.name: span for span in watched.spans if span.trace_id.hex() != TRACE}
    said = {one.key: one.value.string_value for one in others["resolve"].attributes}
    assert said == {"error.type": "repository_not_found"}
