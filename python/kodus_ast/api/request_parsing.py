"""Bodies and queries of requests: counted while they arrive, then decoded by one function each."""

import asyncio
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from falcon.asgi import Request

from kodus_ast.api.problems import bad_field, bad_shape
from kodus_ast.errors import TaskNotFoundError, TooLargeError, TooSlowError, UnsupportedMediaTypeError

BODY_S = 30.0
"""For so long a body may take to arrive."""
JSON = "application/json"

_T = TypeVar("_T")
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


async def body_of(request: Request, kind: type[_T], most_bytes: int) -> _T:
    """The body; `BadRequestError` names the field that is not as agreed."""
    media = (request.content_type or JSON).partition(";")[0].strip().lower()
    coded = request.get_header("Content-Encoding") or "identity"
    if (media != JSON and not media.endswith("+json")) or coded.lower() != "identity":
        raise UnsupportedMediaTypeError
    raw = await _read(request, most_bytes)
    try:
        decoded: _T = _decoder(kind).decode(raw)
    except msgspec.DecodeError as error:
        raise bad_shape(error) from None
    except RecursionError:
        raise bad_field("", "nested too deep") from None
    return decoded


async def _read(request: Request, most_bytes: int) -> bytes:
    too_large = f"a body may hold {most_bytes} bytes"
    if (request.content_length or 0) > most_bytes:
        raise TooLargeError(too_large)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_S):
            async for piece in request.stream:
                size += len(piece)
                # Chunked bodies say no length: only counting tells.
                if size > most_bytes:
                    raise TooLargeError(too_large)
                pieces.append(piece)
    except TimeoutError:
        raise TooSlowError from None
    return b"".join(pieces)


def _decoder(kind: type[_T]) -> msgspec.json.Decoder[_T]:
    if kind not in _DECODERS:
        _DECODERS[kind] = msgspec.json.Decoder(kind)
    return _DECODERS[kind]


def query_of(request: Request, kind: type[_T]) -> _T:
    """The query, its texts turned into what its fields are."""
    try:
        # Absent and empty are the same in a query.
        given: dict[str, Any] = {name: value for name, value in request.params.items() if value != ""}
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_shape(error) from None


def task_id_of(text: str) -> UUID:
    """The id in an address; what can be none is the id of no task."""
    try:
        return UUID(text)
    except ValueError:
        raise TaskNotFoundError from None
