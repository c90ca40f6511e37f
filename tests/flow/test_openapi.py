"""The OpenAPI document equals the route table, and responses to generated requests conform to it."""

import re
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from kodus_ast.api.app import ROUTES
from kodus_ast.api.problems import STATUSES
from kodus_ast.models.tasks import Scope
from running_service import Served

EXAMPLES = 12
# A server may answer unknown methods as it likes, and what a key may see is tested elsewhere.
LEFT_OUT = {"unsupported_method", "ignored_auth", "use_after_free", "ensure_resource_availability"}


@pytest.fixture(scope="module")
def described(quiet_api: Served) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{quiet_api.url}/openapi.json").json()
    return found


def test_every_route_is_described_and_nothing_else(described: dict[str, Any]) -> None:
    said = {(path, method.upper()) for path, methods in described["paths"].items() for method in methods}
    assert said == {(one.path, one.method) for one in ROUTES}
    ids = [one.id for one in ROUTES]
    assert len(set(ids)) == len(ids)


def test_every_described_route_is_there(quiet_api: Served, described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for method in methods:
            url = quiet_api.url + re.sub(r"{\w+}", "x", path)
            assert httpx.request(method, url, content=b"" if method == "post" else None).status_code != 404


def test_routes_that_need_a_key_say_so(quiet_api: Served, described: dict[str, Any]) -> None:
    for one in ROUTES:
        said = described["paths"][one.path][one.method.lower()]
        assert ("security" in said) == (one.scope is not None)
        if one.scope:
            answer = httpx.request(one.method, quiet_api.url + re.sub(r"{\w+}", "x", one.path))
            assert answer.status_code == 401


def test_every_get_route_answers_head(quiet_api: Served) -> None:
    headers = {"Authorization": f"Bearer {quiet_api.key('head', *Scope)}", "X-Request-Id": "same"}
    for one in ROUTES:
        url = quiet_api.url + re.sub(r"{\w+}", "x", one.path)
        head = httpx.head(url, headers=headers)
        assert head.content == b""
        if one.method == "GET":
            with_body = httpx.get(url, headers=headers)
            assert comparable(head) == comparable(with_body), one.path
            # Every answer is JSON, text or a problem here, so its length is known.
            assert int(head.headers["content-length"]) > 0
        elif not any((other.path, other.method) == (one.path, "GET") for other in ROUTES):
            # The path may still match another route that has fields in it.
            assert head.status_code in {404, 405}, one.path


def comparable(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    """The status and the headers that do not differ from one moment to the next."""
    moment = {"date"}
    if answer.request.url.path in {"/metrics", "/health/detail"}:
        moment.add("content-length")
    return answer.status_code, {name: value for name, value in answer.headers.items() if name not in moment}


def test_every_error_code_is_listed(described: dict[str, Any]) -> None:
    assert {one["code"]: one["status"] for one in described["x-errors"]} == STATUSES


def test_the_page_needs_nothing_from_elsewhere(quiet_api: Served) -> None:
    answer = httpx.get(f"{quiet_api.url}/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"https?://|src=", answer.text)


def has_unique_ids(case: Any) -> bool:
    """Whether no two files of the body have the same id, which a schema cannot demand."""
    files = case.body.get("files") if isinstance(case.body, dict) else None
    ids = [str(one.get("id")) for one in files or [] if isinstance(one, dict)]
    return len(ids) == len(set(ids))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("route", ROUTES, ids=lambda one: one.id)
def test_whatever_is_sent_the_answer_is_as_described(
    route: Any, quiet_api: Served, described: dict[str, Any]
) -> None:
    load_all_checks()
    checks = [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in LEFT_OUT]
    schema = schemathesis.openapi.from_dict(described)
    schema.config.update(base_url=quiet_api.url)
    key = quiet_api.key("fuzzed", *Scope)

    @given(case=schema[route.path][route.method].as_strategy().filter(has_unique_ids))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        if route.id == "list_task_events":
            headers["Accept"] = "application/json"
        case.call_and_validate(headers=headers, checks=checks, timeout=10)

    ask()
