package dev.lockstep.lifecycle;

import dev.lockstep.plan.PhaseName;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What people's yes and no make of a state. Pure. */
final class Approvals {
    private Approvals() {}

    static Transition approved(RunState state, Event.Approved approved, Instant at) {
        Optional<String> obstacle = notDecidable(state, approved.phase());
        if (obstacle.isPresent()) {
            return Transitions.refused(obstacle.get());
        }
        if (!approved.digest().equals(state.script().digest())) {
            return Transitions.refused("what was approved is not what is running: the approval is for digest "
                    + approved.digest() + ", the run has " + state.script().digest()
                    + "; review the plan as it is now and approve that");
        }
        Set<String> before = state.approvers(approved.phase(), at);
        if (before.contains(approved.actor())) {
            return Transitions.refused(
                    approved.actor() + " has already approved phase " + approved.phase() + "; another person has to");
        }
        RunState with = state.approvals(with(state, before, approved, at));
        return Transitions.to(
                with.stage() instanceof Stage.AwaitingApproval(Position here, var _)
                                && with.script().phase(here).name().equals(approved.phase())
                                && with.granted(here, at)
                        ? with.in(new Stage.StepDue(here, at))
                        : with);
    }

    /** Whoever approved too long ago is asked again, like everybody else (G45). */
    static RunState withoutExpired(RunState state, PhaseName phase, Instant now) {
        if (state.approvers(phase).equals(state.approvers(phase, now))) {
            return state;
        }
        Map<PhaseName, Consent> approvals = new HashMap<>(state.approvals());
        approvals.remove(phase);
        return state.approvals(approvals);
    }

    /** Those whose yes does not count any more are not among them: with them, the oldest would end the others' time. */
    private static Map<PhaseName, Consent> with(
            RunState state, Set<String> before, Event.Approved approved, Instant at) {
        Set<String> by = new HashSet<>(before);
        by.add(approved.actor());
        Instant since = Optional.ofNullable(state.approvals().get(approved.phase()))
                .filter(_ -> !before.isEmpty())
                .map(Consent::since)
                .orElse(at);
        Map<PhaseName, Consent> approvals = new HashMap<>(state.approvals());
        approvals.put(approved.phase(), new Consent(by, since));
        return approvals;
    }

    /** A phase that was about to begin goes back to the people: once resumed it needs its approvals anew. */
    static Transition rejected(RunState state, Event.Rejected rejected, Instant at) {
        Optional<String> obstacle = notDecidable(state, rejected.phase());
        if (obstacle.isPresent()) {
            return Transitions.refused(obstacle.get());
        }
        Map<PhaseName, Consent> approvals = new HashMap<>(state.approvals());
        approvals.remove(rejected.phase());
        RunState without = state.approvals(approvals).suspended(true);
        return Transitions.to(
                without.stage() instanceof Stage.StepDue(Position here, var _)
                                && without.script().phase(here).name().equals(rejected.phase())
                        ? without.in(new Stage.AwaitingApproval(here, at))
                        : without);
    }

    /** Why nobody can decide about this phase now; empty when somebody can. */
    private static Optional<String> notDecidable(RunState state, PhaseName phase) {
        Position here = Transitions.position(state);
        if (here.backward()) {
            return Optional.of("the run is being rolled back, so there is nothing to approve");
        }
        if (state.script().phases().stream().noneMatch(known -> known.name().equals(phase))) {
            return Optional.of("the run has no phase " + phase + "; it has "
                    + state.script().phases().stream()
                            .map(known -> known.name().value())
                            .collect(Collectors.joining(", ")));
        }
        if (state.script().approvalsFor(phase) == 0) {
            return Optional.of("phase " + phase + " needs no approval");
        }
        boolean begun = state.script().phases().subList(0, here.phase()).stream()
                .anyMatch(done -> done.name().equals(phase));
        boolean running = state.script().phase(here).name().equals(phase) && (here.step() > 0 || state.attempts() > 0);
        return begun || running ? Optional.of("phase " + phase + " has already begun") : Optional.empty();
    }
}
