package dev.lockstep.benchmark;

/**
 * A table to be filled.
 *
 * @param padding bytes beside the ones that every row has, about 60
 * @param indexes beside the primary key's, on columns that are not written
 * @param trigger whether a trigger keeps the new column equal
 */
record TableShape(int rows, int padding, int fillfactor, int indexes, boolean trigger) {
    /** Makes the table and the rows anew, as they are after a vacuum. */
    void create(Sql sql) {
        sql.run("DROP TABLE IF EXISTS users CASCADE");
        sql.run("DROP FUNCTION IF EXISTS sync_users CASCADE");
        sql.run("CREATE TABLE users (id bigint, a int, b int, c int, d int, touched int NOT NULL DEFAULT 0, name text,"
                + " padding text, full_name text) WITH (fillfactor = " + fillfactor + ", autovacuum_enabled = off)");
        sql.run("INSERT INTO users (id, a, b, c, d, name, padding) SELECT n, n % 1000, n % 77, n / 3, n % 5,"
                + " 'user ' || n, repeat('x', " + padding + ") FROM generate_series(1, " + rows + ") AS n");
        sql.run("ALTER TABLE users ADD PRIMARY KEY (id)");
        String[] columns = {"a", "b", "c", "d"};
        for (int index = 0; index < indexes; index++) {
            sql.run("CREATE INDEX users_" + columns[index] + " ON users (" + columns[index] + ")");
        }
        if (trigger) {
            sql.run("CREATE FUNCTION sync_users() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$BEGIN NEW.full_name := NEW.name; RETURN NEW; END$$");
            sql.run("CREATE TRIGGER sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW"
                    + " WHEN (NEW.full_name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION sync_users()");
            sql.run("ALTER TABLE users ENABLE ALWAYS TRIGGER sync");
        }
        sql.run("VACUUM (ANALYZE, FREEZE) users");
        sql.run("CHECKPOINT");
    }

    @Override
    public String toString() {
        return "%,d rows, about %d bytes, fillfactor %d, %d indexes%s"
                .formatted(rows, padding + 100, fillfactor, indexes + 1, trigger ? ", sync trigger" : "");
    }
}
