-- Webhooks, and completion events that are still to be sent.

-- name: create_webhook
-- $5: the most webhooks of an organization.
INSERT INTO webhooks (id, organization_id, host, sealed)
SELECT $1, $2, $3, $4
WHERE (SELECT count(*) FROM webhooks WHERE organization_id = $2) < $5::bigint
RETURNING id, organization_id, host, created_at;

-- name: list_webhooks
SELECT id, organization_id, host, created_at FROM webhooks WHERE organization_id = $1 ORDER BY created_at, id;

-- name: remove_webhook
DELETE FROM webhooks WHERE id = $1 AND organization_id = $2 RETURNING id;

-- name: enable_broker_sink
INSERT INTO completion_sinks (name) VALUES ('broker') ON CONFLICT DO NOTHING;

-- name: take_completions
-- Taking one reserves it for $1, so that a process that dies while it sends delays it by that long. $2: whether to take
-- those for the broker.
WITH due AS (
    SELECT id FROM completions
    WHERE gave_up_at IS NULL AND due_at <= now() AND ($2::boolean OR webhook_id IS NOT NULL)
    ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE completions AS c SET due_at = now() + $1::interval, attempts = c.attempts + 1
    FROM due WHERE c.id = due.id
    RETURNING c.*
)
SELECT
    taken.id, coalesce(t.metadata ->> 'clientId', t.id::text)::uuid AS task_id, taken.webhook_id, taken.attempts,
    t.organization_id, t.kind, t.status, t.error ->> 'code' AS code, t.finished_at, t.trace_id, coalesce(r.summary, '{}') AS summary, w.sealed
FROM taken
    INNER JOIN tasks AS t ON t.id = taken.task_id
    LEFT JOIN task_results AS r ON r.task_id = t.id
    LEFT JOIN webhooks AS w ON w.id = taken.webhook_id
ORDER BY t.finished_at, taken.id;

-- name: remove_completion
DELETE FROM completions WHERE id = $1;

-- name: postpone_completion
-- $2 delay, $3 error code, $4 most attempts. The others of the same webhook wait as long: it will not answer them either.
WITH changed AS (
    UPDATE completions SET
        due_at = now() + $2::interval, last_error = $3, gave_up_at = CASE WHEN attempts >= $4::bigint THEN now() END
    WHERE id = $1
    RETURNING *
), held AS (
    UPDATE completions AS c SET due_at = now() + $2::interval
    FROM changed
    WHERE c.webhook_id = changed.webhook_id AND c.id <> changed.id AND c.gave_up_at IS NULL
        AND c.due_at < now() + $2::interval AND c.attempts = 0
)
SELECT gave_up_at IS NOT NULL AS is_given_up FROM changed;
