"""Errors as RFC 9457 problems: the HTTP status of each error code. Without stack traces and secrets."""

import re
from collections.abc import Mapping
from http import HTTPStatus

import falcon
import msgspec

from kodus_ast.errors import BY_CODE, BadRequestError, InternalError, KodusAstError
from kodus_ast.models.http_responses import FieldProblem, Problem

MEDIA = "application/problem+json"
STATUSES: Mapping[str, HTTPStatus] = {
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
    "not_found": HTTPStatus.NOT_FOUND,
    "not_a_directory": HTTPStatus.BAD_REQUEST,
    "not_a_repository": HTTPStatus.BAD_REQUEST,
    "unknown_revision": HTTPStatus.NOT_FOUND,
    "broken_repository": HTTPStatus.BAD_GATEWAY,
    "bad_artifact": HTTPStatus.INTERNAL_SERVER_ERROR,
    "no_such_symbol": HTTPStatus.NOT_FOUND,
    "ambiguous_symbol": HTTPStatus.CONFLICT,
    "bad_option": HTTPStatus.BAD_REQUEST,
    "bad_diff": HTTPStatus.BAD_REQUEST,
    "io": HTTPStatus.SERVICE_UNAVAILABLE,
    "cancelled": HTTPStatus.SERVICE_UNAVAILABLE,
    "git": HTTPStatus.BAD_GATEWAY,
    "repository_not_found": HTTPStatus.NOT_FOUND,
    "bad_credentials": HTTPStatus.BAD_REQUEST,
    "commit_missing": HTTPStatus.NOT_FOUND,
    "repository_too_large": HTTPStatus.CONFLICT,
    "fetch_timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "host_refused": HTTPStatus.BAD_REQUEST,
    "network": HTTPStatus.BAD_GATEWAY,
    "poisoned_files": HTTPStatus.CONFLICT,
    "build_limit": HTTPStatus.CONFLICT,
    "database_away": HTTPStatus.SERVICE_UNAVAILABLE,
    "bad_migration": HTTPStatus.SERVICE_UNAVAILABLE,
    "queue_away": HTTPStatus.SERVICE_UNAVAILABLE,
    "bad_topology": HTTPStatus.SERVICE_UNAVAILABLE,
    "task_not_found": HTTPStatus.NOT_FOUND,
    "task_ended": HTTPStatus.CONFLICT,
    "task_not_ended": HTTPStatus.CONFLICT,
    "task_conflict": HTTPStatus.CONFLICT,
    "task_failed": HTTPStatus.CONFLICT,
    "webhook_not_found": HTTPStatus.NOT_FOUND,
    "too_many_webhooks": HTTPStatus.CONFLICT,
    "webhook_refused": HTTPStatus.BAD_GATEWAY,
    "too_many_tasks": HTTPStatus.TOO_MANY_REQUESTS,
    "lease_lost": HTTPStatus.CONFLICT,
    "stalled": HTTPStatus.SERVICE_UNAVAILABLE,
    "child_killed": HTTPStatus.SERVICE_UNAVAILABLE,
    "timeout": HTTPStatus.SERVICE_UNAVAILABLE,
    "poison": HTTPStatus.CONFLICT,
    "dead_letter": HTTPStatus.CONFLICT,
    "bad_request": HTTPStatus.BAD_REQUEST,
    "unsupported_kind": HTTPStatus.BAD_REQUEST,
    "sealed_gone": HTTPStatus.CONFLICT,
    "artifact_gone": HTTPStatus.GONE,
    "insecure": HTTPStatus.FORBIDDEN,
    "missing_extra": HTTPStatus.NOT_IMPLEMENTED,
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "no_such_route": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "api_away": HTTPStatus.SERVICE_UNAVAILABLE,
}
# The messages of these may name paths of this machine or internal hosts, so only their title is sent.
TITLE_ONLY = frozenset({"internal", "io", "database_away", "queue_away", "bad_migration", "bad_topology"})
RETRY_S = {HTTPStatus.SERVICE_UNAVAILABLE: 5, HTTPStatus.CONFLICT: 2}
CODES_OF_FALCON = {
    HTTPStatus.NOT_FOUND: "no_such_route",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.NOT_ACCEPTABLE: "not_acceptable",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
}
FIELD_PATH = re.compile(r"(?s)(?P<message>.*) - at `\$\.?(?P<field>.*)`")


def problem_of(error: Exception, request_id: str) -> tuple[Problem, dict[str, str]]:
    """The problem for an exception, and the headers of its response."""
    headers: dict[str, str] = {}
    if isinstance(error, falcon.HTTPError):
        headers = dict(error.headers or {})
        error = BY_CODE.get(
            CODES_OF_FALCON.get(HTTPStatus(error.status_code), "bad_request"), BadRequestError
        )()
    if not isinstance(error, KodusAstError):
        error = InternalError()
    status = STATUSES[error.code]
    wait = getattr(error, "retry_after_s", RETRY_S.get(status) if error.transient else None)
    if wait or error.code == "task_not_ended":
        headers["Retry-After"] = str(wait or 1)
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="kodus-ast", Basic realm="kodus-ast"'
    title = type(error).__doc__ or error.code
    detail = "" if error.code in TITLE_ONLY or str(error) == title else str(error)
    problem = Problem(
        type=f"/docs#{error.code}",
        title=title,
        status=status.value,
        code=error.code,
        detail=detail,
        request_id=request_id,
        errors=getattr(error, "fields", []),
    )
    return problem, headers


def bad_field(name: str, message: str) -> BadRequestError:
    """A `BadRequestError` that names the field."""
    error = BadRequestError(f"{name}: {message}" if name else message)
    # The problem lists the fields one by one.
    error.fields = [FieldProblem(name, message)]
    return error


def bad_shape(error: msgspec.DecodeError) -> BadRequestError:
    """The error that msgspec found, with the path of the field (`files[2].filePath`)."""
    found = FIELD_PATH.fullmatch(str(error))
    return bad_field(found["field"], found["message"]) if found else bad_field("", str(error))
