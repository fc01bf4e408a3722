package dev.lockstep.ui;

import dev.lockstep.change.Action;
import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An action as a person reviews it.
 *
 * @param manner how it is run, as a sentence
 * @param statements SQL, in order; empty when the action runs none of its own
 * @param locks each with what it means for the application, as sentences
 */
public record Listing(String manner, List<String> statements, List<String> locks) {
    public Listing {
        statements = List.copyOf(statements);
        locks = List.copyOf(locks);
    }

    static Listing of(Action action) {
        return switch (action) {
            case Action.Transactional(List<String> statements, List<TableLock> locks, boolean scans) ->
                new Listing(
                        "One transaction together with its line in the ledger, so it happens exactly once."
                                + (scans ? " It reads a whole table, so it may take long." : ""),
                        statements,
                        spoken(locks));
            case Action.Standalone(String statement, List<TableLock> locks) ->
                new Listing(
                        "Outside a transaction, because PostgreSQL refuses this statement in one.",
                        List.of(statement),
                        spoken(locks));
            case Action.BuildIndex(TableName table, var _, String statement) ->
                new Listing(
                        "Builds the index beside running reads and writes; what a failed build left is built anew.",
                        List.of(statement),
                        List.of(spoken(table, LockMode.SHARE_UPDATE_EXCLUSIVE)));
            case Action.RebuildIndex rebuild ->
                new Listing(
                        "Builds the index anew beside running reads and writes, then drops the old one; what a failed"
                                + " rebuild left is dropped first.",
                        List.of(rebuild.statement()),
                        List.of(spoken(rebuild.table(), LockMode.SHARE_UPDATE_EXCLUSIVE)));
            case Action.DropIndex(TableName table, Identifier index) ->
                new Listing(
                        "Drops the index beside running reads and writes.",
                        List.of("DROP INDEX CONCURRENTLY IF EXISTS " + new TableName(table.schema(), index).sql()),
                        List.of(spoken(table, LockMode.SHARE_UPDATE_EXCLUSIVE)));
            case Action.Backfill backfill ->
                new Listing(
                        "In short batches, each with its cursor in its own transaction; then proven over the whole"
                                + " table. The table's own triggers "
                                + switch (backfill.userTriggers()) {
                                    case SKIP -> "do not fire.";
                                    case FIRE -> "fire for every row.";
                                }
                                + foretold(backfill.walk()),
                        List.of("UPDATE " + backfill.table().sql() + "\n   SET " + backfill.assignment() + "\n WHERE "
                                + backfill.pending()),
                        List.of(spoken(backfill.table(), LockMode.ROW_EXCLUSIVE)));
            case Action.CopyRows copy ->
                new Listing(
                        "In short batches, each with its cursor in its own transaction; then proven over the whole"
                                + " table."
                                + foretold(copy.walk()),
                        List.of(copy.statement(copy.pending())),
                        spoken(List.of(
                                new TableLock(copy.from(), LockMode.ROW_SHARE),
                                new TableLock(copy.to(), LockMode.ROW_EXCLUSIVE))));
            case Action.DrainTransactions(TableName table) ->
                new Listing(
                        "Runs no SQL on " + table
                                + ": waits until every transaction has ended that began before this step, because such a"
                                + " one could still write without the sync trigger.",
                        List.of(),
                        List.of());
            case Action.Assertion(String query, String expectation, String remedy) ->
                new Listing(expectation + " Where it is not so, the run is held. " + remedy, List.of(query), List.of());
            case Action.Survey survey ->
                new Listing(
                        "Looks at every row, a few blocks at a time, each in a short transaction that only reads. "
                                + switch (survey.question()) {
                                    case Action.Survey.NoneWhere _ ->
                                        survey.expectation() + " Where it is not so, the run is held. "
                                                + survey.remedy();
                                    case Action.Survey.Counted _ ->
                                        "Rows of which this is not so are counted and told: " + survey.expectation();
                                    case Action.Survey.Evaluates _ ->
                                        "Rows that the expression fails on are all counted, and named. "
                                                + survey.remedy();
                                },
                        List.of(survey.statement()),
                        List.of(spoken(survey.table(), LockMode.ACCESS_SHARE)));
            case Action.KeepValues keep ->
                new Listing(
                        "Copies the key and the values into a table of their own in schema lockstep, in short batches, and"
                                + " proves that no row is missing. Nobody but Lockstep's role may read it. It is entered in"
                                + " lockstep.backup, and dropped "
                                + Span.words(Duration.ofSeconds(keep.keepSeconds())) + " later.",
                        List.of(),
                        List.of(spoken(keep.table(), LockMode.ACCESS_SHARE)));
            case Action.ForgetValues(String label) ->
                new Listing("Drops the copy of " + label + " that this run has made.", List.of(), List.of());
            case Action.CountUses(var what) ->
                new Listing(
                        "Reads the server's own statistics (pg_stat_statements, and for a table pg_stat_user_tables), and"
                                + " keeps in the ledger how often each statement that mentions " + what
                                + " has run so far. Statements are parsed, not searched for words.",
                        List.of(),
                        List.of());
            case Action.ProveUnused(var what, var _, int seconds) ->
                new Listing(
                        "Reads the same statistics again, and holds the run while a statement that mentions " + what
                                + ", or one that cannot be read, has run since"
                                + (seconds == 0
                                        ? "."
                                        : ". It passes once nothing has for " + Span.words(Duration.ofSeconds(seconds))
                                                + "."),
                        List.of(),
                        List.of());
            case Action.RevertWindow(var _, int seconds) ->
                new Listing(
                        "Runs no SQL: holds the run for " + Span.words(Duration.ofSeconds(seconds))
                                + " by the database's clock, while a rollback brings the old shape back in a moment.",
                        List.of(),
                        List.of());
        };
    }

    private static String foretold(Optional<String> walk) {
        return walk.map(how -> " " + how).orElse("");
    }

    private static List<String> spoken(List<TableLock> locks) {
        return locks.stream().map(lock -> spoken(lock.table(), lock.mode())).toList();
    }

    private static String spoken(TableName table, LockMode mode) {
        return mode.sql() + " on " + table + ": "
                + switch (mode) {
                    case ACCESS_SHARE, ROW_SHARE, ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE -> "reads and writes go on.";
                    case SHARE, SHARE_ROW_EXCLUSIVE -> "writes wait while it is held, reads go on.";
                    case EXCLUSIVE -> "writes and locking reads wait while it is held.";
                    case ACCESS_EXCLUSIVE -> "reads and writes wait while it is held.";
                };
    }
}
