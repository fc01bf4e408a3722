-- The control plane's own tables. Moments come from the caller's clock, except lease.expires_at: leases are compared
-- between replicas, and only the database's clock is the same for all of them.

-- pending_start is a start that waits for its database.
CREATE TABLE plan (
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    newest_run uuid,
    pending_start jsonb,
    PRIMARY KEY (namespace, name)
);

CREATE TABLE plan_revision (
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    document jsonb NOT NULL,
    digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    author text NOT NULL,
    accepted_at timestamptz NOT NULL,
    PRIMARY KEY (namespace, name, revision),
    FOREIGN KEY (namespace, name) REFERENCES plan ON DELETE CASCADE
);

-- sequence and hash are those of the journal's newest entry. They serialise writers, and show when the tail was cut.
CREATE TABLE run (
    id uuid PRIMARY KEY,
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    database text COLLATE "C" NOT NULL,
    script jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    active boolean NOT NULL,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    UNIQUE (id, active),
    FOREIGN KEY (namespace, name, revision) REFERENCES plan_revision ON DELETE CASCADE
);
CREATE INDEX run_of_plan ON run (namespace, name, revision);
CREATE UNIQUE INDEX run_only_active_of_plan ON run (namespace, name) WHERE active;

ALTER TABLE plan ADD FOREIGN KEY (newest_run) REFERENCES run ON DELETE SET NULL;

-- What a run changes. The rows follow their run's activity by the foreign key, so a table is free in the same moment in
-- which its run is over, and two active runs never share one, whichever replica they were begun on.
CREATE TABLE run_table (
    run uuid NOT NULL,
    schema text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    database text COLLATE "C" NOT NULL,
    active boolean NOT NULL,
    PRIMARY KEY (run, schema, name),
    FOREIGN KEY (run, active) REFERENCES run (id, active) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE UNIQUE INDEX run_table_taken ON run_table (database, schema, name) WHERE active;

CREATE TABLE journal (
    run uuid NOT NULL REFERENCES run ON DELETE CASCADE,
    sequence bigint NOT NULL CHECK (sequence > 0),
    at timestamptz NOT NULL,
    event jsonb NOT NULL,
    previous_hash text NOT NULL CHECK (previous_hash ~ '^[0-9a-f]{64}$'),
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (run, sequence)
);

-- holder is empty once the lease has been given back; the row stays, because the fence must go on growing.
CREATE TABLE lease (
    run uuid PRIMARY KEY REFERENCES run ON DELETE CASCADE,
    holder text,
    fence bigint NOT NULL CHECK (fence > 0),
    expires_at timestamptz NOT NULL
);

CREATE TABLE progress (
    run uuid PRIMARY KEY REFERENCES run ON DELETE CASCADE,
    progress jsonb NOT NULL
);

CREATE TABLE pod_report (
    pod_uid text PRIMARY KEY,
    namespace text NOT NULL,
    pod_name text NOT NULL,
    version text NOT NULL,
    at timestamptz NOT NULL
);

-- A journal entry never changes, and goes only together with its run: by then the foreign key's cascade has removed the
-- run, so the entry's own deletion finds none.
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM run WHERE id = OLD.run) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the journal is append-only: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Entries go when their plan is deleted.';
END $$;

CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_is_never_emptied BEFORE TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();

CREATE FUNCTION active_run_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'run % is active and cannot be deleted', OLD.id
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Abort or roll back the run first.';
END $$;

CREATE TRIGGER active_run_stays BEFORE DELETE ON run
    FOR EACH ROW WHEN (OLD.active) EXECUTE FUNCTION active_run_stays();

-- Also for sessions that set session_replication_role = replica (P20).
ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_is_append_only;
ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_is_never_emptied;
ALTER TABLE run ENABLE ALWAYS TRIGGER active_run_stays;
