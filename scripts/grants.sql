-- Rights on tables: run by the migrator after every `kodus-ast migrate`.
SET lock_timeout = '5s';
SET statement_timeout = '60s';

GRANT SELECT ON schema_migrations TO kodus_api, kodus_worker, kodus_operator;

-- The API creates, reads, cancels and publishes tasks; it ends and removes none, and creates no keys.
GRANT SELECT, INSERT, UPDATE ON tasks TO kodus_api;
GRANT SELECT, INSERT ON task_events TO kodus_api;
GRANT SELECT ON task_results, api_keys TO kodus_api;
-- Deleting a repository clears the artefacts of results; the rest of the row stays.
GRANT UPDATE (artifact, size_bytes, sha256) ON task_results TO kodus_api;

-- Webhooks of organizations; a trigger writes what is to be sent to them.
GRANT SELECT, INSERT, DELETE ON webhooks TO kodus_api;

-- A worker does tasks and removes old ones; it has no access to keys.
GRANT SELECT, UPDATE, DELETE ON tasks TO kodus_worker;
GRANT SELECT, INSERT ON task_events TO kodus_worker;
GRANT SELECT, INSERT, UPDATE ON task_results TO kodus_worker;
-- It sends completion events.
GRANT SELECT ON webhooks TO kodus_worker;
GRANT SELECT, INSERT ON completion_sinks TO kodus_worker;
GRANT SELECT, UPDATE, DELETE ON completions TO kodus_worker;

-- Operators create and revoke keys, and submit tasks of dead letters again.
GRANT SELECT, INSERT, UPDATE ON api_keys TO kodus_operator;
GRANT SELECT, INSERT ON tasks, task_events TO kodus_operator;
