package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What is done in batches over the rows of one table. */
sealed interface BatchWork {
    /** The table whose rows are walked through. */
    TableName table();

    /** Whether the triggers of the table that is written see it. */
    UserTriggers userTriggers();

    /** Settings for each batch's transaction, as statements that each end with a semicolon. */
    String settings();

    /** The statement for rows of the table, under its own name, that satisfy this condition. */
    String statement(String where);

    /** A condition that is true for rows still to be done and false once they are. */
    String pending();

    /** Columns that the plan names to go by; empty where it leaves that to Lockstep. */
    List<Identifier> key();

    /** An SQL expression that names a row to a person. */
    default String rowName(Connection connection) throws SQLException {
        return key().isEmpty() ? RowNames.expression(connection, table()) : RowNames.of(key());
    }

    /** New values for columns of the rows themselves. */
    record Filling(Action.Backfill action) implements BatchWork {
        @Override
        public TableName table() {
            return action.table();
        }

        @Override
        public UserTriggers userTriggers() {
            return action.userTriggers();
        }

        @Override
        public String settings() {
            return "";
        }

        @Override
        public String statement(String where) {
            return "UPDATE " + action.table().sql() + " SET " + action.assignment() + " WHERE " + where;
        }

        @Override
        public String pending() {
            return action.pending();
        }

        @Override
        public List<Identifier> key() {
            return action.key();
        }
    }

    /** The rows brought into another table. That one has no triggers but ours, which know the batches by their mark. */
    record Copying(Action.CopyRows action) implements BatchWork {
        @Override
        public TableName table() {
            return action.walked();
        }

        @Override
        public UserTriggers userTriggers() {
            return UserTriggers.FIRE;
        }

        @Override
        public String settings() {
            return "SET LOCAL lockstep." + action.mark().sql() + " = '*';";
        }

        @Override
        public String statement(String where) {
            return action.statement(where);
        }

        @Override
        public String pending() {
            return action.pending();
        }

        @Override
        public List<Identifier> key() {
            return List.of();
        }
    }
}
