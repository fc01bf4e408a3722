package dev.lockstep.traffic;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What came of a life.
 *
 * @param failed statements of clients that failed
 * @param lost acknowledged writes that were not there
 * @param diverged rows in which the shapes differed, and answers that were wrong at once
 * @param baseline the longest statement while the plan had not begun
 * @param longest the longest statement of each phase
 * @param broken attempts that were broken off
 * @param budget how long a plan's lock may make the application wait
 * @param faults some of what was wrong, in words
 */
record Report(
        Scenario scenario,
        long operations,
        long failed,
        long lost,
        long diverged,
        Duration baseline,
        Map<String, Stalls.Longest> longest,
        int takenBack,
        int broken,
        Duration budget,
        List<String> faults) {
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
     * How long a statement may take: the lock budget and a tenth, for the lock that it waits behind, and the longest
     * statement of an idle database on this machine at this time, for itself.
     */
    Duration allowed() {
        return budget.multipliedBy(11).dividedBy(10).plus(baseline);
    }

    boolean proven() {
        return failed == 0 && lost == 0 && diverged == 0 && faults.isEmpty() && stall().compareTo(allowed()) <= 0;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                "%s: %d operations, %d failed, %d lost, %d diverged; taken back %d times, %d attempts broken off; longest statement %d ms (idle %d ms, allowed %d ms)"
                        .formatted(
                                scenario.title(),
                                operations,
                                failed,
                                lost,
                                diverged,
                                takenBack,
                                broken,
                                stall().toMillis(),
                                baseline.toMillis(),
                                allowed().toMillis()));
        longest.forEach((phase, longestThere) -> text.append(
                "\n    %s: %d ms, %s".formatted(phase, longestThere.took().toMillis(), longestThere.statement())));
        faults.forEach(fault -> text.append("\n  ! ").append(fault));
        return text.toString();
    }
}
