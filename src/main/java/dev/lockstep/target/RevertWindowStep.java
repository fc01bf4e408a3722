package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Lets the old shape stay hidden for as long as the plan says. When the time began is kept in the ledger, and both its
 * beginning and its end are told by the server's clock, so that neither a restart nor another replica's clock moves them.
 * It holds no connection meanwhile: it comes back when the time is up.
 */
final class RevertWindowStep {
    private static final String BEGAN = "began_microseconds";
    private static final DateTimeFormatter UTC = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Attempt attempt;
    private final Action.RevertWindow action;

    RevertWindowStep(Attempt attempt, Action.RevertWindow action) {
        this.attempt = attempt;
        this.action = action;
    }

    StepOutcome run(Connection connection) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        Ledger.Entry entry = ledger.enter();
        Optional<StepOutcome> ended = attempt.ended(entry);
        if (ended.isPresent()) {
            return ended.get();
        }
        Map<String, Long> kept = entry instanceof Ledger.Entry.Open(var cursor, var _) ? cursor.numbers() : Map.of();
        Instant now = clock(connection);
        if (!kept.containsKey(BEGAN)) {
            kept = Map.of(BEGAN, ChronoUnit.MICROS.between(Instant.EPOCH, now));
            if (!ledger.advance(Cursor.of(kept), 0)) {
                return new StepOutcome.FencedOut();
            }
        }
        Instant began = Instant.EPOCH.plus(kept.getOrDefault(BEGAN, 0L), ChronoUnit.MICROS);
        Instant end = began.plusSeconds(action.seconds());
        if (now.isBefore(end)) {
            return new StepOutcome.Blocked(List.of(blocker(began, end)), Duration.between(now, end));
        }
        attempt.note("The old shape was hidden from " + UTC.format(began) + " to " + UTC.format(end) + ".");
        return ledger.finish(0);
    }

    static String utc(Instant moment) {
        return UTC.format(moment);
    }

    private static Instant clock(Connection connection) throws SQLException {
        return new Query(connection, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
                .one(row -> Instant.EPOCH.plus(row.getLong(1), ChronoUnit.MICROS));
    }

    private Blocker blocker(Instant began, Instant end) {
        String what = String.join(", ", action.hidden());
        return new Blocker(
                Blocker.Code.REVERT_WINDOW,
                "revert window",
                "whoever approved the contract",
                "The revert window ends at " + UTC.format(end) + ". Since " + UTC.format(began) + " the old shape ("
                        + what + ") is hidden, and nothing is lost.",
                "Nothing has to be done. Until " + UTC.format(end)
                        + " a rollback brings the old shape back in a moment; afterwards it is dropped and gone.");
    }
}
