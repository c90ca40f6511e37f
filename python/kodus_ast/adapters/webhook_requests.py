"""Sends completion events to webhooks: signed, to checked and pinned addresses, without following redirects.

Headers and signature are those of Standard Webhooks (https://www.standardwebhooks.com). Its libraries verify
them and refuse what is old; what was seen before is known by its id.
"""

import asyncio
import base64
import hashlib
import hmac
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from kodus_ast.adapters.git_remote import Resolver, resolve_addresses
from kodus_ast.errors import NetworkError, SealedGoneError, WebhookRefusedError
from kodus_ast.host_policy import HostRules, Origin, check_addresses
from kodus_ast.models.completions import Completion, body_of
from kodus_ast.version import tool_version

TIMEOUT_S = 10.0
"""From the first connection to the status of the answer."""
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")


@dataclass(frozen=True, slots=True)
class WebhookRequests:
    """The `CompletionSender` of webhooks."""

    rules: HostRules
    resolver: Resolver = resolve_addresses

    async def send(self, completion: Completion) -> None:
        """Posts the event; raises unless the answer is 2xx."""
        target = completion.webhook
        if target is None:
            raise SealedGoneError
        # Checked at every attempt: a name may lead elsewhere by now.
        origin = self.rules.check_url(target.url, completion.organization_id)
        addresses = check_addresses(origin, await self.resolver(origin.name, origin.port))
        body = msgspec.json.encode(body_of(completion))
        headers = signed_headers(str(completion.id), target.signing_key, body, int(time.time()))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status = await _post(origin, addresses, headers, body)
        except (OSError, TimeoutError, ValueError, EOFError) as error:
            raise NetworkError(f"the receiver of a webhook did not answer: {type(error).__name__}") from None
        if not 200 <= status < 300:
            raise WebhookRefusedError(f"the receiver of a webhook answered {status}")

    async def close(self) -> None:
        """Does nothing: each request has a connection of its own."""


def signed_headers(message_id: str, key: bytes, body: bytes, timestamp: int) -> dict[str, str]:
    """The headers by which a receiver knows who has sent the body, and when."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


async def _post(origin: Origin, addresses: Sequence[str], headers: Mapping[str, str], body: bytes) -> int:
    """The status of the answer; the rest of the answer is not read."""
    reader, writer = await _connect(origin, addresses)
    try:
        parts = urlsplit(origin.url)
        head = {
            "Host": parts.netloc,
            "User-Agent": f"kodus-ast/{tool_version()}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
            **headers,
        }
        lines = [f"POST {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        await writer.drain()
        found = STATUS.match(await reader.readline())
        if found is None:
            raise ValueError("no answer of HTTP")
        return int(found[1])
    finally:
        writer.transport.abort()


async def _connect(
    origin: Origin, addresses: Sequence[str]
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first of the addresses that accepts one; the certificate is that of the name."""
    is_tls = urlsplit(origin.url).scheme == "https"
    context = ssl.create_default_context() if is_tls else None
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            return await asyncio.open_connection(
                address, origin.port, ssl=context, server_hostname=origin.name.strip("[]") if is_tls else None
            )
        except OSError as error:
            failure = error
    raise failure
