package dev.lockstep.operator;

import dev.lockstep.engine.PhaseView;
import dev.lockstep.engine.RunView;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Hold;
import dev.lockstep.lifecycle.RunStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a plan's status says of a situation. Pure: the same situation and the same former status give the same status. */
final class StatusDraft {
    private final Situation so;
    private final Instant now;

    private StatusDraft(Situation so, Instant now) {
        this.so = so;
        this.now = now;
    }

    /**
     * The status now.
     *
     * @param before the newest status that is known to have been written
     * @param generation of the object that was looked at
     */
    static PlanStatus of(Situation situation, Optional<PlanStatus> before, long generation, Instant now) {
        return new StatusDraft(situation, now).status(before, generation);
    }

    private PlanStatus status(Optional<PlanStatus> before, long generation) {
        String reason = reason();
        String message = Words.cut(message());
        List<Condition> known = before.map(PlanStatus::conditions).orElseGet(List::of);
        List<PlanStatus.Workload> workloads = so.run().map(Tally::of).orElseGet(List::of);
        return new PlanStatus(
                generation,
                digest(),
                so.plan().map(plan -> plan.plan().revision()).orElse(null),
                so.run().map(run -> run.run().id().toString()).orElse(null),
                so.run().map(RunView::sequence).orElse(null),
                so.status().label(),
                reason,
                message,
                so.phase().map(Object::toString).orElse(null),
                Tally.pods(workloads).orElse(null),
                so.pausedBySpec() ? true : null,
                so.run().map(RunView::phases).orElseGet(List::of).stream()
                        .map(StatusDraft::phase)
                        .toList(),
                workloads,
                blockers(before),
                Conditions.of(so, reason, message).stream()
                        .map(each -> Condition.of(each, known, generation, now))
                        .toList());
    }

    /** What runs, or ran last; before that, what was accepted. */
    private @Nullable String digest() {
        return so.run()
                .map(run -> run.state().script().digest())
                .or(() -> so.plan().map(plan -> plan.plan().digest()))
                .map(Object::toString)
                .orElse(null);
    }

    private String reason() {
        // While something else runs, that is what matters most; the condition Validated tells of the spec.
        if (so.speaking().isPresent()) {
            return so.speaking().get().reason();
        }
        return switch (so.status()) {
            case HELD ->
                so.firstBlocker().map(blocker -> Words.of(blocker.code())).orElse("Held");
            case FAILED -> so.fault().map(fault -> Words.reason(fault.code())).orElse("Failed");
            case PENDING -> so.suspended() ? "Suspended" : "NotStarted";
            case PAUSED -> so.pausedBySpec() ? "Suspended" : "Paused";
            case ROLLING_BACK, RUNNING, AWAITING_APPROVAL, SUCCEEDED, ROLLED_BACK ->
                so.firstBlocker()
                        .map(blocker -> Words.of(blocker.code()))
                        .orElse(so.status().label());
        };
    }

    private String message() {
        if (so.speaking().isPresent()) {
            return so.speaking().get().message();
        }
        return so.status() == RunStatus.PAUSED
                ? withoutBlockers()
                : so.firstBlocker().map(StatusDraft::words).orElseGet(this::withoutBlockers);
    }

    static String words(Blocker blocker) {
        return blocker.message() + " " + blocker.remedy();
    }

    private String withoutBlockers() {
        String phase = so.phase().map(name -> "phase " + name).orElse("the plan");
        return switch (so.status()) {
            case PENDING ->
                so.suspended()
                        ? "Nothing has begun, because spec.suspend is true. Set it to false to start."
                        : "Nothing has begun yet.";
            case RUNNING -> "At " + phase + ".";
            case HELD -> "At " + phase + ", and held.";
            case AWAITING_APPROVAL -> awaited().orElse("At " + phase + ", which waits for approval.");
            case PAUSED ->
                so.pausedBySpec()
                        ? "Paused at " + phase + ", because spec.suspend is true. Set it to false to go on."
                        : "Paused at " + phase + " by somebody; POST …/resume goes on.";
            case SUCCEEDED -> "The change is made, and nothing is left of the way there.";
            case FAILED ->
                so.fault()
                        .map(fault -> fault.message() + " " + fault.remedy())
                        .orElse("The run failed; its journal says why.");
            case ROLLING_BACK -> "Taking back what was done, at " + phase + ".";
            case ROLLED_BACK ->
                "All that was done has been taken back. It does not begin again by itself: change the spec, or start it"
                        + " with POST …/start.";
        };
    }

    private Optional<String> awaited() {
        return so.run()
                .flatMap(run -> run.phases().stream()
                        .filter(phase -> phase.state() == PhaseView.State.AWAITING_APPROVAL)
                        .findFirst()
                        .flatMap(phase -> so.plan().map(plan -> Conditions.wanted(plan, phase))));
    }

    private static PlanStatus.Phase phase(PhaseView phase) {
        return new PlanStatus.Phase(
                phase.phase().name().value(),
                phase.phase().type().label(),
                Words.of(phase.state()),
                phase.approvalsNeeded(),
                phase.approvers().size(),
                phase.startedAt().map(StatusDraft::moment).orElse(null),
                phase.finishedAt().map(StatusDraft::moment).orElse(null));
    }

    private List<PlanStatus.Blocker> blockers(Optional<PlanStatus> before) {
        List<PlanStatus.Blocker> all = new ArrayList<>();
        if (so.status() != RunStatus.SUCCEEDED) {
            so.objection().ifPresent(objection -> all.add(objected(objection, before)));
        }
        for (Hold hold : so.holds()) {
            Blocker blocker = hold.blocker();
            all.add(new PlanStatus.Blocker(
                    Words.of(blocker.code()), blocker.object(), Words.cut(words(blocker)), moment(hold.since())));
        }
        return all.stream().limit(StatusShape.MOST_BLOCKERS).toList();
    }

    private PlanStatus.Blocker objected(Objection objection, Optional<PlanStatus> before) {
        String since = before.map(PlanStatus::blockers).stream()
                .flatMap(List::stream)
                .filter(known -> known.code().equals(objection.reason()))
                .map(PlanStatus.Blocker::since)
                .findFirst()
                .orElseGet(() -> moment(now));
        return new PlanStatus.Blocker(objection.reason(), objection.object(), Words.cut(objection.message()), since);
    }

    static String moment(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
