"""Group commit (DeWitt et al., "Implementation techniques for main memory database systems", 1984).

Calls of a statement that come while it runs are run next, together, as one transaction: one commit for many.
A statement that takes columns does them all at once, which is half of the work for the server.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import asyncpg

from kodus_ast.adapters.database import SQL, Database, Row, away_is_said
from kodus_ast.errors import DatabaseAwayError

MOST = 64
COLUMNS = frozenset({"claim_tasks", "finish_tasks", "accept_deliveries"})
"""Statements of which each argument is a column: an array with a value for each call."""

Call = tuple[tuple[Any, ...], asyncio.Future[Row | None]]


class Together:
    """Statements whose first argument is the id that their row has."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: defaultdict[str, list[Call]] = defaultdict(list)
        self._running: dict[str, asyncio.Task[None]] = {}

    async def row(self, name: str, *arguments: object) -> Row | None:
        """The row that the statement returns with this id, once it is committed; None when there is none."""
        answer: asyncio.Future[Row | None] = asyncio.get_running_loop().create_future()
        self._waiting[name].append((arguments, answer))
        if name not in self._running:
            self._running[name] = asyncio.create_task(self._run(name))
        return await answer

    async def _run(self, name: str) -> None:
        try:
            while waiting := self._waiting.pop(name, []):
                # Of several calls about one task each has to see what the one before it has done.
                calls: dict[object, Call] = {}
                for call in waiting:
                    task_id = call[0][0]
                    if task_id in calls or len(calls) == MOST:
                        self._waiting[name].append(call)
                    else:
                        calls[task_id] = call
                await self._answer(name, list(calls.values()))
        finally:
            del self._running[name]

    async def _answer(self, name: str, calls: list[Call]) -> None:
        try:
            rows = await self._rows(name, [arguments for arguments, _ in calls])
        except asyncpg.PostgresError as error:
            if len(calls) == 1:
                _fail(calls, error)
                return
            # Nothing is written: one of them is at fault, and only that one shall suffer.
            for call in calls:
                await self._answer(name, [call])
        except BaseException as error:
            _fail(calls, error if isinstance(error, Exception) else DatabaseAwayError("disconnected"))
            if not isinstance(error, Exception):
                raise
        else:
            found: dict[object, Row] = {}
            for row in rows:
                # The first is the call's own: what others are told of the same task comes after it.
                found.setdefault(row["id"], row)
            for (task_id, *_), answer in calls:
                if not answer.done():
                    answer.set_result(found.get(task_id))

    async def _rows(self, name: str, arguments: Sequence[tuple[Any, ...]]) -> list[Row]:
        if name in COLUMNS:
            # By id, so that two who want the same rows ask for them in one order.
            columns = zip(*sorted(arguments, key=itemgetter(0)), strict=True)
            return await self._database.rows(name, *map(list, columns))
        if len(arguments) == 1:
            return await self._database.rows(name, *arguments[0])
        with away_is_said():
            patience = self._database.settings.patience_s
            async with self._database.pool.acquire(timeout=patience) as connection:
                rows: list[Row] = await connection.fetchmany(SQL[name], arguments, timeout=patience)
                return rows


def _fail(calls: list[Call], error: Exception) -> None:
    for _, answer in calls:
        if not answer.done():
            answer.set_exception(error)
