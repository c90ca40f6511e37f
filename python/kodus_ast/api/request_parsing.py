"""Parses requests: bodies, whose size is limited while they arrive, queries, task ids and base64 fields."""

import asyncio
import base64
import binascii
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from falcon.asgi import Request

from kodus_ast.api.problems import bad_field, bad_shape
from kodus_ast.errors import TaskNotFoundError, TooLargeError, TooSlowError, UnsupportedMediaTypeError

BODY_TIMEOUT_S = 30.0
"""How long a body may take to arrive."""
JSON = "application/json"

_T = TypeVar("_T")
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


def declared_size(request: Request, max_bytes: int) -> int:
    """How many bytes the body may have: as many as it says, else as many as are accepted."""
    size = request.content_length
    if size is not None and size > max_bytes:
        raise TooLargeError(f"a body may hold {max_bytes} bytes")
    return max_bytes if size is None else size


async def parse_body(request: Request, kind: type[_T], max_bytes: int) -> tuple[_T, int]:
    """The body as a struct, and its size; `BadRequestError` names the field that is not as agreed."""
    media = (request.content_type or JSON).partition(";")[0].strip().lower()
    encoding = request.get_header("Content-Encoding") or "identity"
    if (media != JSON and not media.endswith("+json")) or encoding.lower() != "identity":
        raise UnsupportedMediaTypeError
    raw = await _read(request, max_bytes)
    try:
        decoded: _T = _decoder(kind).decode(raw)
    except msgspec.DecodeError as error:
        raise bad_shape(error) from None
    except RecursionError:
        raise bad_field("", "nested too deep") from None
    return decoded, len(raw)


async def _read(request: Request, max_bytes: int) -> bytearray:
    # One buffer: pieces that are joined would take twice the memory.
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for piece in request.stream:
                # Chunked bodies announce no length, so the pieces are counted.
                if len(body) + len(piece) > max_bytes:
                    raise TooLargeError(f"a body may hold {max_bytes} bytes")
                body += piece
    except TimeoutError:
        raise TooSlowError from None
    return body


def _decoder(kind: type[_T]) -> msgspec.json.Decoder[_T]:
    if kind not in _DECODERS:
        _DECODERS[kind] = msgspec.json.Decoder(kind)
    return _DECODERS[kind]


def parse_query(request: Request, kind: type[_T]) -> _T:
    """The query as a struct, its texts converted to the types of the fields."""
    try:
        # An empty parameter counts as absent.
        given: dict[str, Any] = {name: value for name, value in request.params.items() if value != ""}
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_shape(error) from None


def parse_task_id(text: str) -> UUID:
    """The id in an address; `TaskNotFoundError` for a text that is no UUID."""
    try:
        return UUID(text)
    except ValueError:
        raise TaskNotFoundError from None


def parse_base64(text: str, field: str) -> bytes:
    """The bytes of a base64 field; `BadRequestError` names the field if it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise bad_field(field, "not base64") from None
