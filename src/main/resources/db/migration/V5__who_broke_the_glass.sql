-- Who let code in that the interlock would have kept out, and why. It outlives plans, as floors do.
CREATE TABLE break_glass (
    ordinal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request text NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    said_by text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    object text NOT NULL,
    said text NOT NULL,
    plan_namespace text COLLATE "C" NOT NULL,
    plan_name text COLLATE "C" NOT NULL,
    phase text NOT NULL,
    verdict text NOT NULL
);

CREATE FUNCTION break_glass_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record of broken glass is append-only: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'What was done is not undone by forgetting it.';
END $$;

CREATE TRIGGER break_glass_is_append_only BEFORE UPDATE OR DELETE ON break_glass
    FOR EACH ROW EXECUTE FUNCTION break_glass_is_append_only();
CREATE TRIGGER break_glass_is_never_emptied BEFORE TRUNCATE ON break_glass
    FOR EACH STATEMENT EXECUTE FUNCTION break_glass_is_append_only();

-- Also for sessions that set session_replication_role = replica (P20).
ALTER TABLE break_glass ENABLE ALWAYS TRIGGER break_glass_is_append_only;
ALTER TABLE break_glass ENABLE ALWAYS TRIGGER break_glass_is_never_emptied;
