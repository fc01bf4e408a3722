package dev.lockstep.change;

import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.stream.Collectors;

/** Something to be done to the target. A value: it says what, and the target knows how. */
public sealed interface Action {
    /**
     * Statements that run in one transaction together with their ledger row, so they happen exactly once.
     *
     * @param statements complete SQL statements, in order
     * @param locks taken before the first statement, in this order, under the lock budget
     * @param scans true where a statement reads a whole table under a harmless lock (VALIDATE), so that it may take long
     */
    record Transactional(List<String> statements, List<TableLock> locks, boolean scans) implements Action {
        public Transactional {
            statements = List.copyOf(statements);
            locks = List.copyOf(locks);
        }
    }

    /** Raw SQL that refuses a transaction. Whether it is done is known only by the step's check. */
    record Standalone(String statement, List<TableLock> locks) implements Action {
        public Standalone {
            locks = List.copyOf(locks);
        }
    }

    /**
     * CREATE INDEX CONCURRENTLY. What a failed build left is dropped and built again; another session's running build is
     * waited for (P10).
     *
     * @param index its name, in the table's schema
     */
    record BuildIndex(TableName table, Identifier index, String statement) implements Action {}

    /** REINDEX INDEX CONCURRENTLY. What an earlier one left under names of the server's is dropped first (P10). */
    record RebuildIndex(TableName table, Identifier index) implements Action {
        public String statement() {
            return "REINDEX INDEX CONCURRENTLY " + new TableName(table.schema(), index).sql();
        }
    }

    /** DROP INDEX CONCURRENTLY IF EXISTS. */
    record DropIndex(TableName table, Identifier index) implements Action {}

    /**
     * Brings every row into the new shape, in batches whose cursor commits with them, and then proves over the whole
     * table that none is left (P30).
     *
     * @param fills what each row gets, at least one; none reads what another one writes
     */
    record Backfill(TableName table, List<Fill> fills, UserTriggers userTriggers) implements Action {
        public Backfill {
            fills = List.copyOf(fills);
            if (fills.isEmpty()) {
                throw new IllegalArgumentException("a backfill fills at least one column");
            }
        }

        /** A backfill of one column. */
        public Backfill(TableName table, Fill fill, UserTriggers userTriggers) {
            this(table, List.of(fill), userTriggers);
        }

        /** The SET clause. A row that waits for one fill only keeps what it has in the other columns. */
        public String assignment() {
            return fills.size() == 1
                    ? fills.getFirst().assignment()
                    : fills.stream().map(Fill::conditionally).collect(Collectors.joining(", "));
        }

        /** A condition that is true for rows still to be done and false once they are. */
        public String pending() {
            return fills.size() == 1
                    ? fills.getFirst().pending()
                    : fills.stream()
                            .map(fill -> SqlText.enclosed(fill.pending()))
                            .collect(Collectors.joining(" OR "));
        }
    }

    /**
     * What a backfill writes to one column.
     *
     * @param value SQL expression over the row
     * @param pending a condition that is true for rows still to be done and false once they are
     */
    record Fill(Identifier column, String value, String pending) {
        String assignment() {
            return column.sql() + " = " + value;
        }

        String conditionally() {
            return column.sql() + " = CASE WHEN " + SqlText.enclosed(pending) + " THEN " + value + " ELSE "
                    + column.sql() + " END";
        }
    }

    /**
     * Waits until every transaction that began before this step has ended: such a one may still write without the sync
     * trigger (P25).
     */
    record DrainTransactions(TableName table) implements Action {}

    /**
     * Looks whether something is so, and holds the run with this explanation until it is.
     *
     * @param query a query of rows that are in the way, each a text that names one; no row means that all is well
     * @param expectation what should be so, as a sentence
     * @param remedy what a person can do about it, as a sentence
     */
    record Assertion(String query, String expectation, String remedy) implements Action {}

    /**
     * Waits until the old shape has been hidden for long enough. The time begins when the step is first entered, goes by
     * the target's clock, and goes on across restarts.
     *
     * @param hidden what is hidden, for a person to read in a list
     * @param seconds 1 to 2,592,000
     */
    record RevertWindow(List<String> hidden, int seconds) implements Action {
        public RevertWindow {
            hidden = List.copyOf(hidden);
        }
    }
}
