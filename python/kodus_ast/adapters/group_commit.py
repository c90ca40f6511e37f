"""Group commit (DeWitt et al., "Implementation techniques for main memory database systems", 1984).

Calls of a statement that arrive while it runs are collected and run next as one transaction, with one commit.
A statement that takes columns handles all of them in one execution, which halves the work of the server.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import asyncpg

from kodus_ast.adapters.database import SQL, Database, Row, raising_when_away
from kodus_ast.errors import DatabaseAwayError

MAX_CALLS = 64
COLUMN_STATEMENTS = frozenset({"claim_tasks", "finish_tasks", "acknowledge_deliveries"})
"""Statements whose arguments are columns: arrays with one value for each call."""

Call = tuple[tuple[Any, ...], asyncio.Future[Row | None]]


class GroupCommit:
    """Runs statements whose first argument is the id of the row that they return."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: defaultdict[str, list[Call]] = defaultdict(list)
        self._running: dict[str, asyncio.Task[None]] = {}

    async def row(self, name: str, *arguments: object) -> Row | None:
        """The row with this id that the statement returns, once committed; None when there is none."""
        answer: asyncio.Future[Row | None] = asyncio.get_running_loop().create_future()
        self._waiting[name].append((arguments, answer))
        if name not in self._running:
            self._running[name] = asyncio.create_task(self._run(name))
        return await answer

    async def _run(self, name: str) -> None:
        try:
            while waiting := self._waiting.pop(name, []):
                # Calls about one task run one after the other: each must see what the one before has written.
                calls: dict[object, Call] = {}
                for call in waiting:
                    task_id = call[0][0]
                    if task_id in calls or len(calls) == MAX_CALLS:
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
            # Nothing was written. Run them one by one, so that only the call that causes the error fails.
            for call in calls:
                await self._answer(name, [call])
        except BaseException as error:
            _fail(calls, error if isinstance(error, Exception) else DatabaseAwayError("disconnected"))
            if not isinstance(error, Exception):
                raise
        else:
            found: dict[object, Row] = {}
            for row in rows:
                # The first row of an id is the one that the call itself returned.
                found.setdefault(row["id"], row)
            for (task_id, *_), answer in calls:
                if not answer.done():
                    answer.set_result(found.get(task_id))

    async def _rows(self, name: str, arguments: Sequence[tuple[Any, ...]]) -> list[Row]:
        if name in COLUMN_STATEMENTS:
            # Sorted by id, so that two processes lock the same rows in the same order.
            columns = zip(*sorted(arguments, key=itemgetter(0)), strict=True)
            return await self._database.rows(name, *map(list, columns))
        if len(arguments) == 1:
            return await self._database.rows(name, *arguments[0])
        with raising_when_away():
            patience = self._database.settings.patience_s
            async with self._database.pool.acquire(timeout=patience) as connection:
                rows: list[Row] = await connection.fetchmany(SQL[name], arguments, timeout=patience)
                return rows


def _fail(calls: list[Call], error: Exception) -> None:
    for _, answer in calls:
        if not answer.done():
            answer.set_exception(error)
