"""Sends completion events: what a trigger has written for webhooks and the broker, until it has arrived."""

import asyncio
import contextlib
import random
from datetime import timedelta

from kodus_ast import logs
from kodus_ast.errors import KodusAstError
from kodus_ast.models.completions import Completion
from kodus_ast.ports import ServiceContext

BATCH_SIZE = 20
POLL_S = 1.0
GATHER_S = 0.2
"""Tasks that end within this time cost one query, most often for nothing."""
FIRST_DELAY_S = 5.0
LONGEST_DELAY_S = 3600.0
LOG = logs.logger(__name__)


class CompletionRelay:
    """Runs in every worker. Each event arrives at least once, with the same id at every attempt."""

    def __init__(self, service: ServiceContext) -> None:
        self._service = service
        self._has_exchange = service.broker_events is not None
        self._is_enabled = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Makes the relay look for due events now."""
        self._woken.set()

    async def run(self) -> None:
        """Sends until cancelled, at once when woken, else once a second. Survives outages."""
        while True:
            sent = 0
            try:
                sent = await self.send_due()
            except KodusAstError as error:
                LOG.warning("completions wait", code=error.code)
            if sent < BATCH_SIZE:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._woken.wait()
                        await asyncio.sleep(GATHER_S)
                self._woken.clear()

    async def send_due(self) -> int:
        """Sends one batch; the number of events in it."""
        completions = self._service.completions
        if self._has_exchange and not self._is_enabled:
            await completions.enable_broker()
            self._is_enabled = True
        due = await completions.take(BATCH_SIZE, for_broker=self._has_exchange)
        await asyncio.gather(*(self._send(one) for one in due))
        return len(due)

    async def _send(self, completion: Completion) -> None:
        service = self._service
        sink = "broker" if completion.is_for_broker else "webhook"
        sender = service.broker_events if completion.is_for_broker else service.webhook_requests
        if sender is None:
            return
        count = service.metrics.completions
        try:
            await sender.send(completion)
        except KodusAstError as error:
            delay = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (completion.attempts - 1))
            # Half of it at random, so that receivers that come back are not met by all at once.
            delay *= 0.5 + random.random() / 2  # noqa: S311 - no secret
            is_given_up = await service.completions.failed(completion, timedelta(seconds=delay), error.code)
            count.labels(sink, "given up" if is_given_up else "failed").inc()
            LOG.warning(
                "completion not sent", sink=sink, code=error.code, attempts=completion.attempts,
                organization_id=completion.organization_id, task_id=str(completion.task_id),
            )  # fmt: skip
        else:
            await service.completions.sent(completion)
            count.labels(sink, "sent").inc()
