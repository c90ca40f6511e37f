-- Tasks are in lanes by their kind (models/tasks.py: SMALL_KINDS), and are published in order within each organization and
-- lane. A function, because a column of tasks would break a statement of the release before, which lists all of them.
-- Few tasks are pending at a time, and a table that cannot be had within the lock's time-out is left for the next try.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Indexes depend on it: another set of kinds needs a function of another name, and indexes over it.
CREATE FUNCTION lane_of(kind text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN kind IN ('validate_code', 'content') THEN 'small' ELSE 'large' END;

-- Tasks that wait to be published, in the order in which they will be. By the columns that are empty exactly while a task
-- is pending, not by its status: a planner without statistics would take an index of all pending tasks, and sort them.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX tasks_to_publish_in_order
ON tasks (organization_id, lane_of(kind), priority DESC, created_at, id)
WHERE finished_at IS NULL AND lease_until IS NULL AND enqueued_at IS NULL;
-- Tasks that were published and not claimed yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX tasks_published
ON tasks (organization_id, kind) WHERE finished_at IS NULL AND lease_until IS NULL AND enqueued_at IS NOT NULL;

-- As the function with one argument, which the release before calls, of one lane; both take the same lock.
CREATE FUNCTION count_running_tasks(organization text, lane text) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('running:' || organization, 0));
    RETURN (
        SELECT count(*) FROM tasks AS t
        WHERE t.organization_id = organization AND t.status = 'IN_PROGRESS' AND lane_of(t.kind) = lane
    );
END
$$;
