package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.lifecycle.Position.Direction;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The record, inside the target, of what was done to it, written in the transactions that do it; and the fence that keeps a
 * replica out that has been replaced (P40, G48). All methods but {@link #prepare} work in the caller's transaction.
 */
final class Ledger {
    private static final int FORMAT = 1;

    /** Any number that no other program uses for an advisory lock: "lockstep" in ASCII. */
    static final long CREATION_LOCK = 0x6c6f636b73746570L;

    private Ledger() {}

    /** How a step stands when it is entered. */
    sealed interface Entry {
        /** It is to be done, from the beginning or from where an earlier attempt got. */
        record Open(Cursor cursor, long rows) implements Entry {}

        /** It was done by an earlier attempt. */
        record Done(long rows) implements Entry {}

        /** It is to be taken back, but its transaction never committed, so there is nothing to take back. */
        record NothingToUndo() implements Entry {}

        /** An earlier attempt began something else under this name. */
        record Differs() implements Entry {}

        /**
         * Steps are missing that the journal says are done before this one: this is not the database that they were done
         * to, or not as it was then (G40).
         */
        record Behind(List<String> missing) implements Entry {
            public Behind {
                missing = List.copyOf(missing);
            }
        }

        /** The target has seen a newer fence. */
        record FencedOut() implements Entry {}
    }

    /** Whether the ledger can be used. */
    enum Readiness {
        READY,
        /** A newer Lockstep has changed it in a way that this one does not understand. */
        TOO_NEW
    }

    /** Makes the ledger where there is none; any number of replicas may do this at once. */
    static Readiness prepare(Connection connection) throws SQLException {
        if (oldestReader(connection).isEmpty()) {
            create(connection);
        }
        return oldestReader(connection).orElse(FORMAT) > FORMAT ? Readiness.TOO_NEW : Readiness.READY;
    }

    private static Optional<Integer> oldestReader(Connection connection) throws SQLException {
        boolean there = new Query(connection, "SELECT to_regclass('lockstep.format') IS NOT NULL")
                .one(row -> row.getBoolean(1));
        return there
                ? new Query(connection, "SELECT max(oldest_reader) AS oldest FROM lockstep.format HAVING count(*) > 0")
                        .first(row -> row.getInt("oldest"))
                : Optional.empty();
    }

    private static void create(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // IF NOT EXISTS alone still fails with a duplicate key when two do it at the same moment.
            statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
            statement.execute("""
                    CREATE SCHEMA IF NOT EXISTS lockstep;
                    CREATE TABLE IF NOT EXISTS lockstep.format (
                      version int PRIMARY KEY, oldest_reader int NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
                    CREATE TABLE IF NOT EXISTS lockstep.fence (run uuid PRIMARY KEY, token bigint NOT NULL);
                    CREATE TABLE IF NOT EXISTS lockstep.ledger (
                      run uuid NOT NULL,
                      step text NOT NULL,
                      direction text NOT NULL CHECK (direction IN ('FORWARD', 'BACKWARD')),
                      ordinal int NOT NULL,
                      attempt int NOT NULL,
                      fence bigint NOT NULL,
                      state text NOT NULL CHECK (state IN ('Running', 'Done', 'Undone')),
                      cursor jsonb NOT NULL DEFAULT '{}',
                      rows bigint NOT NULL DEFAULT 0,
                      checksum text NOT NULL,
                      started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                      updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                      finished_at timestamptz,
                      PRIMARY KEY (run, step, direction));
                    COMMENT ON SCHEMA lockstep IS
                      'What Lockstep has done to this database. Do not edit while a plan runs.';
                    """);
            statement.execute("INSERT INTO lockstep.format (version, oldest_reader) VALUES (" + FORMAT + ", " + FORMAT
                    + ") ON CONFLICT DO NOTHING");
            connection.commit();
        } catch (SQLException e) {
            if (!SqlFailure.connectionLost(e)) {
                connection.rollback();
            }
            throw e;
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
            }
        }
    }

    /** Claims the fence, and enters the step unless it is done. Nothing else of a step may come before this. */
    static Entry enter(Connection connection, StepOrder order) throws SQLException {
        if (!claim(connection, order)) {
            return new Entry.FencedOut();
        }
        List<String> missing = missing(connection, order);
        if (!missing.isEmpty()) {
            return new Entry.Behind(missing);
        }
        record Row(String state, String checksum, long rows) {}
        String checksum = Checksum.of(order.action());
        Optional<Row> row = new Query(connection, """
                        SELECT state, checksum, rows FROM lockstep.ledger
                        WHERE run = ? AND step = ? AND direction = ?""")
                .first(
                        r -> new Row(r.getString("state"), r.getString("checksum"), r.getLong("rows")),
                        order.run().value(),
                        order.step().name(),
                        order.direction().name());
        boolean begun = row.isPresent() && !row.get().state().equals("Undone");
        if (begun && !row.get().checksum().equals(checksum)) {
            return new Entry.Differs();
        }
        if (begun && row.get().state().equals("Done")) {
            return new Entry.Done(row.get().rows());
        }
        if (neverCommitted(connection, order)) {
            return new Entry.NothingToUndo();
        }
        write(connection, order, checksum);
        undoOpposite(connection, order);
        Cursor cursor = cursor(connection, order.run(), order.step().name(), order.direction());
        return new Entry.Open(cursor, begun ? row.get().rows() : 0);
    }

    /** What is done by the journal and not by the ledger, in order. */
    private static List<String> missing(Connection connection, StepOrder order) throws SQLException {
        if (order.done().isEmpty()) {
            return List.of();
        }
        List<String> done = new Query(connection, """
                        SELECT step FROM lockstep.ledger WHERE run = ? AND direction = 'FORWARD' AND state = 'Done'""")
                .list(row -> row.getString("step"), order.run().value());
        return order.done().stream().filter(step -> !done.contains(step)).toList();
    }

    /** The steps of every run that were done and not taken back. Makes nothing, and needs no transaction. */
    static Map<RunId, Set<String>> done(Connection connection) throws SQLException {
        if (oldestReader(connection).isEmpty()) {
            return Map.of();
        }
        Map<RunId, Set<String>> done = new HashMap<>();
        new Query(connection, "SELECT run, step FROM lockstep.ledger WHERE direction = 'FORWARD' AND state = 'Done'")
                .list(row -> done.computeIfAbsent(new RunId(row.getObject("run", UUID.class)), _ -> new HashSet<>())
                        .add(row.getString("step")));
        return done;
    }

    /** The newest fence that this database has seen of a run; empty when it has seen none. Needs no transaction. */
    static Optional<Long> fence(Connection connection, RunId run) throws SQLException {
        return oldestReader(connection).isEmpty()
                ? Optional.empty()
                : new Query(connection, "SELECT token FROM lockstep.fence WHERE run = ?")
                        .first(row -> row.getLong("token"), run.value());
    }

    /**
     * Claims the fence for this transaction: true unless the target has seen a newer one. The row stays locked until the
     * transaction ends, so a newer holder cannot come in between.
     */
    static boolean claim(Connection connection, StepOrder order) throws SQLException {
        return new Query(connection, """
                        INSERT INTO lockstep.fence AS known (run, token) VALUES (?, ?)
                        ON CONFLICT (run) DO UPDATE SET token = excluded.token WHERE known.token <= excluded.token
                        RETURNING token""")
                .first(row -> row.getLong(1), order.run().value(), order.fence())
                .isPresent();
    }

    /**
     * Whether the order is to take back a transaction that is not in the ledger. It was never committed, so what looks like
     * its effect is somebody else's: a failed ADD COLUMN must not end in dropping the column that was in its way.
     */
    private static boolean neverCommitted(Connection connection, StepOrder order) throws SQLException {
        return order.direction() == Direction.BACKWARD
                && order.step().action() instanceof Action.Transactional
                && new Query(
                                connection,
                                "SELECT FROM lockstep.ledger WHERE run = ? AND step = ? AND direction = 'FORWARD'")
                        .first(_ -> true, order.run().value(), order.step().name())
                        .isEmpty();
    }

    private static void write(Connection connection, StepOrder order, String checksum) throws SQLException {
        new Query(connection, """
                        INSERT INTO lockstep.ledger AS known
                          (run, step, direction, ordinal, attempt, fence, state, checksum)
                        VALUES (?, ?, ?, ?, ?, ?, 'Running', ?)
                        ON CONFLICT (run, step, direction) DO UPDATE SET
                          ordinal = excluded.ordinal, attempt = excluded.attempt, fence = excluded.fence,
                          state = excluded.state, checksum = excluded.checksum,
                          cursor = CASE WHEN known.state = 'Undone' THEN '{}' ELSE known.cursor END,
                          rows = CASE WHEN known.state = 'Undone' THEN 0 ELSE known.rows END,
                          started_at = CASE WHEN known.state = 'Undone' THEN clock_timestamp() ELSE known.started_at END,
                          updated_at = clock_timestamp(), finished_at = NULL""")
                .update(
                        order.run().value(),
                        order.step().name(),
                        order.direction().name(),
                        order.ordinal(),
                        order.attempt(),
                        order.fence(),
                        checksum);
    }

    /**
     * Once a step is being taken back, neither it nor any later one counts as done: the later ones have been taken back
     * before, or have nothing that would take them back (a backfill) and lost their ground.
     */
    private static void undoOpposite(Connection connection, StepOrder order) throws SQLException {
        String which = order.direction() == Direction.BACKWARD
                ? "direction = 'FORWARD' AND ordinal >= ?"
                : "direction = 'BACKWARD' AND ordinal = ?";
        new Query(
                        connection,
                        "UPDATE lockstep.ledger SET state = 'Undone', updated_at = clock_timestamp() WHERE run = ? AND "
                                + which)
                .update(order.run().value(), order.ordinal());
    }

    /** The cursor that a step of a run has left; empty where there is none. Makes nothing, and needs no transaction. */
    static Cursor kept(Connection connection, RunId run, String step) throws SQLException {
        return oldestReader(connection).isEmpty() ? Cursor.NONE : cursor(connection, run, step, Direction.FORWARD);
    }

    private static Cursor cursor(Connection connection, RunId run, String step, Direction direction)
            throws SQLException {
        Map<String, String> cursor = new HashMap<>();
        new Query(connection, """
                        SELECT c.key, c.value FROM lockstep.ledger, jsonb_each_text(cursor) AS c
                        WHERE run = ? AND step = ? AND direction = ?""")
                .list(
                        row -> cursor.put(row.getString("key"), row.getString("value")),
                        run.value(),
                        step,
                        direction.name());
        return new Cursor(cursor);
    }

    /** Keeps how far the step is. The caller has claimed the fence in this transaction. */
    static void advance(Connection connection, StepOrder order, Cursor cursor, long rows) throws SQLException {
        Pairs pairs = Pairs.of(connection, cursor);
        new Query(connection, """
                        UPDATE lockstep.ledger SET cursor = jsonb_object(?::text[], ?::text[]), rows = ?,
                          updated_at = clock_timestamp()
                        WHERE run = ? AND step = ? AND direction = ?""")
                .update(
                        pairs.names(),
                        pairs.values(),
                        rows,
                        order.run().value(),
                        order.step().name(),
                        order.direction().name());
    }

    /**
     * Claims the fence, and keeps how far one of several workers is: this part of the cursor, and so many rows more. To be
     * called last in a worker's transaction, so that the workers wait for each other no longer than a commit takes.
     *
     * @return false when the target has seen a newer fence; then nothing of this transaction may be kept
     */
    static boolean claimAndAdvance(Connection connection, StepOrder order, Cursor part, long more) throws SQLException {
        Pairs pairs = Pairs.of(connection, part);
        // Shared, so that workers need not queue; a newer holder, who writes the row, waits for the commits and comes
        // next.
        return new Query(connection, """
                        WITH ours AS (SELECT run FROM lockstep.fence WHERE run = ? AND token <= ? FOR SHARE)
                        UPDATE lockstep.ledger AS l SET cursor = l.cursor || jsonb_object(?::text[], ?::text[]),
                          rows = l.rows + ?, updated_at = clock_timestamp()
                        FROM ours WHERE l.run = ours.run AND l.step = ? AND l.direction = ?""")
                        .update(
                                order.run().value(),
                                order.fence(),
                                pairs.names(),
                                pairs.values(),
                                more,
                                order.step().name(),
                                order.direction().name())
                > 0;
    }

    /** A cursor's names and values, in the same order. */
    private record Pairs(Array names, Array values) {
        static Pairs of(Connection connection, Cursor cursor) throws SQLException {
            List<Map.Entry<String, String>> entries =
                    List.copyOf(cursor.values().entrySet());
            return new Pairs(
                    connection.createArrayOf(
                            "text", entries.stream().map(Map.Entry::getKey).toArray()),
                    connection.createArrayOf(
                            "text", entries.stream().map(Map.Entry::getValue).toArray()));
        }
    }

    /** Records that the step is done. The caller has claimed the fence in this transaction. */
    static void finish(Connection connection, StepOrder order, long rows) throws SQLException {
        new Query(connection, """
                        UPDATE lockstep.ledger SET state = 'Done', rows = ?, updated_at = clock_timestamp(),
                          finished_at = clock_timestamp()
                        WHERE run = ? AND step = ? AND direction = ?""")
                .update(
                        rows,
                        order.run().value(),
                        order.step().name(),
                        order.direction().name());
    }
}
