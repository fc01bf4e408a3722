package dev.lockstep.change;

import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
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
     * @param key columns by whose order the rows are walked, where the plan says so; empty for by blocks
     * @param setAside where rows are put that the fill fails on; empty for failing with the first one
     * @param walk how the rows will be gone through, as far as it could be told beforehand, for a person
     */
    record Backfill(
            TableName table,
            List<Fill> fills,
            UserTriggers userTriggers,
            List<Identifier> key,
            Optional<SetAside> setAside,
            Optional<String> walk)
            implements Action {
        public Backfill {
            fills = List.copyOf(fills);
            key = List.copyOf(key);
            if (fills.isEmpty()) {
                throw new IllegalArgumentException("a backfill fills at least one column");
            }
        }

        /** A backfill of which nobody has said how it will go. */
        public Backfill(
                TableName table,
                List<Fill> fills,
                UserTriggers userTriggers,
                List<Identifier> key,
                Optional<SetAside> setAside) {
            this(table, fills, userTriggers, key, setAside, Optional.empty());
        }

        /** A backfill that fails with the first row that it cannot fill. */
        public Backfill(TableName table, List<Fill> fills, UserTriggers userTriggers, List<Identifier> key) {
            this(table, fills, userTriggers, key, Optional.empty());
        }

        /** A backfill by blocks. */
        public Backfill(TableName table, List<Fill> fills, UserTriggers userTriggers) {
            this(table, fills, userTriggers, List.of());
        }

        /** A backfill of one column. */
        public Backfill(TableName table, Fill fill, UserTriggers userTriggers) {
            this(table, List.of(fill), userTriggers);
        }

        Backfill foretold(String how) {
            return new Backfill(table, fills, userTriggers, key, setAside, Optional.of(how));
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
     * Rows that a fill fails on are put aside, with the error, and stay as they are; {@code pending} of the fill is false
     * for them.
     *
     * @param to the table that they are put into
     * @param atMost how many may be there
     * @param line a row to be put aside, as the values of {@code to} without the error: a SELECT list over the row
     * @param waiting a condition over the row that it has no value and was not put aside, without evaluating the fill
     * @param open a query that counts the rows that were put aside and still have no value
     */
    record SetAside(TableName to, int atMost, String line, String waiting, String open) {}

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
     * Brings the rows of one table into another one of the same shape, in batches like those of a backfill.
     *
     * @param key columns that identify a row in both tables, by a unique index of built-in types in each
     * @param columns all columns that can be written, the key's among them
     * @param mark a setting that is on in the batches' transactions, so that triggers of ours know them
     * @param walk how the rows will be gone through, as far as it could be told beforehand, for a person
     */
    record CopyRows(
            TableName from,
            TableName to,
            List<Identifier> key,
            List<Identifier> columns,
            Identifier mark,
            Rows which,
            Optional<String> walk)
            implements Action {
        public CopyRows {
            key = List.copyOf(key);
            columns = List.copyOf(columns);
            if (key.isEmpty() || !columns.containsAll(key)) {
                throw new IllegalArgumentException("rows are copied by a key that is copied as well");
            }
        }

        /** Rows of which nobody has said how they will be gone through. */
        public CopyRows(
                TableName from,
                TableName to,
                List<Identifier> key,
                List<Identifier> columns,
                Identifier mark,
                Rows which) {
            this(from, to, key, columns, mark, which, Optional.empty());
        }

        CopyRows foretold(String how) {
            return new CopyRows(from, to, key, columns, mark, which, Optional.of(how));
        }

        /** Which rows are dealt with. */
        public enum Rows {
            /**
             * Rows that the copy does not have yet are added; those that it has are left to the triggers. Each row is locked
             * against being deleted or getting another key until the batch commits, so a row that goes meanwhile is not
             * brought back, and one that changes meanwhile is not overwritten.
             */
            MISSING,
            /**
             * Rows that the copy does not have, or has otherwise, become what they are in the original. Each row is locked
             * against every change until the batch commits.
             */
            DIFFERING,
            /** Rows that the original does not have go from the copy. */
            SURPLUS
        }

        /** The table whose blocks the batches walk through. */
        public TableName walked() {
            return which == Rows.SURPLUS ? to : from;
        }

        /** The statement for rows of the walked table, under its own name, that satisfy this condition. */
        public String statement(String where) {
            return switch (which) {
                // Without a name it also bears a trigger that inserts the same row now, at whichever unique index they
                // meet.
                case MISSING -> insert(where, "KEY SHARE") + " ON CONFLICT DO NOTHING";
                case DIFFERING ->
                    insert(where, "SHARE") + " ON CONFLICT (" + SqlText.joined(key, "%s") + ") DO UPDATE SET "
                            + SqlText.joined(columns, "%1$s = EXCLUDED.%1$s");
                case SURPLUS -> "DELETE FROM " + to.sql() + " WHERE " + where;
            };
        }

        private String insert(String where, String lock) {
            String list = SqlText.joined(columns, "%s");
            return "INSERT INTO " + to.sql() + " (" + list + ") (SELECT " + list + " FROM " + from.sql() + " WHERE "
                    + where + " FOR " + lock + ")";
        }

        /** A condition that is true for rows of the walked table still to be done and false once they are. */
        public String pending() {
            TableName counterpart = which == Rows.SURPLUS ? from : to;
            String here = walked().name().sql();
            // A walked table of that very name would be hidden by it, and each row would be compared with itself.
            String there = here.equals("other") ? "another" : "other";
            String same = which == Rows.SURPLUS
                    ? ""
                    : " AND NOT " + SqlText.differ(SqlText.columnsOf(here, columns), SqlText.columnsOf(there, columns));
            return "NOT EXISTS (SELECT FROM " + counterpart.sql() + " AS " + there + " WHERE "
                    + SqlText.sameKey(key, there, here) + same + ")";
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
     * Looks at every row of a table in pieces of a few blocks, each a short transaction that only reads, so that no old
     * snapshot keeps the application's dead rows; where it got to is kept in the ledger. Rows that are written meanwhile
     * are seen as they are when their block is looked at.
     *
     * @param expectation what should be so, as a sentence
     * @param remedy what a person can do about it, as a sentence
     */
    record Survey(TableName table, Question question, String expectation, String remedy) implements Action {
        /** What is asked of each row. */
        public sealed interface Question {
            /** The SQL that is evaluated over the row. */
            String sql();
        }

        /** Rows that satisfy the condition hold the run; one is looked at again before it is believed. */
        public record NoneWhere(String condition) implements Question {
            @Override
            public String sql() {
                return condition;
            }
        }

        /** Rows that satisfy the condition are counted and told, and hold nothing. */
        public record Counted(String condition) implements Question {
            @Override
            public String sql() {
                return condition;
            }
        }

        /**
         * The expression is evaluated. Rows that it fails on end the step, with all of them counted and some named.
         *
         * @param atMost how many rows it may fail on
         */
        public record Evaluates(String expression, int atMost) implements Question {
            @Override
            public String sql() {
                return expression;
            }
        }

        /** One piece of it, for a person to read. */
        public String statement() {
            return switch (question) {
                case NoneWhere(String condition) -> rows(condition);
                case Counted(String condition) -> rows(condition);
                case Evaluates(String expression, int _) ->
                    "SELECT pg_catalog.count(" + expression + ") FROM " + table.sql();
            };
        }

        private String rows(String condition) {
            return "SELECT FROM " + table.sql() + " WHERE " + condition;
        }
    }

    /**
     * Copies values into a table of their own in Lockstep's schema of the target, in batches and with nobody else's rights,
     * and enters it in {@code lockstep.backup}. Nothing writes these columns any more by then.
     *
     * @param label what they are, for people: {@code users.phone}; the table's name is made from it and the run
     * @param key what names a row, copied as well; empty only where whole rows are kept that nothing writes any more
     * @param columns by the names that they have now, each with the one that it has in the copy
     * @param keepSeconds after which the copy may be dropped: 3,600 to 31,536,000
     */
    record KeepValues(TableName table, String label, List<Identifier> key, List<Kept> columns, int keepSeconds)
            implements Action {
        public KeepValues {
            key = List.copyOf(key);
            columns = List.copyOf(columns);
        }
    }

    /** A column whose values are kept. */
    record Kept(Identifier now, Identifier as) {}

    /** Drops what {@link KeepValues} of the same run and label has made; nothing where there is nothing. */
    record ForgetValues(String label) implements Action {}

    /**
     * Keeps in the ledger how often statements that mention this have run so far, by the server's own statistics, so that
     * {@link ProveUnused} can see what has run since.
     */
    record CountUses(Departure what) implements Action {}

    /**
     * Holds the run while something uses this, by the server's own statistics.
     *
     * @param counted the step of this run that has counted before
     * @param quietSeconds for how long nothing must have used it: 1 to 86,400
     */
    record ProveUnused(Departure what, String counted, int quietSeconds) implements Action {}

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
