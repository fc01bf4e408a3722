package dev.lockstep.target;

import dev.lockstep.change.Action.KeepValues;
import dev.lockstep.change.Action.Kept;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Copies values that a contract is about to drop into a table of their own.
 *
 * <p>It goes by blocks, each batch a short transaction with the cursor in it, so that no snapshot grows old and no lock but
 * ACCESS SHARE is taken. Rows that the application moves meanwhile, by updating other columns, may be missed or met twice;
 * the key tells them apart, and the last statement looks over the whole table once, by one snapshot, and adds what is
 * missing. Nothing writes the values themselves any more, so what was copied once stays right. A whole table that is hidden
 * is not written at all, so that it needs no key; there the numbers of rows are compared.
 */
final class BackupStep {
    private static final long FIRST_BLOCKS = 64;
    private static final long MOST_BLOCKS = 4096;
    private static final String NEXT = "next";
    private static final String END = "end";

    private final Attempt attempt;
    private final String label;
    private final TableName copy;

    BackupStep(Attempt attempt, String label) {
        this.attempt = attempt;
        this.label = label;
        // With the run in it: the next plan that drops a column of this name gets a copy of its own.
        this.copy = Backups.table(label, attempt.order().run());
    }

    StepOutcome keep(Connection connection, KeepValues action) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        Ledger.Entry entry = ledger.enter();
        Optional<StepOutcome> ended = attempt.ended(entry);
        if (ended.isPresent()) {
            return ended.get();
        }
        try (Statement statement = Query.plain(connection)) {
            // Where a policy would hide rows the server now says so instead of passing over them (P28).
            statement.execute("SET row_security = off");
        }
        Map<String, Long> cursor = entry instanceof Ledger.Entry.Open(var kept, var _) ? kept.numbers() : Map.of();
        try {
            if (!cursor.containsKey(END)) {
                cursor = Map.of(NEXT, 0L, END, blocks(connection, action.table()));
                if (!begun(connection, ledger, action, cursor)) {
                    return new StepOutcome.FencedOut();
                }
            }
            Optional<StepOutcome> broken = copied(connection, ledger, action, cursor);
            return broken.isPresent() ? broken.get() : finished(connection, action);
        } catch (SQLException e) {
            Optional<StepOutcome> hidden = attempt.rowsHidden(e, action.table());
            return hidden.isPresent() ? hidden.get() : attempt.statementFailed(e, "the copy of " + label);
        }
    }

    StepOutcome forget(Connection connection) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        Optional<StepOutcome> ended = attempt.ended(ledger.enter());
        if (ended.isPresent()) {
            return ended.get();
        }
        boolean ours = ledger.claimed(() -> Backups.drop(connection, copy));
        return ours ? ledger.finish(0) : new StepOutcome.FencedOut();
    }

    /** The table, who may read it, and its entry; with the cursor that says they are there. */
    private boolean begun(Connection connection, ShortTransaction ledger, KeepValues action, Map<String, Long> cursor)
            throws SQLException {
        return ledger.claimed(() -> {
            Backups.prepare(connection);
            try (Statement statement = Query.plain(connection)) {
                statement.execute(
                        "CREATE TABLE IF NOT EXISTS " + copy.sql() + " AS " + select(action) + " WITH NO DATA");
                statement.execute("REVOKE ALL ON " + copy.sql() + " FROM PUBLIC");
                if (!action.key().isEmpty()) {
                    statement.execute("ALTER TABLE " + copy.sql() + " ADD PRIMARY KEY (" + names(action.key()) + ")");
                }
            }
            Backups.enter(connection, copy, label, attempt.order().run());
            Ledger.advance(connection, attempt.order(), Cursor.of(cursor), 0);
        });
    }

    private Optional<StepOutcome> copied(
            Connection connection, ShortTransaction ledger, KeepValues action, Map<String, Long> cursor)
            throws SQLException {
        long end = cursor.getOrDefault(END, 0L);
        long next = cursor.getOrDefault(NEXT, 0L);
        long blocks = FIRST_BLOCKS;
        Duration wanted = Duration.ofMillis(attempt.order().pace().batchMilliseconds());
        while (next < end) {
            Stopwatch running = Stopwatch.started();
            long from = next;
            long to = Math.min(end, from + blocks);
            boolean ours = ledger.claimed(() -> {
                new Query(
                                connection,
                                insert(action) + " WHERE ctid >= ?::text::tid AND ctid < ?::text::tid"
                                        + onlyOnce(action))
                        .update("(" + from + ",0)", "(" + to + ",0)");
                Ledger.advance(connection, attempt.order(), Cursor.of(Map.of(NEXT, to, END, end)), 0);
            });
            if (!ours) {
                return Optional.of(new StepOutcome.FencedOut());
            }
            next = to;
            Duration took = running.elapsed();
            blocks = took.compareTo(wanted) < 0 ? Math.min(MOST_BLOCKS, blocks * 2) : Math.max(1, blocks / 2);
            int percent = attempt.order().pace().restPercent();
            if (!attempt.rest(took.multipliedBy(percent).dividedBy(100 - percent))) {
                return Optional.of(new StepOutcome.Interrupted());
            }
        }
        return Optional.empty();
    }

    /** One look over everything, what it found missing, and the entry that says the copy is whole; all or nothing. */
    private StepOutcome finished(Connection connection, KeepValues action) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = Query.plain(connection)) {
            if (!Ledger.claim(connection, attempt.order())) {
                return new StepOutcome.FencedOut();
            }
            if (!action.key().isEmpty()
                    && StatementWatch.run(
                                    attempt, Optional.empty(), statement, () -> statement.execute(missing(action)))
                            instanceof StatementWatch.Ended.Stopped) {
                return new StepOutcome.Interrupted();
            }
            long rows = count(connection, copy);
            if (action.key().isEmpty() && rows != count(connection, action.table())) {
                return new StepOutcome.Failed(
                        ErrorCode.VERIFICATION_FAILED,
                        "The copy of " + label + ", " + copy + ", has " + rows
                                + " rows, and the original another number,"
                                + " although nothing should write it any more. Nothing was dropped.",
                        "Find out what writes " + action.table() + ", then roll back and start again.");
            }
            Backups.complete(connection, copy, rows, action.keepSeconds());
            Ledger.finish(connection, attempt.order(), rows);
            connection.commit();
            attempt.note(rows + " rows of " + label + " are kept in " + copy + "; lockstep.backup says until when.");
            return attempt.completed(rows);
        } finally {
            ShortTransaction.end(connection);
        }
    }

    private static long count(Connection connection, TableName table) throws SQLException {
        return new Query(connection, "SELECT count(*) FROM " + table.sql()).one(row -> row.getLong(1));
    }

    /** The largest of the table and all that inherit from it: a condition on a row's place goes for each of them. */
    private static long blocks(Connection connection, TableName table) throws SQLException {
        return new Query(connection, """
                        WITH RECURSIVE tree AS (
                          SELECT ?::text::regclass::oid AS oid
                          UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree t ON t.oid = i.inhparent)
                        SELECT max(pg_relation_size(oid)) / current_setting('block_size')::bigint FROM tree""").one(row -> row.getLong(1), table.sql());
    }

    private static String select(KeepValues action) {
        String columns = Stream.concat(
                        action.key().stream().map(Identifier::sql),
                        action.columns().stream()
                                .map(column -> column.now().sql() + " AS "
                                        + column.as().sql()))
                .collect(Collectors.joining(", "));
        return "SELECT " + columns + " FROM " + action.table().sql() + " AS t";
    }

    private String insert(KeepValues action) {
        List<Identifier> all = Stream.concat(
                        action.key().stream(), action.columns().stream().map(Kept::as))
                .toList();
        return "INSERT INTO " + copy.sql() + " (" + names(all) + ") " + select(action);
    }

    private static String onlyOnce(KeepValues action) {
        return action.key().isEmpty() ? "" : " ON CONFLICT DO NOTHING";
    }

    private String missing(KeepValues action) {
        String same = action.key().stream()
                .map(column -> "b." + column.sql() + " = t." + column.sql())
                .collect(Collectors.joining(" AND "));
        return insert(action) + " WHERE NOT EXISTS (SELECT FROM " + copy.sql() + " AS b WHERE " + same + ")"
                + onlyOnce(action);
    }

    private static String names(List<Identifier> columns) {
        return columns.stream().map(Identifier::sql).collect(Collectors.joining(", "));
    }
}
