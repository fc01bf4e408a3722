package dev.lockstep.benchmark;

import java.util.List;

/**
 * A table to be filled.
 *
 * @param width of its rows
 * @param indexes beside the primary key's, on columns that are not written: 0 to 5
 */
record TableShape(int rows, Width width, int fillfactor, int indexes) {
    private static final List<String> INDEXED = List.of("b", "a", "c", "name", "c, a");

    TableShape {
        if (rows < 1 || fillfactor < 10 || fillfactor > 100 || indexes < 0 || indexes > INDEXED.size()) {
            throw new IllegalArgumentException("no table of " + rows + " rows, fillfactor " + fillfactor
                    + " (10 to 100), " + indexes + " indexes (0 to " + INDEXED.size() + ")");
        }
    }

    /** How long a row is, its header included. */
    enum Width {
        NARROW("narrow", 60, "NULL"),
        WIDE("wide", 170, "repeat('x', 109)");

        private final String label;
        private final int bytes;
        private final String note;

        Width(String label, int bytes, String note) {
            this.label = label;
            this.bytes = bytes;
            this.note = note;
        }

        String label() {
            return label;
        }
    }

    /** The name of the database that is kept as the pattern for this shape. */
    String pattern() {
        return "pattern_%d_%s_%d_%d".formatted(rows, width.label, fillfactor, indexes);
    }

    /** Makes the table and the rows, as they are after a vacuum. Column {@code b} is in no order, as names and keys are. */
    void create(Sql sql) {
        sql.run(
                "CREATE TABLE users (id bigint, a int, b int, c int, touched int NOT NULL DEFAULT 0, name text, note text)"
                        + " WITH (fillfactor = " + fillfactor + ")");
        sql.run("INSERT INTO users (id, a, b, c, name, note) SELECT n, n / 10, hashint8(n), n % 77, 'user ' || n, "
                + width.note + " FROM generate_series(1, " + rows + ") AS n");
        sql.run("ALTER TABLE users ADD PRIMARY KEY (id)");
        INDEXED.stream().limit(indexes).forEach(columns -> sql.run("CREATE INDEX ON users (" + columns + ")"));
        sql.run("VACUUM (ANALYZE, FREEZE) users");
    }

    @Override
    public String toString() {
        return "%,d rows of about %d bytes, fillfactor %d, %s beside the primary key's"
                .formatted(rows, width.bytes, fillfactor, indexes == 1 ? "1 index" : indexes + " indexes");
    }
}
