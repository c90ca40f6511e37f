-- Tasks, their timeline, their results, and the keys that may submit them. Every rule of a task's life that one row
-- can break is a constraint here, so that no statement and no release can break it.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    organization_id text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL DEFAULT 'PENDING',
    state text NOT NULL DEFAULT '',
    progress bigint NOT NULL DEFAULT 0,
    priority bigint NOT NULL DEFAULT 0,
    request jsonb NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    error jsonb,
    input_hash text,
    idempotency_key text,
    trace_id text NOT NULL DEFAULT '',
    -- The fencing token: counts claims, and every write of a worker names the claim that it belongs to.
    attempt bigint NOT NULL DEFAULT 0,
    -- What is judged: transient failures, and claims that ended without a word.
    retry_count bigint NOT NULL DEFAULT 0,
    crash_count bigint NOT NULL DEFAULT 0,
    worker_id text,
    lease_until timestamptz,
    run_at timestamptz NOT NULL DEFAULT now(),
    -- The outbox: when to publish (again), when a publish was last confirmed, and until when a delivery is out.
    publish_at timestamptz NOT NULL DEFAULT now(),
    enqueued_at timestamptz,
    delivered_until timestamptz,
    cancel_requested_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    version bigint NOT NULL DEFAULT 1,

    CONSTRAINT tasks_status_is_known CHECK (status IN ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')),
    CONSTRAINT tasks_finished_exactly_when_terminal
        CHECK ((finished_at IS NOT NULL) = (status IN ('COMPLETED', 'FAILED', 'CANCELLED'))),
    CONSTRAINT tasks_leased_exactly_while_in_progress
        CHECK ((lease_until IS NOT NULL) = (status = 'IN_PROGRESS') AND (worker_id IS NOT NULL) = (status = 'IN_PROGRESS')),
    CONSTRAINT tasks_progress_is_full_exactly_when_completed
        CHECK (progress BETWEEN 0 AND 100 AND (progress = 100) = (status = 'COMPLETED')),
    CONSTRAINT tasks_failed_with_a_reason CHECK (status <> 'FAILED' OR error IS NOT NULL),
    CONSTRAINT tasks_completed_without_error CHECK (status <> 'COMPLETED' OR error IS NULL),
    CONSTRAINT tasks_started_when_in_progress CHECK (status <> 'IN_PROGRESS' OR started_at IS NOT NULL),
    CONSTRAINT tasks_counts_are_counts
        CHECK (attempt >= 0 AND retry_count >= 0 AND crash_count >= 0 AND version >= 1),
    CONSTRAINT tasks_priority_is_known CHECK (priority BETWEEN 0 AND 3),
    CONSTRAINT tasks_texts_are_bounded CHECK (
        length(organization_id) BETWEEN 1 AND 200
        AND length(kind) BETWEEN 1 AND 100
        AND length(state) <= 500
        AND length(trace_id) <= 200
        AND length(idempotency_key) BETWEEN 1 AND 255
    )
);

CREATE UNIQUE INDEX tasks_by_idempotency_key
    ON tasks (organization_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- Equal work is never queued twice.
CREATE UNIQUE INDEX tasks_by_input_while_active
    ON tasks (organization_id, kind, input_hash) WHERE input_hash IS NOT NULL AND status IN ('PENDING', 'IN_PROGRESS');
CREATE INDEX tasks_by_input_when_completed
    ON tasks (organization_id, kind, input_hash, finished_at DESC) WHERE input_hash IS NOT NULL AND status = 'COMPLETED';
CREATE INDEX tasks_of_an_organization ON tasks (organization_id, id DESC);
CREATE INDEX tasks_active_of_an_organization
    ON tasks (organization_id, status) WHERE status IN ('PENDING', 'IN_PROGRESS');
CREATE INDEX tasks_to_publish ON tasks (publish_at) WHERE status = 'PENDING';
CREATE INDEX tasks_to_deliver ON tasks (priority DESC, run_at) WHERE status = 'PENDING' AND enqueued_at IS NOT NULL;
CREATE INDEX tasks_by_lease ON tasks (lease_until) WHERE status = 'IN_PROGRESS';
CREATE INDEX tasks_by_end ON tasks (finished_at) WHERE finished_at IS NOT NULL;

-- A last line behind the guards of every statement: what has ended stays as it ended.
CREATE FUNCTION refuse_change_of_ended_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'task % has ended as %', OLD.id, OLD.status USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER tasks_stay_as_they_ended
    BEFORE UPDATE ON tasks FOR EACH ROW
    WHEN (OLD.status IN ('COMPLETED', 'FAILED', 'CANCELLED'))
    EXECUTE FUNCTION refuse_change_of_ended_task();

CREATE TABLE task_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    status text NOT NULL,
    state text NOT NULL,
    progress bigint NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    actor text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX task_events_of_a_task ON task_events (task_id, id);
CREATE UNIQUE INDEX task_events_end_once
    ON task_events (task_id) WHERE status IN ('COMPLETED', 'FAILED', 'CANCELLED');

CREATE TABLE task_results (
    task_id uuid PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    summary jsonb NOT NULL,
    -- NULL when there is none, or when retention has removed it.
    artifact text,
    size_bytes bigint,
    sha256 text,
    format bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT task_results_artifact_is_whole
        CHECK ((artifact IS NULL) = (size_bytes IS NULL) AND (artifact IS NULL) = (sha256 IS NULL))
);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    organization_id text NOT NULL,
    name text NOT NULL,
    scopes text [] NOT NULL,
    digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CONSTRAINT api_keys_scopes_are_known
        CHECK (scopes <@ ARRAY['submit', 'read', 'operate'] AND cardinality(scopes) > 0),
    CONSTRAINT api_keys_digest_is_sha256 CHECK (length(digest) = 32),
    CONSTRAINT api_keys_texts_are_bounded CHECK (length(organization_id) BETWEEN 1 AND 200 AND length(name) <= 200)
);
CREATE INDEX api_keys_of_an_organization ON api_keys (organization_id, created_at);

-- The dead letters of the embedded queue; with RabbitMQ they are in its own queue.
CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body jsonb NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
