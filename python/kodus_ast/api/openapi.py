"""The OpenAPI 3.1 document, generated from the route table and the types; and a page that shows it."""

import re
from collections.abc import Sequence
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec
from falcon.asgi import Request, Response

from kodus_ast.api.problems import MEDIA, STATUSES
from kodus_ast.api.request_parsing import JSON
from kodus_ast.errors import BY_CODE
from kodus_ast.models.http_responses import Problem
from kodus_ast.version import tool_version

if TYPE_CHECKING:
    from kodus_ast.api.operation import Operation
    from kodus_ast.api.request_context import ApiContext

REFERENCE = "#/components/schemas/{name}"
FIELD = re.compile(r"{(\w+)}")
# The page loads nothing from other hosts and sends nothing to them.
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"


async def get_openapi(api: "ApiContext", _request: Request, response: Response) -> None:
    """This document."""
    response.content_type = JSON
    response.data = api.openapi_document


async def get_docs(_api: "ApiContext", _request: Request, response: Response) -> None:
    """This document as a page that loads nothing from other hosts."""
    response.content_type = "text/html; charset=utf-8"
    response.set_header("Content-Security-Policy", PAGE_POLICY)
    response.data = _page()


@cache
def _page() -> bytes:
    return (resources.files("kodus_ast.api") / "docs.html").read_bytes()


def build_document(operations: Sequence["Operation"]) -> bytes:
    """The document as JSON."""
    types = {kind for one in operations for kind in (one.body, one.reply, one.query) if kind} | {Problem}
    schemas, components = msgspec.json.schema_components(
        sorted(types, key=lambda kind: kind.__name__), ref_template=REFERENCE
    )
    by_type = dict(zip(sorted(types, key=lambda kind: kind.__name__), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, by_type, components)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "kodus-ast",
                "version": tool_version(),
                "description": "Code graph and change impact: two commits in, the affected functions out.",
            },
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {
                    "bearer": {"type": "http", "scheme": "bearer"},
                    "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                },
            },
            "x-errors": [
                {
                    "code": code,
                    "status": status.value,
                    "title": BY_CODE[code].__doc__ if code in BY_CODE else code,
                }
                for code, status in STATUSES.items()
            ],
        }
    )


def _operation(one: "Operation", by_type: dict[type, Any], components: dict[str, Any]) -> dict[str, Any]:
    media = {one.media: {"schema": by_type[one.reply]} if one.reply else {}}
    if one.id == "list_task_events":
        media["text/event-stream"] = {"schema": {"type": "string"}}
    answer: dict[str, Any] = {"description": one.status.phrase, "content": media}
    described: dict[str, Any] = {
        "operationId": one.id,
        "summary": (one.run.__doc__ or "").strip(),
        "tags": [one.tag],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in FIELD.findall(one.path)
        ],
        "responses": {str(one.status.value): answer, **_refusals(one)},
    }
    if one.query:
        described["parameters"] += _query(by_type[one.query], components)
    if one.body:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": by_type[one.body]}}}
    if one.scope:
        described["security"] = [{"bearer": []}, {"key": []}]
        described["x-scope"] = one.scope.value
    if one.status is HTTPStatus.ACCEPTED and one.body:
        key = {"type": "string", "maxLength": 255, "pattern": "^[!-~]+$"}
        described["parameters"].append({"name": "Idempotency-Key", "in": "header", "schema": key})
        described["responses"]["202"]["headers"] = {
            "Location": {"description": "where the task is", "schema": {"type": "string"}}
        }
    return described


def _refusals(one: "Operation") -> dict[str, Any]:
    content = {MEDIA: {"schema": {"$ref": REFERENCE.format(name=Problem.__name__)}}}
    statuses = {500}
    if one.scope:
        statuses |= {401, 403, 429, 503}
    if one.body:
        statuses |= {400, 404, 408, 409, 410, 413, 415}
    if one.query or "{" in one.path:
        statuses |= {400, 404, 409, 410}
    refusals = {
        str(number): {"description": HTTPStatus(number).phrase, "content": content}
        for number in sorted(statuses)
    }
    if one.tag == "health":
        refusals["503"] = {"description": "not ready", "content": {JSON: {}}}
    if one.id == "list_task_events":
        refusals["204"] = {"description": "nothing more will happen"}
    return refusals


def _query(reference: dict[str, str], components: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a struct as query parameters."""
    schema = components[reference["$ref"].rpartition("/")[2]]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _without_null(field),
        }
        for name, field in schema["properties"].items()
    ]


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """The schema without null, which a query cannot express: an absent parameter stands for it."""
    alternatives = [one for one in field.get("anyOf", ()) if one != {"type": "null"}]
    plain = {
        name: value for name, value in field.items() if name not in {"anyOf", "default"} or not alternatives
    }
    return plain | alternatives[0] if alternatives else plain
