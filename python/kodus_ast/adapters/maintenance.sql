-- Outbox, reaper, sweeper, API keys and the embedded queue. Statements that scan many rows run in one process at a time
-- (pg_try_advisory_xact_lock); the others skip locked rows.

-- name: take_unpublished
-- The outbox: due tasks that were never published, or so long ago that the message may be lost. Taking one postpones
-- its next publication by $1, so that a relay that dies in between delays it by that long.
UPDATE tasks SET publish_at = now() + $1::interval
WHERE id IN (
    SELECT id FROM tasks WHERE status = 'PENDING' AND publish_at <= now()
    ORDER BY publish_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING
    id, kind, request, trace_id, retry_count, attempt, priority, publish_at,
    coalesce(metadata ->> 'traceparent', '') AS traceparent;

-- name: mark_published
-- When the broker confirms, a fast worker may already have claimed the task and failed. Then it is due again, and its
-- publish_at is not the one of this relay any more.
UPDATE tasks AS t SET enqueued_at = now(), publish_at = now() + $3::interval
FROM unnest($1::uuid [], $2::timestamptz []) AS published (id, reserved_until)
WHERE t.id = published.id AND CASE t.status WHEN 'PENDING' THEN t.publish_at = published.reserved_until END;

-- name: requeue_stale
-- The reaper: tasks whose lease ran out. Whether a task crashes too often is decided by the next worker that claims it.
-- A task that ran alone is the suspect; of those that ran beside others nobody knows which one it was.
WITH lock AS (
    SELECT pg_try_advisory_xact_lock(hashtextextended('kodus-ast reaper', 0)) AS is_held
), stale AS (
    SELECT t.id, coalesce(t.metadata ->> 'alone' = t.attempt::text, false) AS was_alone FROM tasks AS t, lock
    WHERE lock.is_held AND t.status = 'IN_PROGRESS' AND t.lease_until < now()
    ORDER BY t.lease_until LIMIT $1 FOR UPDATE OF t SKIP LOCKED
), changed AS (
    UPDATE tasks AS t SET
        status = CASE WHEN t.cancel_requested_at IS NULL THEN 'PENDING' ELSE 'CANCELLED' END,
        finished_at = CASE WHEN t.cancel_requested_at IS NULL THEN NULL ELSE now() END,
        state = CASE WHEN t.cancel_requested_at IS NULL THEN 'its worker was lost' ELSE 'cancelled' END,
        crash_count = t.crash_count + stale.was_alone::int,
        metadata = CASE
            WHEN stale.was_alone THEN t.metadata
            ELSE t.metadata || jsonb_build_object('losses', coalesce((t.metadata ->> 'losses')::bigint, 0) + 1)
        END,
        progress = 0, run_at = now(), publish_at = now(), enqueued_at = NULL,
        worker_id = NULL, lease_until = NULL, updated_at = now(), version = t.version + 1
    FROM stale WHERE t.id = stale.id
    RETURNING t.*
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor, detail)
    SELECT id, status, state, progress, 'reaper', jsonb_build_object(
        'crashCount', crash_count, 'losses', coalesce((metadata ->> 'losses')::bigint, 0)
    ) FROM changed
)
SELECT * FROM changed;

-- name: find_expired_tasks
-- Tasks that ended longer ago than $1.
SELECT t.id FROM tasks AS t,
    (SELECT pg_try_advisory_xact_lock(hashtextextended('kodus-ast sweeper', 0)) AS is_held) AS lock
WHERE lock.is_held AND t.finished_at < now() - $1::interval
ORDER BY t.finished_at LIMIT $2;

-- name: find_surplus_tasks
-- The oldest ended tasks of organizations that have more than $1 of them.
SELECT s.id FROM
    (SELECT pg_try_advisory_xact_lock(hashtextextended('kodus-ast sweeper', 0)) AS is_held) AS lock,
    (SELECT DISTINCT organization_id FROM tasks) AS o,
    LATERAL (
        SELECT t.id FROM tasks AS t
        WHERE t.organization_id = o.organization_id AND t.finished_at IS NOT NULL
        ORDER BY t.id DESC OFFSET $1::bigint LIMIT $2::bigint
    ) AS s
WHERE lock.is_held
LIMIT $2::bigint;

-- name: remove_tasks
DELETE FROM tasks WHERE id = ANY($1::uuid []) AND finished_at IS NOT NULL;

-- name: clear_artifacts
-- The artefacts of these tasks are gone, so create_task must not return them for equal requests.
UPDATE task_results SET artifact = NULL, size_bytes = NULL, sha256 = NULL
WHERE task_id = ANY($1::uuid []) AND artifact IS NOT NULL;

-- name: find_tasks_needing_sealed
-- Which of these tasks may still need what was sealed: unfinished ones, and those that were given up not long ago.
SELECT id FROM tasks
WHERE id = ANY($1::uuid []) AND (finished_at IS NULL OR (metadata ->> 'sealedUntil')::timestamptz > now());

-- name: count_tasks
SELECT kind, status, count(*) AS number FROM tasks
WHERE status IN ('PENDING', 'IN_PROGRESS') GROUP BY kind, status;

-- name: measure_oldest_due
SELECT coalesce(extract(EPOCH FROM now() - min(run_at)), 0)::float8 AS seconds FROM tasks
WHERE status = 'PENDING' AND run_at <= now();

-- name: notify_changes
SELECT pg_notify('kodus_ast_tasks', id::text) FROM unnest($1::uuid []) AS id;

-- name: ping
SELECT 1 AS one;

-- name: create_key
INSERT INTO api_keys (id, organization_id, name, scopes, digest) VALUES ($1, $2, $3, $4, $5) RETURNING *;

-- name: find_key
SELECT * FROM api_keys WHERE digest = $1 AND revoked_at IS NULL;

-- name: list_keys
SELECT * FROM api_keys WHERE $1::text IS NULL OR organization_id = $1::text ORDER BY organization_id, created_at;

-- name: revoke_key
UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING *;

-- name: take_deliveries
-- The embedded queue: published, due tasks, high priority first, each to one receiver.
UPDATE tasks SET delivered_until = now() + $3::interval
WHERE id IN (
    SELECT id FROM tasks
    WHERE status = 'PENDING' AND enqueued_at IS NOT NULL AND run_at <= now() AND kind = ANY($1::text [])
        AND (delivered_until IS NULL OR delivered_until < now())
    ORDER BY priority DESC, run_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING
    id, kind, request, trace_id, retry_count, attempt, priority, coalesce(metadata ->> 'traceparent', '') AS traceparent;

-- name: enqueue_tasks
UPDATE tasks SET enqueued_at = coalesce(enqueued_at, now()) WHERE id = ANY($1::uuid []) AND CASE status WHEN 'PENDING' THEN true END;

-- name: acknowledge_deliveries
-- Columns: $1 ids, $2 attempts. Claiming a task acknowledges its message as well.
UPDATE tasks AS t SET enqueued_at = NULL, delivered_until = NULL
FROM unnest($1::uuid [], $2::bigint []) AS acknowledged (id, attempt)
WHERE t.id = acknowledged.id AND t.delivered_until IS NOT NULL
    AND CASE t.status WHEN 'PENDING' THEN t.attempt = acknowledged.attempt END
RETURNING t.id;

-- name: requeue_delivery
UPDATE tasks SET delivered_until = NULL WHERE id = $1 AND CASE status WHEN 'PENDING' THEN true END;

-- name: count_deliveries
SELECT count(*) AS number FROM tasks
WHERE status = 'PENDING' AND enqueued_at IS NOT NULL AND run_at <= now()
    AND (delivered_until IS NULL OR delivered_until < now());

-- name: notify_receivers
SELECT pg_notify('kodus_ast_queue', '');

-- name: add_dead_letter
INSERT INTO dead_letters (body, reason) VALUES ($1, $2);

-- name: list_dead_letters
SELECT id, body, reason, created_at FROM dead_letters ORDER BY id LIMIT $1;

-- name: remove_dead_letter
DELETE FROM dead_letters WHERE id = $1 RETURNING id;

-- name: purge_dead_letters
DELETE FROM dead_letters RETURNING id;
