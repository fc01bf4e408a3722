-- Which code versions a database's schema still bears, run by run: the newest row of a run is what it holds, and an empty
-- list is nothing. A floor is a fact about the schema. It outlives its plan, so nothing here refers to plans or runs.
-- said_by and comment are there when a person let it fall.
CREATE TABLE floor (
    ordinal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    database text COLLATE "C" NOT NULL,
    run uuid NOT NULL,
    floors jsonb NOT NULL,
    at timestamptz NOT NULL,
    said_by text,
    comment text
);
CREATE INDEX floor_of_run ON floor (database, run, ordinal);

CREATE FUNCTION floor_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the floors are append-only: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation',
            HINT = 'POST /api/v1/databases/{name}/floors/{run}/lift lets one fall, and keeps who said so.';
END $$;

CREATE TRIGGER floor_is_append_only BEFORE UPDATE OR DELETE ON floor
    FOR EACH ROW EXECUTE FUNCTION floor_is_append_only();
CREATE TRIGGER floor_is_never_emptied BEFORE TRUNCATE ON floor
    FOR EACH STATEMENT EXECUTE FUNCTION floor_is_append_only();

-- Also for sessions that set session_replication_role = replica (P20).
ALTER TABLE floor ENABLE ALWAYS TRIGGER floor_is_append_only;
ALTER TABLE floor ENABLE ALWAYS TRIGGER floor_is_never_emptied;
