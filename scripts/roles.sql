-- Roles: run once as a superuser, in the database of the service, before the first `kodus-ast migrate`.
-- Then set a password for each (\password kodus_api), or use certificates.
SET lock_timeout = '5s';
SET statement_timeout = '60s';

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['kodus_migrator', 'kodus_api', 'kodus_worker', 'kodus_operator'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', role_name);
        END IF;
    END LOOP;
END
$$;

-- Only the migrator may change the schema.
REVOKE ALL ON SCHEMA public FROM public;
GRANT USAGE, CREATE ON SCHEMA public TO kodus_migrator;
GRANT USAGE ON SCHEMA public TO kodus_api, kodus_worker, kodus_operator;
