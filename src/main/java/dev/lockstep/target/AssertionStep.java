package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks whether something is so. It looks each time it is asked, even when the ledger says it was so once: looking changes
 * nothing, and what was so before a rollback need not be so after it.
 */
final class AssertionStep {
    private static final int SHOWN = 10;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private final Attempt attempt;
    private final Action.Assertion action;

    AssertionStep(Attempt attempt, Action.Assertion action) {
        this.attempt = attempt;
        this.action = action;
    }

    StepOutcome run(Connection connection) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        Ledger.Entry entry = ledger.enter();
        Optional<StepOutcome> ended = entry instanceof Ledger.Entry.Done ? Optional.empty() : attempt.ended(entry);
        if (ended.isPresent()) {
            return ended.get();
        }
        List<String> found = new ArrayList<>();
        try {
            if (look(connection, found) instanceof StatementWatch.Ended.Stopped) {
                return new StepOutcome.Interrupted();
            }
        } catch (SQLException e) {
            return attempt.statementFailed(e, action.query());
        }
        return found.isEmpty() ? ledger.finish(0) : new StepOutcome.Blocked(List.of(blocker(found)), LOOK_AGAIN);
    }

    private StatementWatch.Ended look(Connection connection, List<String> found) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = Query.plain(connection)) {
            // Rows that a policy hides must not make it look as if all were well (P28): the server refuses then.
            statement.execute(
                    "SET TRANSACTION READ ONLY; SET LOCAL row_security = off; SET LOCAL lock_timeout = '10s'");
            statement.setMaxRows(SHOWN + 1);
            return StatementWatch.run(attempt, Optional.empty(), statement, () -> {
                try (ResultSet rows = statement.executeQuery(action.query())) {
                    while (rows.next()) {
                        found.add(String.valueOf(rows.getString(1)));
                    }
                }
            });
        } finally {
            ShortTransaction.end(connection);
        }
    }

    private Blocker blocker(List<String> found) {
        String rows = String.join(", ", found.subList(0, Math.min(SHOWN, found.size())));
        String more = found.size() > SHOWN ? " and more" : "";
        return new Blocker(
                Blocker.Code.ASSERTION_FAILED,
                "step " + attempt.order().step().name(),
                "whoever owns the data",
                sentence(action.expectation()) + " In the way: " + rows + more + ".",
                action.remedy());
    }

    private static String sentence(String text) {
        String stripped = text.strip();
        return stripped.endsWith(".") ? stripped : stripped + ".";
    }
}
