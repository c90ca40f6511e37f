"""The OpenAPI 3.1 document, made from the route table and the types; and a page to read it."""

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
    from kodus_ast.api.request_context import Context

REFERENCE = "#/components/schemas/{name}"
FIELD = re.compile(r"{(\w+)}")
# Nothing of the page comes from elsewhere, and nothing of it goes elsewhere.
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"


async def document(context: "Context", _request: Request, response: Response) -> None:
    """This description."""
    response.content_type = JSON
    response.data = context.described


async def page(_context: "Context", _request: Request, response: Response) -> None:
    """The same to read, in one page that needs nothing from elsewhere."""
    response.content_type = "text/html; charset=utf-8"
    response.set_header("Content-Security-Policy", PAGE_POLICY)
    response.data = _page()


@cache
def _page() -> bytes:
    return (resources.files("kodus_ast.api") / "docs.html").read_bytes()


def described(operations: Sequence["Operation"]) -> bytes:
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
    if one.name == "events_of_task":
        media["text/event-stream"] = {"schema": {"type": "string"}}
    answer: dict[str, Any] = {"description": one.status.phrase, "content": media}
    said: dict[str, Any] = {
        "operationId": one.name,
        "summary": (one.run.__doc__ or "").strip(),
        "tags": [one.name.partition("_")[0]],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in FIELD.findall(one.path)
        ],
        "responses": {str(one.status.value): answer, **_refusals(one)},
    }
    if one.query:
        said["parameters"] += _query(by_type[one.query], components)
    if one.body:
        said["requestBody"] = {"required": True, "content": {JSON: {"schema": by_type[one.body]}}}
    if one.scope:
        said["security"] = [{"bearer": []}, {"key": []}]
        said["x-scope"] = one.scope.value
    if one.status is HTTPStatus.ACCEPTED and one.body:
        key = {"type": "string", "maxLength": 255, "pattern": "^[!-~]+$"}
        said["parameters"].append({"name": "Idempotency-Key", "in": "header", "schema": key})
        said["responses"]["202"]["headers"] = {
            "Location": {"description": "where the task is", "schema": {"type": "string"}}
        }
    return said


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
    if one.name.startswith("health_"):
        refusals["503"] = {"description": "not ready", "content": {JSON: {}}}
    if one.name == "events_of_task":
        refusals["204"] = {"description": "nothing more will happen"}
    return refusals


def _query(reference: dict[str, str], components: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a struct as parameters; the struct itself is no schema of its own then."""
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
    """A query has no null: what is absent is not there."""
    kept = [one for one in field.get("anyOf", ()) if one != {"type": "null"}]
    plain = {name: value for name, value in field.items() if name not in {"anyOf", "default"} or not kept}
    return plain | kept[0] if kept else plain
