package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Builds one index anew beside the old one. Whether it was done, only the ledger can know, and doing it again harms nothing;
 * but an interrupted REINDEX CONCURRENTLY leaves an index under a name of the server's own, which goes first (P10).
 */
final class ReindexStep {
    private final Attempt attempt;
    private final Action.RebuildIndex action;
    private final IndexStep index;

    ReindexStep(Attempt attempt, Action.RebuildIndex action) {
        this.attempt = attempt;
        this.action = action;
        this.index = new IndexStep(attempt, action.table(), action.index());
    }

    StepOutcome run(Connection connection, ShortTransaction ledger) throws SQLException {
        while (true) {
            Optional<StepOutcome> ended = round(connection, ledger);
            if (ended.isPresent()) {
                return ended.get();
            }
            if (attempt.stopRequested()) {
                return new StepOutcome.Interrupted();
            }
        }
    }

    /** Empty when it is to be looked at again. */
    private Optional<StepOutcome> round(Connection connection, ShortTransaction ledger) throws SQLException {
        return switch (index.look(connection)) {
            case IndexStep.Found.Absent _ -> Optional.of(gone());
            case IndexStep.Found.Taken(String by) -> Optional.of(index.taken(by));
            case IndexStep.Found.Building(var builders) -> index.await(builders);
            case IndexStep.Found.Invalid _, IndexStep.Found.Valid _ -> {
                List<Identifier> debris = debris(connection);
                yield debris.isEmpty() ? rebuild(connection, ledger) : clear(connection, debris.getFirst());
            }
        };
    }

    /** What an interrupted REINDEX CONCURRENTLY of this index has left; the server cuts a long name before its ending. */
    private List<Identifier> debris(Connection connection) throws SQLException {
        return new Query(connection, """
                        SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                        WHERE i.indrelid = to_regclass(?) AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
                          AND starts_with(?, regexp_replace(c.relname, '_cc(new|old)[0-9]*$', ''))
                        ORDER BY c.relname""")
                .list(
                        row -> new Identifier(row.getString("relname")),
                        action.table().sql(),
                        action.index().value());
    }

    /** Unless somebody is still at work on it. */
    private Optional<StepOutcome> clear(Connection connection, Identifier debris) throws SQLException {
        List<LockHolder> others = index.unyielding(connection);
        if (!others.isEmpty()) {
            return index.await(others);
        }
        attempt.note("An earlier REINDEX CONCURRENTLY had left the unfinished index " + debris + ". It was dropped.");
        return index.drop(connection, debris);
    }

    private Optional<StepOutcome> rebuild(Connection connection, ShortTransaction ledger) throws SQLException {
        try {
            Optional<StepOutcome> ended =
                    index.execute(connection, action.statement(), new IndexBuildProgress(attempt));
            return ended.isPresent() ? ended : Optional.of(ledger.finish(0));
        } catch (SQLException e) {
            if (SqlFailure.of(e) == SqlFailure.STATEMENT) {
                for (Identifier left : debris(connection)) {
                    index.drop(connection, left);
                }
            }
            return index.afterFailure(e, action.statement());
        }
    }

    private StepOutcome gone() {
        return new StepOutcome.Failed(
                ErrorCode.SQL_FAILED,
                "There is no index " + action.index() + " on " + action.table()
                        + " any more, so it could not be built anew.",
                "Somebody has dropped it since the plan was reviewed. Create it again, or roll the run back.");
    }
}
