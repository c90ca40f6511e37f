-- An id that a client gives to a task is unique within its organization, and is not the primary key: otherwise one
-- organization learns, by a conflict, of a task of another. It is in the metadata, because the release before names
-- the columns of this table one by one and cannot run beside a new one.
-- Few tasks have such an id, and a table that cannot be had within the lock's time-out is left for the next try.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX tasks_by_client_id
    ON tasks (organization_id, (metadata ->> 'clientId')) WHERE metadata ->> 'clientId' IS NOT NULL;
