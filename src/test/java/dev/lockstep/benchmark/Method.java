package dev.lockstep.benchmark;

import java.util.List;
import java.util.UUID;

/** A way to fill {@code full_name} from {@code name} in every row of {@code users}. */
sealed interface Method {
    /** For the command line. */
    String id();

    /** For the report, in Markdown. */
    String label();

    /** Whether a trigger keeps the column equal meanwhile. */
    boolean trigger();

    /** Adds the column, and the trigger; gives what is to be measured. */
    Runnable prepare(String url);

    BareUpdate BARE = new BareUpdate();
    Lockstep FULL = new Lockstep("full", "**Lockstep, full**", Pace.FULL, false);
    Lockstep GOVERNED = new Lockstep("governed", "**Lockstep, governed** (the default)", "", false);
    Lockstep GENTLE = new Lockstep("gentle", "**Lockstep, gentle**", Pace.GENTLE, false);
    Lockstep SYNCHRONOUS = new Lockstep(
            "synchronous", "Lockstep, full, synchronous commit", Pace.FULL + ", commit: Synchronous", false);
    Lockstep WITH_TRIGGER = new Lockstep("full-trigger", "**Lockstep, full**, sync trigger on", Pace.FULL, true);
    TouchTheKey PEER = new TouchTheKey(1_000);

    /** All of them, the one that others are compared with first. */
    static List<Method> all() {
        return List.of(
                BARE, new Keyset(1_000), new Keyset(10_000), FULL, GOVERNED, GENTLE, SYNCHRONOUS, PEER, WITH_TRIGGER);
    }

    /** What a plan says under {@code backfill} for each speed. */
    final class Pace {
        static final String FULL = "speed: Full";
        static final String GENTLE = "speed: Gentle";

        private Pace() {}
    }

    /** One statement for all rows. */
    record BareUpdate() implements Method {
        @Override
        public String id() {
            return "bare";
        }

        @Override
        public String label() {
            return "one `UPDATE` of everything";
        }

        @Override
        public boolean trigger() {
            return false;
        }

        @Override
        public Runnable prepare(String url) {
            return statements(url, sql -> sql.run("UPDATE users SET full_name = name"));
        }
    }

    /** By primary key, some rows at a time, each batch a transaction. */
    record Keyset(int size) implements Method {
        @Override
        public String id() {
            return "keyset-" + size;
        }

        @Override
        public String label() {
            return "keyset by key, %,d rows".formatted(size);
        }

        @Override
        public boolean trigger() {
            return false;
        }

        @Override
        public Runnable prepare(String url) {
            return statements(url, sql -> {
                long last = sql.number("SELECT max(id) FROM users");
                for (long from = 0; from < last; from += size) {
                    sql.run("UPDATE users SET full_name = name WHERE id > " + from + " AND id <= " + (from + size));
                }
            });
        }
    }

    /** By primary key, touching the key so that a trigger computes the value. */
    record TouchTheKey(int size) implements Method {
        @Override
        public String id() {
            return "touch";
        }

        @Override
        public String label() {
            return "peers' shape: keyset of %,d, touch the key, a trigger computes".formatted(size);
        }

        @Override
        public boolean trigger() {
            return true;
        }

        @Override
        public Runnable prepare(String url) {
            Runnable fill = statements(url, sql -> {
                long last = sql.number("SELECT max(id) FROM users");
                for (long from = 0; from < last; from += size) {
                    sql.run(
                            "WITH batch AS (SELECT id FROM users WHERE id > " + from + " ORDER BY id LIMIT " + size
                                    + " FOR NO KEY UPDATE) UPDATE users SET id = users.id FROM batch WHERE users.id = batch.id");
                }
            });
            try (Sql sql = Sql.open(url)) {
                sql.run("CREATE FUNCTION compute() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$BEGIN NEW.full_name := NEW.name; RETURN NEW; END$$");
                sql.run(
                        "CREATE TRIGGER compute BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION compute()");
            }
            return fill;
        }
    }

    /**
     * What a plan does.
     *
     * @param backfill what the plan says about it; empty for nothing
     */
    record Lockstep(String id, String label, String backfill, boolean trigger) implements Method {
        /** The plan, but for its database. */
        String spec() {
            String change = trigger
                    ? "changes: [{renameColumn: {table: users, from: name, to: full_name}}]"
                    : "sync: Application\n"
                            + "changes: [{addColumn: {table: users, column: full_name, type: text, fill: name}}]";
            return backfill.isEmpty() ? change : change + "\nbackfill: {" + backfill + "}";
        }

        @Override
        public Runnable prepare(String url) {
            PlannedFill fill = PlannedFill.of(url, spec(), UUID.randomUUID());
            fill.prepare();
            return () -> fill.fill(1);
        }
    }

    /** What somebody types who has no tool. */
    interface Statements {
        void run(Sql sql);
    }

    private static Runnable statements(String url, Statements work) {
        try (Sql sql = Sql.open(url)) {
            sql.run("ALTER TABLE users ADD COLUMN full_name text");
        }
        return () -> {
            try (Sql sql = Sql.open(url)) {
                work.run(sql);
            }
        };
    }
}
