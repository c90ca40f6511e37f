-- Statements on tasks. Each transition is guarded by its WHERE and writes the row and its event in one statement, so
-- that a repeated or late one changes nothing and returns nothing. Loaded by adapters/statements.py.
--
-- Statements that select tasks by id test the status in a CASE: with a plain comparison the planner may choose the
-- index of all pending or running tasks instead of the primary key.

-- name: create_task
-- $1 id, $2 organization, $3 kind, $4 priority, $5 request, $6 metadata, $7 input hash, $8 idempotency key,
-- $9 whether a completed task may be returned, $10 trace id, $11 most pending tasks (0: any number)
-- An id that the client gave is in the metadata: a task that has it (or has it as its own) is a conflict, not known.
WITH known AS (
    (SELECT 0 AS rank, t FROM tasks AS t WHERE t.organization_id = $2 AND t.idempotency_key = $8::text LIMIT 1)
    UNION ALL
    (
        SELECT 1, t FROM tasks AS t
        WHERE t.organization_id = $2 AND t.kind = $3 AND t.input_hash = $7::text
            AND t.status IN ('PENDING', 'IN_PROGRESS')
        LIMIT 1
    )
    UNION ALL
    (
        SELECT 2, t FROM tasks AS t INNER JOIN task_results AS r ON r.task_id = t.id
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
        AND NOT EXISTS (SELECT FROM tasks WHERE id = ($6::jsonb ->> 'clientId')::uuid AND organization_id = $2)
    ON CONFLICT DO NOTHING
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor)
    SELECT id, status, state, progress, 'api' FROM made
)
SELECT 'new' AS outcome, made.* FROM made
UNION ALL
(SELECT 'known', (k.t).* FROM known AS k ORDER BY k.rank LIMIT 1);

-- name: check_queue_limit
SELECT count(*) < $2::bigint AS is_left FROM (
    SELECT FROM tasks WHERE organization_id = $1 AND status = 'PENDING' LIMIT $2::bigint
) AS waiting;

-- name: copy_task
-- A new task for the request of one that failed or was cancelled; the row of an ended task never changes. $5: what its
-- own metadata says in addition.
WITH made AS (
    INSERT INTO tasks (id, organization_id, kind, priority, request, metadata, input_hash, trace_id, state)
    SELECT
        $2, organization_id, kind, priority, request,
        metadata - ARRAY['clientId', 'sealed', 'sealedUntil', 'losses', 'alone', 'deleted']
        || jsonb_build_object('retryOf', coalesce(metadata ->> 'clientId', id::text)) || $5,
        input_hash, trace_id, 'accepted'
    FROM tasks
    WHERE id = $1 AND ($3::text IS NULL OR organization_id = $3::text) AND status IN ('FAILED', 'CANCELLED')
    ON CONFLICT DO NOTHING
    RETURNING *
), written AS (
    INSERT INTO task_events (task_id, status, state, progress, actor, detail)
    SELECT id, status, state, progress, $4, jsonb_build_object('retryOf', metadata -> 'retryOf') FROM made
)
SELECT * FROM made;

-- name: find_task
-- By its own id, or within its organization by the id that a client gave to it.
SELECT * FROM tasks WHERE id = $1 AND ($2::text IS NULL OR organization_id = $2::text)
UNION ALL
SELECT * FROM tasks WHERE organization_id = $2::text AND metadata ->> 'clientId' = ($1::uuid)::text
LIMIT 1;

-- name: list_tasks
SELECT * FROM tasks
WHERE organization_id = $1
    AND ($2::text IS NULL OR status = $2::text)
    AND ($3::text IS NULL OR kind = $3::text)
    AND ($4::uuid IS NULL OR id < $4::uuid)
ORDER BY id DESC
LIMIT $5;

-- name: list_repository_urls
SELECT DISTINCT given.repo ->> 'url' AS url
FROM tasks AS t, LATERAL (VALUES (t.request -> 'headRepo'), (t.request -> 'baseRepo')) AS given (repo)
WHERE t.organization_id = $1 AND given.repo ->> 'url' IS NOT NULL;

-- name: find_tasks_of_repository
-- $1 organization, $2 URLs, $3 branch, $4 commit. `is_named`: whether head is at this commit (or one whose id begins
-- so), else of this branch, if any is given. Tasks that have ended and keep nothing are left out.
SELECT
    t.id, t.status, t.metadata, r.artifact IS NOT NULL AS has_artifacts,
    CASE
        WHEN $4::text <> '' THEN
            starts_with(lower(t.request -> 'headRepo' ->> 'commitSha'), $4::text)
            OR starts_with(t.metadata ->> 'headCommit', $4::text)
        WHEN $3::text <> '' THEN coalesce(t.request -> 'headRepo' ->> 'branch', '') = $3::text
        ELSE true
    END IS true AS is_named
FROM tasks AS t LEFT JOIN task_results AS r ON r.task_id = t.id
WHERE t.organization_id = $1
    AND (t.request -> 'headRepo' ->> 'url' = ANY($2::text []) OR t.request -> 'baseRepo' ->> 'url' = ANY($2::text []))
    AND (t.finished_at IS NULL OR r.artifact IS NOT NULL OR t.metadata ? 'sealed');

-- name: list_events
SELECT * FROM task_events WHERE task_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: find_result
SELECT summary, artifact, size_bytes, sha256, format FROM task_results WHERE task_id = $1;

-- name: claim_tasks
-- Columns: $1 ids, $2 workers, $3 leases, $4 most running tasks of a lane (0: any number), $5 whether nothing else runs in
-- the worker. `place` numbers the tasks of an organization that this statement would start; one whose lease ran out is
-- running already and not counted again. The lease that ran out was a death alone, or a loss beside others.
WITH due AS MATERIALIZED (
    SELECT
        t.id, t.status, t.organization_id, lane_of(t.kind) AS lane, wanted.worker, wanted.lease, wanted.most,
        wanted.alone, t.status = 'IN_PROGRESS' AS is_lost,
        coalesce(t.metadata ->> 'alone' = t.attempt::text, false) AS was_alone,
        count(*) FILTER (WHERE t.status = 'PENDING') OVER (
            PARTITION BY t.organization_id, lane_of(t.kind) ORDER BY t.status, t.priority DESC, t.created_at, t.id
        ) AS place
    FROM unnest($1::uuid [], $2::text [], $3::interval [], $4::bigint [], $5::boolean [])
        AS wanted (id, worker, lease, most, alone)
        INNER JOIN tasks AS t ON t.id = wanted.id
    WHERE CASE t.status WHEN 'PENDING' THEN t.run_at <= now() ELSE t.lease_until < now() END
), running AS MATERIALIZED (
    -- Ordered, because each count takes a lock of its organization.
    SELECT o.organization_id, o.lane, count_running_tasks(o.organization_id, o.lane) AS number
    FROM (SELECT DISTINCT due.organization_id, due.lane FROM due WHERE due.most > 0 ORDER BY 1, 2) AS o
), changed AS (
    UPDATE tasks AS t SET
        status = 'IN_PROGRESS', state = 'claimed', worker_id = due.worker, lease_until = now() + due.lease,
        attempt = t.attempt + 1, crash_count = t.crash_count + (due.is_lost AND due.was_alone)::int,
        metadata = CASE
            WHEN due.alone OR due.is_lost AND NOT due.was_alone THEN
                t.metadata
                || CASE WHEN due.alone THEN jsonb_build_object('alone', t.attempt + 1) ELSE '{}' END
                || CASE
                    WHEN due.is_lost AND NOT due.was_alone
                        THEN jsonb_build_object('losses', coalesce((t.metadata ->> 'losses')::bigint, 0) + 1)
                    ELSE '{}'
                END
            ELSE t.metadata
        END,
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

-- name: mark_alone
-- Nothing else runs in the worker any more: if it is lost now, this task is the suspect.
UPDATE tasks SET metadata = metadata || jsonb_build_object('alone', attempt)
WHERE id = $1 AND CASE status WHEN 'IN_PROGRESS' THEN attempt = $2 END
RETURNING id;

-- name: excuse_loss
-- The worker lives: that its lease was lost is no death of the task. $3: whether it ran alone.
UPDATE tasks SET
    crash_count = greatest(crash_count - $3::boolean::int, 0),
    metadata = metadata || CASE
        WHEN $3::boolean OR NOT metadata ? 'losses' THEN '{}'
        ELSE jsonb_build_object('losses', greatest((metadata ->> 'losses')::bigint - 1, 0))
    END
WHERE id = $1 AND CASE status WHEN 'PENDING' THEN attempt >= $2 WHEN 'IN_PROGRESS' THEN attempt > $2 END
RETURNING id;

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
    WHERE t.id = done.id AND t.cancel_requested_at IS NULL
        AND CASE t.status WHEN 'IN_PROGRESS' THEN t.attempt = done.attempt END
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
-- $5: how long what is sealed is kept, so that an operator or its client can submit the task again; NULL: not at all.
WITH changed AS (
    UPDATE tasks SET
        metadata = CASE
            WHEN $5::interval IS NOT NULL AND metadata ? 'sealed' AND NOT metadata ? 'deleted'
                THEN metadata || jsonb_build_object('sealedUntil', now() + $5::interval)
            ELSE metadata
        END,
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
-- For dead letters: the broker gave up the message before a worker claimed the task. $5 as for `fail_task`.
WITH changed AS (
    UPDATE tasks SET
        metadata = CASE
            WHEN $5::interval IS NOT NULL AND metadata ? 'sealed'
                THEN metadata || jsonb_build_object('sealedUntil', now() + $5::interval)
            ELSE metadata
        END,
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
-- back-off in seconds. $6 whether the process that did the work died, $8 whether it may have died because of others.
-- If cancellation was requested, the task becomes CANCELLED instead.
WITH due AS (
    SELECT id, now() + random() * least($5::float8, $4::float8 * 2 ^ least(retry_count, 30)) * interval '1 second' AS at
    FROM tasks WHERE id = $1
), changed AS (
    UPDATE tasks AS t SET
        status = CASE WHEN t.cancel_requested_at IS NULL THEN 'PENDING' ELSE 'CANCELLED' END,
        finished_at = CASE WHEN t.cancel_requested_at IS NULL THEN NULL ELSE now() END,
        state = CASE WHEN t.cancel_requested_at IS NULL THEN 'waiting to be tried again' ELSE 'cancelled' END,
        progress = 0, error = $3, retry_count = t.retry_count + 1,
        crash_count = t.crash_count + ($6::boolean AND NOT $8::boolean)::int,
        metadata = CASE
            WHEN $6::boolean AND $8::boolean
                THEN t.metadata
                || jsonb_build_object('losses', coalesce((t.metadata ->> 'losses')::bigint, 0) + 1)
            ELSE t.metadata
        END,
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
-- A pending task is cancelled at once; the worker of a running one learns of it at its next heartbeat. $4: what the
-- metadata says from then on, also when a running task is cancelled already.
WITH changed AS (
    UPDATE tasks SET
        status = CASE status WHEN 'PENDING' THEN 'CANCELLED' ELSE status END,
        finished_at = CASE status WHEN 'PENDING' THEN now() END,
        state = CASE status WHEN 'PENDING' THEN 'cancelled' ELSE 'being cancelled' END, metadata = metadata || $4,
        cancel_requested_at = coalesce(cancel_requested_at, now()), updated_at = now(), version = version + 1
    WHERE id = $1 AND ($2::text IS NULL OR organization_id = $2::text)
        AND CASE status
            WHEN 'PENDING' THEN true
            WHEN 'IN_PROGRESS' THEN cancel_requested_at IS NULL OR NOT metadata @> $4
        END
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
