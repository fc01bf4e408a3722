package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Builds and drops indexes concurrently, whatever an earlier attempt or another session has left (P10). */
final class IndexStep {
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Duration RETRY_AFTER_DEADLINE = Duration.ofSeconds(30);

    private final Attempt attempt;
    private final TableName table;
    private final Identifier index;
    private final Stopwatch since = Stopwatch.started();

    IndexStep(Attempt attempt, TableName table, Identifier index) {
        this.attempt = attempt;
        this.table = table;
        this.index = index;
    }

    /** What there is under the index's name. */
    sealed interface Found {
        record Absent() implements Found {}

        /** Something else has the name. */
        record Taken(String by) implements Found {}

        /** Somebody is at work on it, or on the table in a way that a build would wait for. */
        record Building(List<LockHolder> builders) implements Found {}

        /** The debris of a build that failed. */
        record Invalid() implements Found {}

        record Valid() implements Found {}
    }

    StepOutcome build(Connection connection, ShortTransaction ledger, Action.BuildIndex action) throws SQLException {
        while (true) {
            Optional<StepOutcome> ended = switch (look(connection)) {
                case Found.Absent _ -> create(connection, action.statement());
                case Found.Taken(String by) -> Optional.of(taken(by));
                case Found.Building(var builders) -> await(builders);
                case Found.Invalid _ -> {
                    attempt.note("There was an unfinished index " + index
                            + ": a build that fails, is cancelled or loses its session leaves one. No query can use it, and"
                            + " every write has to keep it up. It was dropped, and is built anew.");
                    yield drop(connection);
                }
                case Found.Valid _ ->
                    Optional.of(
                            new IndexDefinition(connection, table, index).isBuiltBy(action.statement())
                                    ? ledger.finish(0)
                                    : differs());
            };
            if (ended.isPresent()) {
                return ended.get();
            }
            if (attempt.stopRequested()) {
                return new StepOutcome.Interrupted();
            }
        }
    }

    StepOutcome drop(Connection connection, ShortTransaction ledger) throws SQLException {
        while (true) {
            Optional<StepOutcome> ended = switch (look(connection)) {
                case Found.Absent _ -> Optional.of(ledger.finish(0));
                case Found.Taken(String by) -> Optional.of(taken(by));
                case Found.Building(var builders) -> await(builders);
                case Found.Invalid _, Found.Valid _ -> drop(connection);
            };
            if (ended.isPresent()) {
                return ended.get();
            }
            if (attempt.stopRequested()) {
                return new StepOutcome.Interrupted();
            }
        }
    }

    Found look(Connection connection) throws SQLException {
        record Row(String kind, String on, boolean ours, boolean valid) {}
        Optional<Row> row = new Query(connection, """
                        SELECT c.relkind, coalesce(i.indrelid::regclass::text, '') AS on_table,
                               coalesce(i.indrelid = to_regclass(?), false) AS ours,
                               coalesce(i.indisvalid AND i.indisready AND i.indislive, false) AS valid
                        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        LEFT JOIN pg_index i ON i.indexrelid = c.oid
                        WHERE n.nspname = ? AND c.relname = ?""")
                .first(
                        r -> new Row(
                                r.getString("relkind"),
                                r.getString("on_table"),
                                r.getBoolean("ours"),
                                r.getBoolean("valid")),
                        table.sql(),
                        table.schema().value(),
                        index.value());
        if (row.isEmpty()) {
            return new Found.Absent();
        }
        if (!row.get().ours()) {
            return new Found.Taken(
                    row.get().on().isEmpty()
                            ? "another relation"
                            : "an index on " + row.get().on());
        }
        if (row.get().valid()) {
            return new Found.Valid();
        }
        List<LockHolder> builders = unyielding(connection);
        return builders.isEmpty() ? new Found.Invalid() : new Found.Building(builders);
    }

    /** An autovacuum yields to whoever drops the debris. */
    List<LockHolder> unyielding(Connection connection) throws SQLException {
        return builders(connection).stream().filter(holder -> !holder.yields()).toList();
    }

    /**
     * Who builds on this table. Without pg_read_all_stats the progress view shows nothing of other roles; but whoever builds
     * holds SHARE UPDATE EXCLUSIVE on the table, and to drop debris we would have to wait for that anyway.
     */
    private List<LockHolder> builders(Connection connection) throws SQLException {
        return new Query(connection, "SELECT " + LockHolder.COLUMNS + """
                        FROM (
                          SELECT pid FROM pg_stat_progress_create_index
                          WHERE relid = to_regclass(?) AND datname = current_database()
                          UNION
                          SELECT pid FROM pg_locks WHERE relation = to_regclass(?)
                            AND mode = 'ShareUpdateExclusiveLock' AND granted
                            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS b
                        LEFT JOIN pg_stat_activity a ON a.pid = b.pid
                        LEFT JOIN pg_prepared_xacts p ON false
                        WHERE b.pid <> pg_backend_pid() ORDER BY 1""")
                .list(
                        row -> LockHolder.read(row, "an index build, or other upkeep of " + table + ", running"),
                        table.sql(),
                        table.sql());
    }

    Optional<StepOutcome> await(List<LockHolder> builders) {
        return again(attempt.heldUpBy(builders, Blocker.Code.LOCK_NOT_ACQUIRED));
    }

    /** Another look after a rest, unless the deadline has passed. */
    private Optional<StepOutcome> again(List<Blocker> blockers) {
        attempt.waitingFor(blockers);
        if (since.elapsed().toSeconds() >= attempt.order().locks().deadlineSeconds()) {
            return Optional.of(new StepOutcome.Blocked(blockers, RETRY_AFTER_DEADLINE));
        }
        return attempt.rest(LOOK_EVERY) ? Optional.empty() : Optional.of(new StepOutcome.Interrupted());
    }

    private Optional<StepOutcome> create(Connection connection, String statement) throws SQLException {
        try {
            return execute(connection, statement, new IndexBuildProgress(attempt));
        } catch (SQLException e) {
            if (SqlFailure.of(e) == SqlFailure.STATEMENT && look(connection) instanceof Found.Invalid) {
                // An invalid unique index would go on refusing rows, and every one goes on costing writes.
                drop(connection);
            }
            return afterFailure(e, statement);
        }
    }

    private Optional<StepOutcome> drop(Connection connection) throws SQLException {
        return drop(connection, index);
    }

    Optional<StepOutcome> drop(Connection connection, Identifier which) throws SQLException {
        String statement = "DROP INDEX CONCURRENTLY IF EXISTS " + new TableName(table.schema(), which).sql();
        try {
            return execute(connection, statement, StatementWatch.Eye.NONE);
        } catch (SQLException e) {
            return afterFailure(e, statement);
        }
    }

    Optional<StepOutcome> afterFailure(SQLException e, String statement) throws SQLException {
        return switch (SqlFailure.of(e)) {
            // A deadlock with another session's build or DDL. What it left is dropped in the next round.
            case CONTENDED -> again(List.of(LockWait.contention(SqlFailure.words(e))));
            case STATEMENT -> Optional.of(attempt.failed(e, statement));
            case UNREACHABLE, CANCELLED -> throw e;
        };
    }

    /**
     * CONCURRENTLY queues only under SHARE UPDATE EXCLUSIVE, which no reader or writer queues behind, so it may wait; but not
     * for longer than the deadline for the same others.
     */
    Optional<StepOutcome> execute(Connection connection, String sql, StatementWatch.Eye eye) throws SQLException {
        try (Statement statement = Query.plain(connection)) {
            return StandaloneStep.ended(
                    attempt,
                    StatementWatch.run(
                            attempt,
                            Optional.of(
                                    Duration.ofSeconds(attempt.order().locks().deadlineSeconds())),
                            eye,
                            statement,
                            () -> statement.execute(sql)));
        }
    }

    StepOutcome taken(String by) {
        return new StepOutcome.Failed(
                ErrorCode.SQL_FAILED,
                "The name " + index + " in schema " + table.schema() + " belongs to " + by + ", not to an index on "
                        + table + ".",
                "Rename that, or choose another name for the index in the plan.");
    }

    private StepOutcome differs() {
        return new StepOutcome.Failed(
                ErrorCode.SQL_FAILED,
                "There is a finished index " + index + " on " + table
                        + " already, and it is not the one that the plan wants.",
                "Drop or rename that index if nobody needs it, then retry.");
    }
}
