"""What statements read must not grow with what waits, also before the planner knows anything of the table."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

import outside
from kodus_ast.adapters.database import connect
from kodus_ast.adapters.migrations import migrate
from kodus_ast.adapters.statements import statements

WAITING = 2000
MOST_BLOCKS = 40
"""A submission touches about 20 blocks; one that reads all that wait touches 60 more for 2,000 tasks."""
TYPES = "uuid, text, text, smallint, jsonb, jsonb, text, text, boolean, text, bigint"


@pytest.fixture
def url() -> Iterator[str]:
    with outside.database(outside.DATABASE_URL, is_migrated=False) as own:
        yield own


@pytest.fixture
async def connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    connected = await connect(outside.patient(), url)
    await migrate(connected)
    yield connected
    await connected.close()


async def test_a_submission_does_not_read_all_that_wait(connection: asyncpg.Connection) -> None:
    await connection.execute("ALTER TABLE tasks SET (autovacuum_enabled = off)")
    await connection.execute(f"PREPARE submitted ({TYPES}) AS {statements('queries.sql')['create_task']}")
    await connection.execute("SET plan_cache_mode = force_generic_plan")

    async def blocks(number: int) -> int:
        plan = await connection.fetchval(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE submitted ("
            f"gen_random_uuid(), 'org', 'impact', 2, '{{}}', '{{}}', '{number:064d}', NULL, false, 't', 0)"
        )
        read = plan[0]["Plan"]
        return int(read["Shared Hit Blocks"] + read["Shared Read Blocks"])

    assert await blocks(0) <= MOST_BLOCKS
    await connection.execute(
        "INSERT INTO tasks (id, organization_id, kind, request, input_hash, trace_id, state)"
        " SELECT gen_random_uuid(), 'org', 'impact', '{}', lpad(n::text, 64, '0'), 't', 'accepted'"
        f" FROM generate_series(1, {WAITING}) AS n"
    )
    assert await blocks(WAITING + 1) <= MOST_BLOCKS
