"""Authenticates requests by API key and limits the rate of each key. Without a key on loopback only."""

import base64
import binascii
import datetime as dt
import hashlib
import ipaddress
import time
from collections import OrderedDict
from uuid import UUID

from falcon.asgi import Request
from prometheus_client import Counter

from kodus_ast.config import ApiSettings
from kodus_ast.errors import ForbiddenError, RateLimitedError, UnauthorizedError
from kodus_ast.models.tasks import KEY_PREFIX, ApiKey, Scope, new_id
from kodus_ast.ports import Keys

CACHE_S = 1.0
"""How long a key is cached; a revoked key works at most so much longer."""
MAX_CACHED = 10_000
BURST_S = 2.0
"""A key that sent nothing may send at once as many requests as its rate allows in this time."""
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDING_HEADERS = ("FORWARDED", "X-FORWARDED-FOR", "X-REAL-IP")


class Authenticator:
    """Finds the key of a request, or refuses the request."""

    def __init__(self, keys: Keys, settings: ApiSettings, failures: Counter) -> None:
        self._keys = keys
        self._failures = failures
        self._rate = settings.rate_per_s
        self._cached: OrderedDict[bytes, tuple[ApiKey, float]] = OrderedDict()
        self._buckets: OrderedDict[UUID, tuple[float, float]] = OrderedDict()
        self._anonymous: ApiKey | None = None
        if organization := settings.anonymous_organization:
            self._anonymous = _anonymous_key(organization)

    async def authenticate(self, request: Request, scope: Scope) -> ApiKey:
        """The key of a request that needs this scope.

        Raises `UnauthorizedError`, `ForbiddenError` or `RateLimitedError`.
        """
        text = _key_text(request)
        if text:
            key = await self._find(text)
        else:
            key = await self._find_task_key(request) or self._anonymous_key_for(request)
        if key is None:
            self._failures.labels("unknown key" if text else "no key").inc()
            raise UnauthorizedError
        self._limit_rate(key.id)
        if scope not in key.scopes:
            self._failures.labels("scope").inc()
            raise ForbiddenError(f"the key lacks the scope '{scope}'")
        return key

    async def _find_task_key(self, request: Request) -> ApiKey | None:
        """The key in the header that clients of the earlier service send with all kinds of content."""
        text = (request.get_header("X-TASK-KEY") or "").strip()
        return await self._find(text) if text.startswith(KEY_PREFIX) else None

    async def _find(self, text: str) -> ApiKey | None:
        # By digest, so that neither timing nor memory reveals a key.
        now, digest = time.monotonic(), hashlib.sha256(text.encode()).digest()
        cached = self._cached.get(digest)
        if cached and cached[1] > now:
            return cached[0]
        key = await self._keys.find(text)
        if key is None:
            self._cached.pop(digest, None)
            return None
        self._cached[digest] = (key, now + CACHE_S)
        self._cached.move_to_end(digest)
        if len(self._cached) > MAX_CACHED:
            self._cached.popitem(last=False)
        return key

    def _anonymous_key_for(self, request: Request) -> ApiKey | None:
        """Only for requests from this machine, not through a proxy, addressed to a loopback name.

        The name is checked so that no web page can make a browser send such a request.
        """
        if self._anonymous is None or any(request.get_header(name) for name in FORWARDING_HEADERS):
            return None
        host = request.netloc.rpartition(":")[0] if request.netloc.count(":") % 2 else request.netloc
        is_local = _is_loopback(request.remote_addr) and host.lower() in LOOPBACK_NAMES
        return self._anonymous if is_local else None

    def _limit_rate(self, key_id: UUID) -> None:
        """Takes one request from the key's token bucket, or raises `RateLimitedError`."""
        if not self._rate:
            return
        now, capacity = time.monotonic(), self._rate * BURST_S
        left, at = self._buckets.get(key_id, (capacity, now))
        left = min(capacity, left + (now - at) * self._rate)
        if left < 1:
            raise RateLimitedError
        self._buckets[key_id] = (left - 1, now)
        self._buckets.move_to_end(key_id)
        if len(self._buckets) > MAX_CACHED:
            self._buckets.popitem(last=False)


def _key_text(request: Request) -> str:
    """The key as a token, or as the password of any user, as in `https://x:KEY@host`."""
    scheme, _, text = (request.auth or "").partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    if scheme.lower() == "basic" and (password := _password(text.strip())):
        return password
    return request.get_header("X-API-KEY") or ""


def _password(credentials: str) -> str:
    """The password of Basic authentication, empty if there is none."""
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _anonymous_key(organization: str) -> ApiKey:
    now = dt.datetime.now(dt.UTC)
    return ApiKey(
        id=new_id(), organization_id=organization, name="anonymous", scopes=tuple(Scope), created_at=now
    )
