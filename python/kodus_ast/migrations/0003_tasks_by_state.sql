-- An index that holds all active tasks of an organization looks to a planner without statistics as good for finding
-- one input as the index of inputs is, and then every submission reads all that wait. By state it cannot be taken.
-- Few tasks are active at a time, and a table that cannot be had within the lock's time-out is left for the next try.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX tasks_waiting_of_an_organization ON tasks (organization_id) WHERE status = 'PENDING';
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX tasks_running_of_an_organization ON tasks (organization_id) WHERE status = 'IN_PROGRESS';
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX tasks_active_of_an_organization;
