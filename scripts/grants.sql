-- Who may do what with which table: run by the migrator after every `kodus-ast migrate`.
SET lock_timeout = '5s';
SET statement_timeout = '60s';

GRANT SELECT ON schema_migrations TO kodus_api, kodus_worker, kodus_operator;

-- The API accepts, shows, cancels and publishes; it ends nothing, removes nothing, and makes no keys.
GRANT SELECT, INSERT, UPDATE ON tasks TO kodus_api;
GRANT SELECT, INSERT ON task_events TO kodus_api;
GRANT SELECT ON task_results, api_keys TO kodus_api;
-- Whoever asks for a repository to be forgotten: that its artefacts are gone is said, what was found stays.
GRANT UPDATE (artifact, size_bytes, sha256) ON task_results TO kodus_api;

-- A worker does tasks and removes old ones; keys are none of its business.
GRANT SELECT, UPDATE, DELETE ON tasks TO kodus_worker;
GRANT SELECT, INSERT ON task_events TO kodus_worker;
GRANT SELECT, INSERT, UPDATE ON task_results TO kodus_worker;

-- Operators make and revoke keys (never see one again), and submit tasks of dead letters anew.
GRANT SELECT, INSERT, UPDATE ON api_keys TO kodus_operator;
GRANT SELECT, INSERT ON tasks, task_events TO kodus_operator;
