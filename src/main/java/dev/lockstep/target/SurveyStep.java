package dev.lockstep.target;

import dev.lockstep.change.Action.Survey;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at every row of a table, piece by piece. Where it got to is kept every second, so a look that was broken off goes on
 * there; one that is asked for again after it was done begins anew, as looking changes nothing.
 */
final class SurveyStep {
    private static final int SHOWN = 10;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
    private static final Duration KEEP_EVERY = Duration.ofSeconds(1);

    /** What two statements of an application write one after the other may be apart for a moment. */
    private static final Duration BEFORE_BELIEVING = Duration.ofMillis(500);

    private final Attempt attempt;
    private final Survey survey;
    private final List<String> named = new ArrayList<>();
    private final Stopwatch since = Stopwatch.started();
    private Duration keptAt = Duration.ZERO;
    private long rows;
    private long hits;

    SurveyStep(Attempt attempt, Survey survey) {
        this.attempt = attempt;
        this.survey = survey;
    }

    StepOutcome run(Connection connection) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        Ledger.Entry entry = ledger.enter();
        Optional<StepOutcome> ended = entry instanceof Ledger.Entry.Done ? Optional.empty() : attempt.ended(entry);
        if (ended.isPresent()) {
            return ended.get();
        }
        Cursor kept = Cursor.NONE;
        if (entry instanceof Ledger.Entry.Open(var cursor, long done)) {
            kept = cursor;
            rows = done;
            hits = cursor.number("hits", 0);
        }
        RowWalk walk = new RowWalk(attempt, connection, survey.table(), kept);
        FailingRows failing =
                new FailingRows(connection, survey.table(), survey.question().sql());
        String name = RowNames.expression(connection, survey.table());
        double began = walk.fraction();
        while (!walk.over()) {
            try {
                look(walk, failing, name);
            } catch (SQLException e) {
                Optional<StepOutcome> hidden = attempt.rowsHidden(e, survey.table());
                return hidden.isPresent() ? hidden.get() : attempt.statementFailed(e, survey.statement());
            }
            if (survey.question() instanceof Survey.NoneWhere && !named.isEmpty()) {
                ledger.advance(cursor(walk), rows);
                return inTheWay();
            }
            if (!walk.advance()) {
                ledger.advance(cursor(walk), rows);
                return new StepOutcome.Interrupted();
            }
            tell(ledger, walk, began);
        }
        return concluded(ledger);
    }

    private void look(RowWalk walk, FailingRows failing, String name) throws SQLException {
        switch (survey.question()) {
            case Survey.NoneWhere(String condition) -> {
                List<String> found = walk.ask(statement -> found(statement, walk, name, condition));
                long counted = rows;
                for (int again = 0; again < 2 && !found.isEmpty() && attempt.rest(BEFORE_BELIEVING); again++) {
                    List<String> still = walk.ask(statement -> found(statement, walk, name, condition));
                    found = found.stream().filter(still::contains).toList();
                }
                rows = counted;
                named.addAll(found);
            }
            case Survey.Counted(String condition) -> {
                List<String> found = walk.ask(statement -> found(statement, walk, name, condition));
                hits += found.size();
                show(found);
            }
            case Survey.Evaluates _ -> {
                List<FailingRows.Failure> found = failing.in(walk, name, count -> rows += count);
                hits += found.size();
                show(found.stream().map(FailingRows.Failure::words).toList());
            }
        }
    }

    private void show(List<String> found) {
        named.addAll(found.subList(0, Math.min(found.size(), Math.max(0, SHOWN - named.size()))));
    }

    /** Rows that satisfy the condition; how many there are at all goes to the progress. */
    private List<String> found(Statement statement, RowWalk walk, String name, String condition) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT pg_catalog.count(*), pg_catalog.array_agg(" + name
                + ") FILTER (WHERE " + condition + "\n)" + walk.piece())) {
            row.next();
            rows += row.getLong(1);
            Array names = row.getArray(2);
            return names == null ? List.of() : List.of((String[]) names.getArray());
        }
    }

    private Cursor cursor(RowWalk walk) {
        return walk.cursor().with(Cursor.of(Map.of("hits", hits)));
    }

    private void tell(ShortTransaction ledger, RowWalk walk, double began) throws SQLException {
        Duration now = since.elapsed();
        if (!walk.over() && now.minus(keptAt).compareTo(KEEP_EVERY) < 0) {
            return;
        }
        keptAt = now;
        ledger.advance(cursor(walk), rows);
        double seconds = now.toNanos() / 1e9;
        double passed = walk.fraction() - began;
        attempt.progressed(new Progress(
                attempt.order().step().name(),
                rows,
                walk.fraction(),
                rows / seconds,
                passed > 0 ? Optional.of(Math.round((1 - walk.fraction()) * seconds / passed)) : Optional.empty(),
                attempt.now()));
    }

    private StepOutcome concluded(ShortTransaction ledger) throws SQLException {
        switch (survey.question()) {
            case Survey.NoneWhere _ -> {}
            case Survey.Counted _ -> {
                if (hits > 0) {
                    attempt.note("Not of " + hits + " rows: " + survey.expectation() + " For example "
                            + String.join(", ", named) + ". " + survey.remedy());
                }
            }
            case Survey.Evaluates(String expression, int atMost) -> {
                if (hits > atMost) {
                    ledger.advance(Cursor.NONE, 0);
                    return failed(expression, atMost);
                }
                if (hits > 0) {
                    attempt.note("The expression fails on " + hits + " rows, which will be set aside, for example "
                            + String.join("; ", named) + ".");
                }
            }
        }
        return ledger.finish(rows);
    }

    private StepOutcome failed(String expression, int atMost) {
        String allowed = atMost == 0 ? "" : ", and no more than " + atMost + " may be set aside";
        return new StepOutcome.Failed(
                ErrorCode.SQL_FAILED,
                "The expression fails on " + hits + (hits == 1 ? " row of " : " rows of ") + survey.table() + allowed
                        + ": " + String.join("; ", named) + (hits > named.size() ? "; and more" : "")
                        + ". The expression: " + Attempt.cut(expression),
                survey.remedy());
    }

    private StepOutcome inTheWay() {
        String found = String.join(", ", named.subList(0, Math.min(SHOWN, named.size())));
        return new StepOutcome.Blocked(
                List.of(new Blocker(
                        Blocker.Code.ASSERTION_FAILED,
                        "step " + attempt.order().step().name(),
                        "whoever owns the data",
                        survey.expectation() + " In the way: " + found
                                + (named.size() > SHOWN ? " and more" : "")
                                + "; rows behind these have not been looked at yet.",
                        survey.remedy())),
                LOOK_AGAIN);
    }
}
