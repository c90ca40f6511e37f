"""What statements read must not grow with what waits, also before the planner knows anything of the table."""

import asyncpg

from kodus_ast.adapters.migrations import migrate
from kodus_ast.adapters.statements import statements

WAITING = 2000
MOST_MORE = 15
"""Blocks: indexes grow by a level; a submission that reads all that wait touches 60 more for 2,000 tasks."""
TYPES = "uuid, text, text, smallint, jsonb, jsonb, text, text, boolean, text, bigint"


async def test_a_submission_does_not_read_all_that_wait(empty: asyncpg.Connection) -> None:
    await migrate(empty)
    await empty.execute("ALTER TABLE tasks SET (autovacuum_enabled = off)")
    await empty.execute(f"PREPARE submitted ({TYPES}) AS {statements('queries.sql')['create_task']}")
    await empty.execute("SET plan_cache_mode = force_generic_plan")

    async def blocks(number: int) -> int:
        plan = await empty.fetchval(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE submitted ("
            f"gen_random_uuid(), 'org', 'impact', 2, '{{}}', '{{}}', '{number:064d}', NULL, false, 't', 0)"
        )
        read = plan[0]["Plan"]
        return int(read["Shared Hit Blocks"] + read["Shared Read Blocks"])

    await blocks(0)  # reads the catalog besides
    few = await blocks(WAITING + 1)
    await empty.execute(
        "INSERT INTO tasks (id, organization_id, kind, request, input_hash, trace_id, state)"
        " SELECT gen_random_uuid(), 'org', 'impact', '{}', lpad(n::text, 64, '0'), 't', 'accepted'"
        f" FROM generate_series(1, {WAITING}) AS n"
    )
    many = await blocks(WAITING + 2)
    assert many <= few + MOST_MORE, (few, many)
