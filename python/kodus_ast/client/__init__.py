"""Clients of the HTTP API: `Client` for asyncio and `SyncClient`. Both raise `kodus_ast.errors`.

Importing this raises `MissingExtraError` unless the extra `client` is installed.
"""

from kodus_ast.extras import missing_module

try:
    from kodus_ast.client.asynchronous import Client
    from kodus_ast.client.synchronous import SyncClient
except ImportError as error:
    raise missing_module("kodus_ast.client", error) or error from None

__all__ = ["Client", "SyncClient"]
