package dev.lockstep.target;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** The settings of a dedicated session that writes a backfill's rows. */
final class BackfillSession {
    private BackfillSession() {}

    /** @return why this session cannot work; empty when it is ready */
    static Optional<StepOutcome> prepare(Connection connection, BatchWork work) throws SQLException {
        try (Statement statement = Query.plain(connection)) {
            // Where a policy would hide rows the server now says so instead of passing over them (P28).
            statement.execute("SET row_security = off");
            if (work.userTriggers() == UserTriggers.SKIP) {
                statement.execute("SET session_replication_role = replica");
            }
            return Optional.empty();
        } catch (SQLException e) {
            if (!SqlFailure.state(e).equals("42501")) {
                throw e;
            }
            return Optional.of(new StepOutcome.Failed(
                    ErrorCode.SQL_FAILED,
                    "The table's own triggers are to be skipped, but Lockstep's role may not set"
                            + " session_replication_role.",
                    "Say backfill.userTriggers: Fire in the plan, or on server 15 or later GRANT SET ON PARAMETER"
                            + " session_replication_role to the role, then retry."));
        }
    }
}
