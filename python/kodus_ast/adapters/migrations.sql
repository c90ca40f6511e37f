-- What is known of applied migrations.

-- name: lock_migrations
SELECT pg_advisory_lock(hashtextextended('kodus-ast migrations', 0));

-- name: unlock_migrations
SELECT pg_advisory_unlock(hashtextextended('kodus-ast migrations', 0));

-- name: create_table_of_migrations
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: has_table_of_migrations
SELECT to_regclass('schema_migrations') IS NOT NULL;

-- name: list_migrations
SELECT name, checksum FROM schema_migrations ORDER BY name;

-- name: record_migration
INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2);
