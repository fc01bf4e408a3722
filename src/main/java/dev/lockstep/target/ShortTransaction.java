package dev.lockstep.target;

import dev.lockstep.engine.StepOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The ledger's part of a step that is more than one transaction: enter, keep the cursor, finish, each in a transaction of
 * its own that claims the fence first.
 */
final class ShortTransaction {
    private final Connection connection;
    private final Attempt attempt;

    ShortTransaction(Connection connection, Attempt attempt) {
        this.connection = connection;
        this.attempt = attempt;
    }

    /** Something to do inside the transaction, after the fence. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Enters the step. */
    Ledger.Entry enter() throws SQLException {
        return inTransaction(() -> Ledger.enter(connection, attempt.order()));
    }

    /** Keeps the cursor; false when the target has seen a newer fence. */
    boolean advance(Cursor cursor, long rows) throws SQLException {
        return inTransaction(() -> {
            boolean ours = Ledger.claim(connection, attempt.order());
            if (ours) {
                Ledger.advance(connection, attempt.order(), cursor, rows);
            }
            return ours;
        });
    }

    /** Keeps how far one worker is; false when the target has seen a newer fence. */
    boolean advance(Cursor part) throws SQLException {
        return inTransaction(() -> Ledger.claimAndAdvance(connection, attempt.order(), part, 0));
    }

    /** Something to do under the fence, together with what it writes to the ledger. */
    @FunctionalInterface
    interface Effect {
        void run() throws SQLException;
    }

    /** Does it in a transaction of its own; false when the target has seen a newer fence, and then nothing was done. */
    boolean claimed(Effect effect) throws SQLException {
        return inTransaction(() -> {
            boolean ours = Ledger.claim(connection, attempt.order());
            if (ours) {
                effect.run();
            }
            return ours;
        });
    }

    /** Records that the step is done. */
    StepOutcome finish(long rows) throws SQLException {
        boolean ours = inTransaction(() -> {
            boolean claimed = Ledger.claim(connection, attempt.order());
            if (claimed) {
                Ledger.finish(connection, attempt.order(), rows);
            }
            return claimed;
        });
        return ours ? attempt.completed(rows) : new StepOutcome.FencedOut();
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // A replica that has been replaced may still hold the fence's row for a moment.
            statement.execute("SET LOCAL lock_timeout = '10s'");
            T result = work.run();
            connection.commit();
            return result;
        } finally {
            end(connection);
        }
    }

    /** Leaves whatever transaction there may be, unless the connection is gone. */
    static void end(Connection connection) throws SQLException {
        if (!connection.isClosed()) {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }
}
