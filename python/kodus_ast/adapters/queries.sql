-- Statements on tasks. Each transition is guarded by its WHERE and writes the row and its event in one statement, so
-- that a repeated or late one changes nothing and returns nothing. Loaded by adapters/statements.py.
--
-- Statements that select tasks by id test the status in a CASE: with a plain comparison the planner may choose the
-- index of all pending or running tasks instead of the primary key.

-- name: create_task
-- $1 id, $2 organization, $3 kind, $4 priority, $5 request, $6 metadata, $7 input hash, $8 idempotency key,
-- $9 whether a completed task may be returned, $10 trace id, $11 most pending tasks (0: any number)
WITH known AS (
    (SELECT 0 AS rank, t.* FROM tasks AS t WHERE t.organization_id = $2 AND t.idempotency_key = $8::text LIMIT 1)
    UNION ALL
    (
        SELECT 1, t.* FROM tasks AS t
        WHERE t.organization_id = $2 AND t.kind = $3 AND t.input_hash = $7::text
            AND t.status IN ('PENDING', 'IN_PROGRESS')
        LIMIT 1
    )
    UNION ALL
    (
        SELECT 2, t.* FROM tasks AS t INNER JOIN task_results AS r ON r.task_id = t.id
        WHERE $9::boolean AND t.organization_id = $2 AND t.kind = $3 AND t.input_hash = $7::text
            AND t.status = 'COMPLETED' AND r.artifact IS NOT NULL
        ORDER BY t.finished_at DESC
        LIMIT 1
    )
), room AS (
    SELECT $11::bigint = 0 OR count(*) < $11::bigint AS is_left FROM (
        SELECT FROM tasks WHERE organization_id = $2 AND status = 'PENDING' LIMIT $11::bigint
    ) AS waiting
), made AS (
    INSERT INTO tasks (
        id, organization_id, kind, priority, request, metadata, input_hash, idempotency_key, trace_id, state
    )
    SELECT $1, $2, $3, $4, $5, $6, $7::text, $8::text, $10, 'accepted' FROM room
    WHERE room.is_left AND NOT EXISTS (SELECT FROM known)
    ON CONFLICT DO NOTHING
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor)
    SELECT id, status, state, progress, 'api' FROM made
)
SELECT 'new' AS outcome, made.* FROM made
UNION ALL
(
    SELECT
        'known', k.id, k.organization_id, k.kind, k.status, k.state, k.progress, k.priority, k.request, k.metadata,
        k.error, k.input_hash, k.idempotency_key, k.trace_id, k.attempt, k.retry_count, k.crash_count, k.worker_id,
        k.lease_until, k.run_at, k.publish_at, k.enqueued_at, k.delivered_until, k.cancel_requested_at, k.created_at,
        k.updated_at, k.started_at, k.finished_at, k.version
    FROM known AS k ORDER BY k.rank LIMIT 1
);

-- name: check_queue_limit
SELECT count(*) < $2::bigint AS is_left FROM (
    SELECT FROM tasks WHERE organization_id = $1 AND status = 'PENDING' LIMIT $2::bigint
) AS waiting;

-- name: copy_task
-- A new task for the request of one that failed or was cancelled; the row of an ended task never changes.
WITH made AS (
    INSERT INTO tasks (id, organization_id, kind, priority, request, metadata, input_hash, trace_id, state)
    SELECT
        $2, organization_id, kind, priority, request, metadata || jsonb_build_object('retryOf', id), input_hash,
        trace_id, 'accepted'
    FROM tasks
    WHERE id = $1 AND ($3::text IS NULL OR organization_id = $3::text) AND status IN ('FAILED', 'CANCELLED')
    ON CONFLICT DO NOTHING
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor, detail)
    SELECT id, status, state, progress, $4, jsonb_build_object('retryOf', $1::uuid) FROM made
)
SELECT * FROM made;

-- name: find_task
SELECT * FROM tasks WHERE id = $1 AND ($2::text IS NULL OR organization_id = $2::text);

-- name: list_tasks
SELECT * FROM tasks
WHERE organization_id = $1
    AND ($2::text IS NULL OR status = $2::text)
    AND ($3::text IS NULL OR kind = $3::text)
    AND ($4::uuid IS NULL OR id < $4::uuid)
ORDER BY id DESC
LIMIT $5;

-- name: find_tasks_of_repository
-- $1 organization, then columns: URLs, branches, commits. A commit, or the beginning of its id, wins over a branch; it
-- matches the requested commit and the commit that a branch was at when the task was done.
SELECT t.id FROM tasks AS t
WHERE t.organization_id = $1 AND t.status = 'COMPLETED'
    AND EXISTS (
        SELECT FROM unnest($2::text [], $3::text [], $4::text []) AS wanted (url, branch, sha),
            (VALUES (t.request -> 'headRepo', t.metadata ->> 'headCommit'),
                (t.request -> 'baseRepo', t.metadata ->> 'baseCommit')) AS given (repo, sha)
        WHERE given.repo ->> 'url' = wanted.url
            AND CASE wanted.sha
                WHEN '' THEN coalesce(given.repo ->> 'branch', '') = wanted.branch
                ELSE starts_with(lower(given.repo ->> 'commitSha'), wanted.sha) OR starts_with(given.sha, wanted.sha)
            END
    );

-- name: list_events
SELECT * FROM task_events WHERE task_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: find_result
SELECT summary, artifact, size_bytes, sha256, format FROM task_results WHERE task_id = $1;

-- name: claim_tasks
-- Columns: $1 ids, $2 workers, $3 leases, $4 most running tasks of a lane (0: any number). `place` numbers the tasks of
-- an organization that this statement would start; one whose lease ran out is running already and not counted again.
WITH due AS MATERIALIZED (
    SELECT
        t.id, t.status, t.organization_id, lane_of(t.kind) AS lane, wanted.worker, wanted.lease, wanted.most,
        count(*) FILTER (WHERE t.status = 'PENDING') OVER (
            PARTITION BY t.organization_id, lane_of(t.kind) ORDER BY t.status, t.priority DESC, t.created_at, t.id
        ) AS place
    FROM unnest($1::uuid [], $2::text [], $3::interval [], $4::bigint []) AS wanted (id, worker, lease, most)
        INNER JOIN tasks AS t ON t.id = wanted.id
    WHERE CASE t.status WHEN 'PENDING' THEN t.run_at <= now() ELSE t.lease_until < now() END
), running AS MATERIALIZED (
    -- Ordered, because each count takes a lock of its organization.
    SELECT o.organization_id, o.lane, count_running_tasks(o.organization_id, o.lane) AS number
    FROM (SELECT DISTINCT due.organization_id, due.lane FROM due WHERE due.most > 0 ORDER BY 1, 2) AS o
), changed AS (
    UPDATE tasks AS t SET
        status = 'IN_PROGRESS', state = 'claimed', worker_id = due.worker, lease_until = now() + due.lease,
        attempt = t.attempt + 1, crash_count = t.crash_count + (t.status = 'IN_PROGRESS')::int,
        started_at = coalesce(t.started_at, now()), delivered_until = NULL, updated_at = now(), version = t.version + 1
    FROM due LEFT JOIN running ON running.organization_id = due.organization_id AND running.lane = due.lane
    WHERE t.id = due.id AND t.status = due.status
        -- Checked again, on the row version that the update has locked.
        AND CASE t.status WHEN 'PENDING' THEN t.run_at <= now() ELSE t.lease_until < now() END
        AND (due.most = 0 OR running.number + due.place <= due.most)
    RETURNING t.*
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor, detail)
    SELECT id, status, state, progress, worker_id, jsonb_build_object('attempt', attempt) FROM changed
)
SELECT * FROM changed;

-- name: defer_task
-- No attempt is counted and no event written. The relay publishes the task again after the delay. It is due all the
-- time: how long it has waited is measured from then.
UPDATE tasks SET publish_at = now() + $2::interval, enqueued_at = NULL, delivered_until = NULL
WHERE id = $1 AND CASE status WHEN 'PENDING' THEN run_at <= now() END
RETURNING id;

-- name: renew_lease
UPDATE tasks SET lease_until = now() + $3::interval
WHERE id = $1 AND CASE status WHEN 'IN_PROGRESS' THEN attempt = $2 END
RETURNING cancel_requested_at IS NOT NULL AS is_cancelled;

-- name: report_progress
WITH changed AS (
    UPDATE tasks SET
        state = $3, progress = greatest(progress, least($4::bigint, 99)), updated_at = now(),
        version = version + 1
    WHERE id = $1 AND CASE status WHEN 'IN_PROGRESS' THEN attempt = $2 END
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor, detail)
    SELECT id, status, state, progress, worker_id, $5 FROM changed
)
SELECT id FROM changed;

-- name: finish_tasks
-- Columns: $1 ids, $2 attempts, $3 metadata, $4 summaries, $5 artefacts, $6 sizes, $7 SHA-256, $8 formats, $9 actors
WITH done AS (
    SELECT * FROM unnest(
        $1::uuid [], $2::bigint [], $3::jsonb [], $4::jsonb [], $5::text [], $6::bigint [], $7::text [], $8::bigint [],
        $9::text []
    ) AS d (id, attempt, metadata, summary, artifact, size_bytes, sha256, format, actor)
), changed AS (
    UPDATE tasks AS t SET
        status = 'COMPLETED', state = 'completed', progress = 100, error = NULL, metadata = t.metadata || done.metadata,
        worker_id = NULL, lease_until = NULL, finished_at = now(), updated_at = now(), version = t.version + 1
    FROM done
    WHERE t.id = done.id AND CASE t.status WHEN 'IN_PROGRESS' THEN t.attempt = done.attempt END
    RETURNING t.*
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor)
    SELECT c.id, c.status, c.state, c.progress, done.actor FROM changed AS c INNER JOIN done ON done.id = c.id
), kept AS (
    INSERT INTO task_results (task_id, summary, artifact, size_bytes, sha256, format)
    SELECT c.id, done.summary, done.artifact, done.size_bytes, done.sha256, done.format
    FROM changed AS c INNER JOIN done ON done.id = c.id
)
SELECT * FROM changed;

-- name: fail_task
WITH changed AS (
    UPDATE tasks SET
        status = 'FAILED', state = 'failed', error = $3, worker_id = NULL, lease_until = NULL, finished_at = now(),
        updated_at = now(), version = version + 1
    WHERE id = $1 AND CASE status WHEN 'IN_PROGRESS' THEN attempt = $2 END
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor, detail)
    SELECT id, status, state, progress, $4, jsonb_build_object('error', error) FROM changed
)
SELECT * FROM changed;

-- name: fail_waiting_task
-- For dead letters: the broker gave up the message before a worker claimed the task.
WITH changed AS (
    UPDATE tasks SET
        status = 'FAILED', state = 'failed', error = $3, finished_at = now(), updated_at = now(), version = version + 1
    WHERE id = $1 AND CASE status WHEN 'PENDING' THEN attempt = $2 END
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor, detail)
    SELECT id, status, state, progress, $4, jsonb_build_object('error', error) FROM changed
)
SELECT * FROM changed;

-- name: retry_task
-- PENDING again after a transient failure, due after an exponential back-off with full jitter: $4 first and $5 longest
-- back-off in seconds. If cancellation was requested, the task becomes CANCELLED instead.
WITH due AS (
    SELECT id, now() + random() * least($5::float8, $4::float8 * 2 ^ least(retry_count, 30)) * interval '1 second' AS at
    FROM tasks WHERE id = $1
), changed AS (
    UPDATE tasks AS t SET
        status = CASE WHEN t.cancel_requested_at IS NULL THEN 'PENDING' ELSE 'CANCELLED' END,
        finished_at = CASE WHEN t.cancel_requested_at IS NULL THEN NULL ELSE now() END,
        state = CASE WHEN t.cancel_requested_at IS NULL THEN 'waiting to be tried again' ELSE 'cancelled' END,
        progress = 0, error = $3, retry_count = t.retry_count + 1, crash_count = t.crash_count + $6::bigint,
        run_at = due.at, publish_at = due.at, enqueued_at = NULL, worker_id = NULL, lease_until = NULL,
        updated_at = now(), version = t.version + 1
    FROM due
    WHERE t.id = due.id AND CASE t.status WHEN 'IN_PROGRESS' THEN t.attempt = $2 END
    RETURNING t.*
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor, detail)
    SELECT id, status, state, progress, $7, jsonb_build_object('error', error, 'runAt', run_at) FROM changed
)
SELECT * FROM changed;

-- name: release_task
-- A worker that stops releases its tasks: due at once, without counting the attempt.
WITH changed AS (
    UPDATE tasks SET
        status = CASE WHEN cancel_requested_at IS NULL THEN 'PENDING' ELSE 'CANCELLED' END,
        finished_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE now() END,
        state = CASE WHEN cancel_requested_at IS NULL THEN 'handed back' ELSE 'cancelled' END,
        progress = 0, run_at = now(), publish_at = now(), enqueued_at = NULL, worker_id = NULL, lease_until = NULL,
        updated_at = now(), version = version + 1
    WHERE id = $1 AND CASE status WHEN 'IN_PROGRESS' THEN attempt = $2 END
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor)
    SELECT id, status, state, progress, $3 FROM changed
)
SELECT * FROM changed;

-- name: cancel_task
-- A pending task is cancelled at once; the worker of a running one learns of it at its next heartbeat.
WITH changed AS (
    UPDATE tasks SET
        status = CASE status WHEN 'PENDING' THEN 'CANCELLED' ELSE status END,
        finished_at = CASE status WHEN 'PENDING' THEN now() END,
        state = CASE status WHEN 'PENDING' THEN 'cancelled' ELSE 'being cancelled' END,
        cancel_requested_at = now(), updated_at = now(), version = version + 1
    WHERE id = $1 AND ($2::text IS NULL OR organization_id = $2::text)
        AND CASE status WHEN 'PENDING' THEN true WHEN 'IN_PROGRESS' THEN cancel_requested_at IS NULL END
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor)
    SELECT id, status, state, progress, $3 FROM changed
)
SELECT * FROM changed;

-- name: end_cancelled_task
WITH changed AS (
    UPDATE tasks SET
        status = 'CANCELLED', state = 'cancelled', worker_id = NULL, lease_until = NULL, finished_at = now(),
        updated_at = now(), version = version + 1
    WHERE id = $1 AND CASE status WHEN 'IN_PROGRESS' THEN attempt = $2 AND cancel_requested_at IS NOT NULL END
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor)
    SELECT id, status, state, progress, $3 FROM changed
)
SELECT * FROM changed;
