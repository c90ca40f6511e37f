-- Completion events: that a task has ended, to webhooks of its organization and to an exchange of the broker. A trigger
-- writes them with the terminal event, in the same transaction, so that none is lost and none is sent for nothing.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    organization_id text NOT NULL,
    -- What may be shown: the path of a URL may hold a secret, so it is sealed, together with the signing key.
    host text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhooks_texts_are_bounded CHECK (length(organization_id) BETWEEN 1 AND 200 AND length(host) <= 300)
);
CREATE INDEX webhooks_of_an_organization ON webhooks (organization_id, created_at);

-- Where completions of all organizations go: 'broker', once a worker with an exchange for events has started.
CREATE TABLE completion_sinks (name text PRIMARY KEY);

CREATE TABLE completions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    -- NULL: to the broker.
    webhook_id uuid REFERENCES webhooks (id) ON DELETE CASCADE,
    attempts bigint NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    gave_up_at timestamptz,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX completions_to_send ON completions (due_at) WHERE gave_up_at IS NULL;
CREATE INDEX completions_of_a_task ON completions (task_id);
CREATE INDEX completions_of_a_webhook ON completions (webhook_id) WHERE webhook_id IS NOT NULL;

-- With the rights of its owner: whoever ends a task writes its completions, and needs no right on these tables.
CREATE FUNCTION write_completions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO completions (task_id, webhook_id)
    SELECT t.id, w.id FROM tasks AS t INNER JOIN webhooks AS w ON w.organization_id = t.organization_id
    WHERE t.id = NEW.task_id
    UNION ALL
    SELECT NEW.task_id, NULL FROM completion_sinks AS s WHERE s.name = 'broker';
    RETURN NULL;
END
$$;
CREATE TRIGGER task_events_write_completions
    AFTER INSERT ON task_events FOR EACH ROW
    WHEN (NEW.status IN ('COMPLETED', 'FAILED', 'CANCELLED'))
    EXECUTE FUNCTION write_completions();
