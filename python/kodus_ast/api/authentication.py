"""Who asks, and how often: keys with scopes, a bucket for each; without a key on loopback only."""

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
from kodus_ast.models.tasks import ApiKey, Scope, new_id
from kodus_ast.ports import Keys

KNOWN_S = 1.0
"""For so long a key is known without asking again: a revoked one is of use a second longer at most."""
MOST_KNOWN = 10_000
BURST_S = 2.0
"""A key that was quiet may ask as often at once as otherwise in so long."""
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDED = ("FORWARDED", "X-FORWARDED-FOR", "X-REAL-IP")


class Access:
    """Tells the key of a request, or refuses it."""

    def __init__(self, keys: Keys, settings: ApiSettings, failures: Counter) -> None:
        self._keys = keys
        self._failures = failures
        self._rate = settings.rate_per_s
        self._known: OrderedDict[bytes, tuple[ApiKey, float]] = OrderedDict()
        self._buckets: OrderedDict[UUID, tuple[float, float]] = OrderedDict()
        self._anonymous: ApiKey | None = None
        if organization := settings.anonymous_organization:
            self._anonymous = _everything(organization)

    async def key_of(self, request: Request, scope: Scope) -> ApiKey:
        """The key; `UnauthorizedError`, `ForbiddenError` or `RateLimitedError` if it will not do."""
        text = _text_of(request)
        key = await self._find(text) if text else self._without_key(request)
        if key is None:
            self._failures.labels("unknown key" if text else "no key").inc()
            raise UnauthorizedError
        self._count(key.id)
        if scope not in key.scopes:
            self._failures.labels("scope").inc()
            raise ForbiddenError(f"the key lacks the scope '{scope}'")
        return key

    async def _find(self, text: str) -> ApiKey | None:
        # By digest, so that neither time nor memory tells of a key.
        now, digest = time.monotonic(), hashlib.sha256(text.encode()).digest()
        known = self._known.get(digest)
        if known and known[1] > now:
            return known[0]
        key = await self._keys.find(text)
        if key is None:
            self._known.pop(digest, None)
            return None
        self._known[digest] = (key, now + KNOWN_S)
        self._known.move_to_end(digest)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return key

    def _without_key(self, request: Request) -> ApiKey | None:
        """Only from this machine, through no proxy, by its name: no page of the web can be made to ask."""
        if self._anonymous is None or any(request.get_header(name) for name in FORWARDED):
            return None
        host = request.netloc.rpartition(":")[0] if request.netloc.count(":") % 2 else request.netloc
        is_near = _is_loopback(request.remote_addr) and host.lower() in LOOPBACK_NAMES
        return self._anonymous if is_near else None

    def _count(self, key_id: UUID) -> None:
        """Takes one from the key's bucket, which fills steadily."""
        if not self._rate:
            return
        now, most = time.monotonic(), self._rate * BURST_S
        left, at = self._buckets.get(key_id, (most, now))
        left = min(most, left + (now - at) * self._rate)
        if left < 1:
            raise RateLimitedError
        self._buckets[key_id] = (left - 1, now)
        self._buckets.move_to_end(key_id)
        if len(self._buckets) > MOST_KNOWN:
            self._buckets.popitem(last=False)


def _text_of(request: Request) -> str:
    scheme, _, text = (request.auth or "").partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    return request.get_header("X-API-KEY") or ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _everything(organization: str) -> ApiKey:
    now = dt.datetime.now(dt.UTC)
    return ApiKey(
        id=new_id(), organization_id=organization, name="anonymous", scopes=tuple(Scope), created_at=now
    )
