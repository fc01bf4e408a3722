package dev.lockstep.traffic;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What came of a life.
 *
 * @param failed statements of clients that failed
 * @param deadlocks statements that the server ended because of a deadlock, and that were tried again
 * @param lost acknowledged writes that were not there
 * @param diverged rows in which the shapes differed, and answers that were wrong at once
 * @param baseline the longest statement while the plan had not begun
 * @param elsewhere the longest statement, during the plan, of a client of another database on the same server
 * @param longest the longest statement of each phase
 * @param broken attempts that were broken off
 * @param budget how long a plan's lock may make the application wait
 * @param faults some of what was wrong, in words
 */
record Report(
        Scenario scenario,
        long operations,
        long failed,
        long deadlocks,
        long lost,
        long diverged,
        Duration baseline,
        Duration elsewhere,
        Map<String, Stalls.Longest> longest,
        int takenBack,
        int broken,
        Duration budget,
        List<String> faults) {
    /** The server's standard. */
    private static final Duration DEADLOCK_TIMEOUT = Duration.ofSeconds(1);

    Report {
        longest = Map.copyOf(longest);
        faults = List.copyOf(faults);
    }

    /** The longest statement of all phases. */
    Duration stall() {
        return longest.values().stream()
                .map(Stalls.Longest::took)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /**
     * How long a statement may take: the lock budget and a tenth, for the lock that it waits behind, and for itself what a
     * statement takes without any plan on this machine, before or at the same time elsewhere. Where sessions can deadlock
     * in the rows of one table under two names, the server leaves both waiting for as long as {@code deadlock_timeout}.
     */
    Duration allowed() {
        Duration itself = baseline.compareTo(elsewhere) >= 0 ? baseline : elsewhere;
        Duration behind = scenario.rowsHaveTwoNames() ? DEADLOCK_TIMEOUT : budget;
        return behind.multipliedBy(11).dividedBy(10).plus(itself);
    }

    boolean proven() {
        return failed == 0 && lost == 0 && diverged == 0 && faults.isEmpty() && stall().compareTo(allowed()) <= 0;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                "%s: %d operations, %d failed, %d deadlocks, %d lost, %d diverged; taken back %d times, %d attempts broken off; longest statement %d ms (idle %d ms, elsewhere %d ms, allowed %d ms)"
                        .formatted(
                                scenario.title(),
                                operations,
                                failed,
                                deadlocks,
                                lost,
                                diverged,
                                takenBack,
                                broken,
                                stall().toMillis(),
                                baseline.toMillis(),
                                elsewhere.toMillis(),
                                allowed().toMillis()));
        longest.forEach((phase, longestThere) -> text.append(
                "\n    %s: %d ms, %s".formatted(phase, longestThere.took().toMillis(), longestThere.statement())));
        faults.forEach(fault -> text.append("\n  ! ").append(fault));
        return text.toString();
    }
}
