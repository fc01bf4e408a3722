package dev.lockstep.target;

import dev.lockstep.change.Departure;
import dev.lockstep.lint.Statements;
import dev.lockstep.lint.Subject;
import dev.lockstep.lint.Usage;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Reads from the server's own statistics what has used a table or a column. Statements are parsed; a first, coarse choice by
 * the table's name only spares the parser those that cannot mention it. What runs inside functions is not among them, as
 * pg_stat_statements counts the statement that calls the function.
 */
final class UseReader {
    private static final String LOADED_LATER = "55000";

    private final Connection connection;

    UseReader(Connection connection) {
        this.connection = connection;
    }

    /** What was read. */
    sealed interface Uses {
        /**
         * The counters as they stand. One of them is of what the server has forgotten, see {@link Counter#isForgotten}.
         *
         * @param at by the server's clock
         * @param since when they began at zero
         */
        record Counted(List<Counter> counters, Instant at, Instant since) implements Uses {}

        /**
         * There are none.
         *
         * @param reason as a sentence
         * @param remedy as a sentence
         */
        record Silent(String reason, String remedy) implements Uses {}
    }

    /**
     * How often something has happened.
     *
     * @param key for the ledger
     * @param how as a sentence about the statement
     */
    record Counter(String key, String statement, String who, String how, long times) {
        private static final String FORGOTTEN = "forgotten";

        /** Whether it is about statements that the server knows no more, so that nobody can tell what they used. */
        boolean isForgotten() {
            return key.equals(FORGOTTEN);
        }
    }

    Uses read(Departure what) throws SQLException {
        Optional<String> schema = new Query(connection, """
                        SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                        WHERE e.extname = 'pg_stat_statements'""").first(row -> row.getString(1));
        if (schema.isEmpty()) {
            return new Uses.Silent(
                    "The extension pg_stat_statements is not installed in this database, so the server does not know"
                            + " which statements have run.",
                    "Add pg_stat_statements to shared_preload_libraries, restart the server, and run CREATE EXTENSION"
                            + " pg_stat_statements in this database.");
        }
        Optional<Uses> hindered = hindered();
        if (hindered.isPresent()) {
            return hindered.get();
        }
        try {
            List<Counter> counters = new ArrayList<>(statements(what, schema.get()));
            counters.addAll(what.rows() ? accesses(what.table()) : List.of());
            if (!tellsWhatItForgets(schema.get())) {
                return new Uses.Silent(
                        "The extension pg_stat_statements is of a version before 1.9, which does not say whether it has"
                                + " forgotten statements.",
                        "ALTER EXTENSION pg_stat_statements UPDATE.");
            }
            counters.add(forgotten(schema.get()));
            return new Uses.Counted(counters, now(), reset(schema.get()));
        } catch (SQLException e) {
            if (!SqlFailure.state(e).equals(LOADED_LATER)) {
                throw e;
            }
            return new Uses.Silent(
                    "The extension pg_stat_statements is installed, but the server has not loaded it.",
                    "Add pg_stat_statements to shared_preload_libraries and restart the server.");
        }
    }

    private Optional<Uses> hindered() throws SQLException {
        record Right(boolean reads, String role, boolean tracks) {}
        Right right = new Query(connection, """
                        SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS reads, current_user AS role,
                               coalesce(current_setting('pg_stat_statements.track', true), '') <> 'none' AS tracks""")
                .one(row -> new Right(row.getBoolean("reads"), row.getString("role"), row.getBoolean("tracks")));
        if (!right.reads()) {
            return Optional.of(new Uses.Silent(
                    "Lockstep's role " + right.role() + " may not read what other roles have sent to the server.",
                    "GRANT pg_read_all_stats TO " + new Identifier(right.role()).sql() + "."));
        }
        return right.tracks()
                ? Optional.empty()
                : Optional.of(new Uses.Silent(
                        "The server is told not to count statements (pg_stat_statements.track = none).",
                        "Set pg_stat_statements.track to top or all and reload the configuration."));
    }

    private List<Counter> statements(Departure what, String schema) throws SQLException {
        record Row(long id, Optional<String> text, long calls, String who) {}
        // Inside quotes a quote is written twice.
        String name = what.table().name().value().replace("\"", "\"\"");
        List<Row> rows = new Query(connection, """
                        SELECT queryid, query, sum(calls)::bigint AS calls,
                               string_agg(DISTINCT pg_get_userbyid(userid), ', ') AS who
                        FROM %s.pg_stat_statements
                        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                          AND (query IS NULL OR strpos(lower(query), lower(?)) > 0 OR query ~* 'u&"')
                        GROUP BY queryid, query ORDER BY 3 DESC""".formatted(schema))
                .list(
                        row -> new Row(
                                row.getLong("queryid"),
                                Query.text(row, "query"),
                                row.getLong("calls"),
                                row.getString("who")),
                        name);
        Subject subject = subject(what);
        List<Counter> counters = new ArrayList<>();
        for (Row row : rows) {
            Usage usage = row.text()
                    .map(text -> Statements.usage(text, subject))
                    .orElseGet(() -> new Usage.Unreadable("the server has lost its text"));
            String shown = Attempt.cut(row.text().orElse("(text lost)"));
            how(usage)
                    .ifPresent(how ->
                            counters.add(new Counter("statement " + row.id(), shown, row.who(), how, row.calls())));
        }
        return counters;
    }

    private static Optional<String> how(Usage usage) {
        return switch (usage) {
            case Usage.Mentions(String how) -> Optional.of("It " + how + ".");
            case Usage.Unreadable(String reason) ->
                Optional.of("It could not be read (" + reason + "), so it may use it.");
            case Usage.DoesNot _ -> Optional.empty();
        };
    }

    private Subject subject(Departure what) throws SQLException {
        if (what.column().isEmpty()) {
            return new Subject(what.table(), Optional.empty(), java.util.Set.of());
        }
        List<TableName> others = new Query(connection, """
                        SELECT n.nspname, c.relname FROM pg_attribute a
                        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE a.attname = ? AND a.attnum > 0 AND NOT a.attisdropped
                          AND c.relkind IN ('r', 'p', 'v', 'm', 'f')""")
                .list(
                        row -> new TableName(new Identifier(row.getString(1)), new Identifier(row.getString(2))),
                        what.column().get().value());
        others.remove(what.table());
        return new Subject(what.table(), what.column(), new HashSet<>(others));
    }

    /** Whatever touched the table's rows, functions included; maintenance does not count. */
    private List<Counter> accesses(TableName table) throws SQLException {
        return new Query(connection, """
                        WITH named AS (SELECT to_regclass(?)::oid AS oid)
                        SELECT coalesce(sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)), 0)::bigint AS reads,
                               coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint AS writes
                        FROM pg_stat_user_tables s, named
                        WHERE s.relid = named.oid
                           OR s.relid IN (SELECT relid FROM pg_partition_tree(named.oid::regclass))""")
                .one(
                        row -> List.of(
                                new Counter(
                                        "reads",
                                        "scans of " + table,
                                        "somebody",
                                        "Something has read the table.",
                                        row.getLong("reads")),
                                new Counter(
                                        "writes",
                                        "writes to " + table,
                                        "somebody",
                                        "Something has written rows of the table.",
                                        row.getLong("writes"))),
                        table.sql());
    }

    private Instant now() throws SQLException {
        return new Query(connection, "SELECT clock_timestamp()")
                .one(row -> row.getObject(1, OffsetDateTime.class).toInstant());
    }

    private boolean tellsWhatItForgets(String schema) throws SQLException {
        return new Query(connection, "SELECT to_regclass(?) IS NOT NULL")
                .one(row -> row.getBoolean(1), schema + ".pg_stat_statements_info");
    }

    /** The server keeps so many statements, and makes room by forgetting those that ran least often. */
    private Counter forgotten(String schema) throws SQLException {
        return new Query(
                        connection,
                        "SELECT dealloc, current_setting('pg_stat_statements.max') AS most FROM " + schema
                                + ".pg_stat_statements_info")
                .one(row -> new Counter(
                        Counter.FORGOTTEN,
                        "statements that the server has forgotten",
                        "somebody",
                        "The server keeps " + row.getString("most")
                                + " statements (pg_stat_statements.max) and has made"
                                + " room; what it forgot may have used it.",
                        row.getLong("dealloc")));
    }

    /** When counting began: the last reset. */
    private Instant reset(String schema) throws SQLException {
        return new Query(connection, "SELECT stats_reset FROM " + schema + ".pg_stat_statements_info")
                .one(row -> row.getObject(1, OffsetDateTime.class).toInstant());
    }
}
