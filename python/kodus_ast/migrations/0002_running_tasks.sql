-- How many tasks of an organization run, counted by one claim at a time: two at once would each see room for itself.
-- A function, because each statement in it sees what was committed while it waited for the lock.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION count_running_tasks(organization text) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('running:' || organization, 0));
    RETURN (SELECT count(*) FROM tasks WHERE organization_id = organization AND status = 'IN_PROGRESS');
END
$$;
