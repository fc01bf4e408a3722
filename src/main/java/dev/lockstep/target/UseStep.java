package dev.lockstep.target;

import dev.lockstep.change.Action.CountUses;
import dev.lockstep.change.Action.ProveUnused;
import dev.lockstep.change.Departure;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import dev.lockstep.target.UseReader.Counter;
import dev.lockstep.target.UseReader.Uses;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts the uses of something, and later holds the run until nothing has used it for a while. What cannot be known holds as
 * well (G1).
 */
final class UseStep {
    private static final int SHOWN = 10;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private final Attempt attempt;
    private final Departure what;

    UseStep(Attempt attempt, Departure what) {
        this.attempt = attempt;
        this.what = what;
    }

    StepOutcome count(Connection connection, CountUses action) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        Optional<StepOutcome> ended = attempt.ended(ledger.enter());
        if (ended.isPresent()) {
            return ended.get();
        }
        return switch (new UseReader(connection).read(action.what())) {
            case Uses.Silent(String reason, String remedy) -> blocked(notKnown(reason, remedy));
            case Uses.Counted counted -> {
                attempt.note(counted.counters().size() + " known uses of " + what
                        + " were counted; what happens from now on counts.");
                yield ledger.advance(UseCount.of(counted).cursor(), 0) ? ledger.finish(0) : new StepOutcome.FencedOut();
            }
        };
    }

    StepOutcome prove(Connection connection, ProveUnused action) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        Ledger.Entry entry = ledger.enter();
        Optional<StepOutcome> ended = attempt.ended(entry);
        if (ended.isPresent()) {
            return ended.get();
        }
        return switch (new UseReader(connection).read(what)) {
            case Uses.Silent(String reason, String remedy) -> blocked(notKnown(reason, remedy));
            case Uses.Counted counted -> {
                Map<String, Long> own =
                        entry instanceof Ledger.Entry.Open(var cursor, var _) ? cursor.numbers() : Map.of();
                Optional<UseCount> before = UseCount.kept(own);
                if (before.isEmpty()) {
                    before = UseCount.kept(connection, attempt.order().run(), action.counted());
                }
                yield judged(ledger, action, counted, before.orElseGet(() -> UseCount.of(counted)));
            }
        };
    }

    private StepOutcome judged(ShortTransaction ledger, ProveUnused action, Uses.Counted counted, UseCount before)
            throws SQLException {
        List<Counter> uses = before.since(counted.counters());
        boolean reset = before.forgottenBy(counted);
        Duration quiet = Duration.ofSeconds(action.quietSeconds());
        Duration watched = Duration.between(before.at(), counted.at());
        if (uses.isEmpty() && !reset && watched.compareTo(quiet) >= 0) {
            attempt.note("From " + RevertWindowStep.utc(before.at()) + " to " + RevertWindowStep.utc(counted.at())
                    + " nothing has used " + what + ", by the server's own statistics.");
            return ledger.finish(0);
        }
        // What has been seen and told does not hold for ever: from here on the quiet time begins anew.
        UseCount from = uses.isEmpty() && !reset ? before : UseCount.of(counted);
        if (!ledger.advance(from.cursor(), 0)) {
            return new StepOutcome.FencedOut();
        }
        if (uses.isEmpty()) {
            return new StepOutcome.Blocked(
                    List.of(watching(from.at().plus(quiet))), quiet.minus(Duration.between(from.at(), counted.at())));
        }
        List<Blocker> blockers = uses.stream()
                .limit(SHOWN)
                .map(use -> use.isForgotten() ? forgotten(use, before.at()) : inUse(use, before.at(), action))
                .toList();
        return new StepOutcome.Blocked(blockers, quiet.compareTo(LOOK_AGAIN) < 0 ? LOOK_AGAIN : quiet);
    }

    private static StepOutcome blocked(Blocker blocker) {
        return new StepOutcome.Blocked(List.of(blocker), LOOK_AGAIN);
    }

    private Blocker inUse(Counter use, Instant since, ProveUnused action) {
        return new Blocker(
                Blocker.Code.STILL_IN_USE,
                use.key() + " of role " + use.who(),
                "role " + use.who(),
                what + " is still in use. Since " + RevertWindowStep.utc(since) + " this ran " + use.times()
                        + (use.times() == 1 ? " time" : " times") + ": " + use.statement() + ". " + use.how(),
                "Find out what connects as " + use.who() + " and sends it, and deploy it without " + what
                        + ". The step passes by itself once nothing has used it for "
                        + Math.max(action.quietSeconds(), LOOK_AGAIN.toSeconds())
                        + " s. If the use does not matter, roll back and start a plan without contract.requireUnused.");
    }

    private Blocker forgotten(Counter use, Instant since) {
        return notKnown(
                "since " + RevertWindowStep.utc(since) + " the server has forgotten statements. " + use.how(),
                "Raise pg_stat_statements.max, which takes a restart of the server, until it forgets none.");
    }

    private Blocker watching(Instant until) {
        return new Blocker(
                Blocker.Code.USE_NOT_KNOWN,
                "use of " + what,
                "nobody",
                "Nothing is known to use " + what + ", but it has not been watched for long enough.",
                "Nothing has to be done: the step goes on by itself at " + RevertWindowStep.utc(until)
                        + " if nothing uses it until then.");
    }

    private Blocker notKnown(String reason, String remedy) {
        return new Blocker(
                Blocker.Code.USE_NOT_KNOWN,
                "use of " + what,
                "whoever runs database " + attempt.order().database(),
                "Whether something still uses " + what + " cannot be told: " + reason,
                remedy
                        + " The step goes on by itself then. To go without this proof, roll back and start a plan without"
                        + " contract.requireUnused.");
    }
}
