package dev.lockstep.plan;

import dev.lockstep.plan.Window.WhenClosed;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * All windows of a plan. They say when, not what: approvals do not bind to them, and they may change while a run goes on.
 *
 * @param all in the order of the plan
 */
public record Windows(List<Window> all) {
    /** Any phase runs at any time. */
    public static final Windows NONE = new Windows(List.of());

    public Windows {
        all = List.copyOf(all);
    }

    /**
     * Those that count for a phase, which may run in any of them; with none it may run at any time.
     *
     * @param works whether the phase has steps
     */
    public List<Window> of(PhaseName phase, boolean works) {
        return all.stream().filter(window -> window.concerns(phase, works)).toList();
    }

    /** What becomes of a phase that has begun when its windows are closed: half a contract is worse than a late one. */
    public WhenClosed whenClosed(PhaseName phase, PhaseType type) {
        return of(phase, true).stream()
                .flatMap(window -> window.whenClosed().stream())
                .findFirst()
                .orElse(
                        switch (type) {
                            case CONTRACT -> WhenClosed.FINISH;
                            case EXPAND, BACKFILL, DEPLOY -> WhenClosed.CHECKPOINT;
                        });
    }

    /**
     * When a phase may run, for people, with what becomes of it when that time is over; empty for at any time.
     *
     * @param works whether the phase has steps
     */
    public List<String> words(PhaseName phase, PhaseType type, boolean works) {
        String then = !works
                ? "."
                : switch (whenClosed(phase, type)) {
                    case CHECKPOINT ->
                        ". What runs when it closes stops at its next safe point, and goes on in the next.";
                    case FINISH -> ". Once begun, the phase goes to its end.";
                };
        return of(phase, works).stream().map(window -> window.words() + then).toList();
    }

    /** All of them in one clause, for people. */
    public String words() {
        return all.isEmpty() ? "at any time" : all.stream().map(Windows::named).collect(Collectors.joining("; "));
    }

    private static String named(Window window) {
        return window.words()
                + (window.phases().isEmpty()
                        ? ""
                        : " (" + window.phases().stream().map(PhaseName::value).collect(Collectors.joining(", "))
                                + ")");
    }

    /** A violation for each phase that a window names and that is not among these: it would run at any time. */
    public List<Violation> unknown(List<PhaseName> known) {
        List<Violation> violations = new ArrayList<>();
        for (int index = 0; index < all.size(); index++) {
            List<PhaseName> named = all.get(index).phases();
            for (int at = 0; at < named.size(); at++) {
                if (!known.contains(named.get(at))) {
                    violations.add(new Violation(
                            "spec.windows[" + index + "].phases[" + at + "]",
                            "This plan has no phase " + named.get(at)
                                    + ", so nothing would wait for this window. It has "
                                    + known.stream().map(PhaseName::value).collect(Collectors.joining(", ")) + "."));
                }
            }
        }
        return violations;
    }
}
