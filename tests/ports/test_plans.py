"""Statements use indexes, also before the planner has statistics of the table."""

from collections.abc import Callable

import asyncpg
import pytest

from kodus_ast.adapters.database import SESSION
from kodus_ast.adapters.migrations import migrate
from kodus_ast.adapters.statements import statements

WAITING = 2000
MOST_MORE = 15
"""Blocks: indexes grow by a level; a submission that reads all that wait touches 60 more for 2,000 tasks."""

STATEMENTS: dict[str, tuple[str, Callable[[int], str]]] = {
    "create_task": (
        "uuid, text, text, smallint, jsonb, jsonb, text, text, boolean, text, bigint",
        lambda n: f"gen_random_uuid(), 'org', 'impact', 2, '{{}}', '{{}}', '{n:064d}', NULL, false, 't', 0",
    ),
    "claim_tasks": (
        "uuid [], text [], interval [], bigint [], boolean []",
        lambda n: (
            f"ARRAY['{identity(n)}'::uuid], ARRAY['w'], ARRAY['1 minute'::interval], ARRAY[0], ARRAY[true]"
        ),
    ),
    "finish_tasks": (
        "uuid [], bigint [], jsonb [], jsonb [], text [], bigint [], text [], bigint [], text []",
        lambda n: (
            f"ARRAY['{identity(n)}'::uuid], ARRAY[1], ARRAY['{{}}'::jsonb], ARRAY['{{}}'::jsonb],"
            " ARRAY[NULL], ARRAY[NULL]::bigint [], ARRAY[NULL], ARRAY[1], ARRAY['w']"
        ),
    ),
    "acknowledge_deliveries": ("uuid [], bigint []", lambda n: f"ARRAY['{identity(n)}'::uuid], ARRAY[0]"),
    "take_unpublished": ("interval, bigint, bigint, bigint", lambda _: "'30 s', 1, 0, 100"),
    "enqueue_tasks": ("uuid []", lambda n: f"ARRAY['{identity(n)}'::uuid]"),
    "requeue_delivery": ("uuid", lambda n: f"'{identity(n)}'"),
    "defer_task": ("uuid, interval", lambda n: f"'{identity(n)}', '1 minute'"),
    "fail_waiting_task": (
        "uuid, bigint, jsonb, text, interval",
        lambda n: f"'{identity(n)}', 0, '{{}}', 'w', '1 day'",
    ),
    "find_task": ("uuid, text", lambda n: f"'{identity(n)}', 'org'"),
    "cancel_task": ("uuid, text, text, jsonb", lambda n: f"'{identity(n)}', 'org', 'w', '{{}}'"),
    "mark_published": (
        "uuid [], timestamptz [], interval",
        lambda n: f"ARRAY['{identity(n)}'::uuid], ARRAY[now()], '1 minute'",
    ),
}


def identity(number: int) -> str:
    """The id of the task of that number."""
    return f"00000000-0000-0000-0000-{number:012d}"


@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_statement_about_one_task_does_not_read_all_that_wait(
    empty: asyncpg.Connection, name: str
) -> None:
    types, arguments = STATEMENTS[name]
    await migrate(empty)
    await empty.execute("ALTER TABLE tasks SET (autovacuum_enabled = off)")
    await empty.execute(f"PREPARE asked ({types}) AS {statements('queries.sql', 'maintenance.sql')[name]}")
    for setting, value in (SESSION | {"plan_cache_mode": "force_generic_plan"}).items():
        await empty.execute(f"SET {setting} = '{value}'")

    async def waiting(first: int, last: int) -> None:
        await empty.execute(
            "INSERT INTO tasks (id, organization_id, kind, request, input_hash, state)"
            " SELECT lpad(n::text, 32, '0')::uuid, 'org', 'impact', '{}', lpad(n::text, 64, '0'), 'accepted'"
            f" FROM generate_series({first}, {last}) AS n"
        )

    async def blocks(number: int) -> int:
        plan = await empty.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE asked ({arguments(number)})"
        )
        read = plan[0]["Plan"]
        return int(read["Shared Hit Blocks"] + read["Shared Read Blocks"])

    await waiting(WAITING + 1, WAITING + 2)
    # A submission is of what is new, the others are of a task that waits.
    is_new = name == "create_task"
    await blocks(0)  # reads the catalog besides
    few = await blocks(WAITING + (3 if is_new else 1))
    await waiting(1, WAITING)
    many = await blocks(WAITING + (4 if is_new else 2))
    assert many <= few + MOST_MORE, (few, many)
