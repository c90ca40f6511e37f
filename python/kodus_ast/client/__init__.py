"""Clients of the HTTP API: `Client` for asyncio and `SyncClient`. Both raise `kodus_ast.errors`."""

from kodus_ast.client.asynchronous import Client
from kodus_ast.client.synchronous import SyncClient

__all__ = ["Client", "SyncClient"]
