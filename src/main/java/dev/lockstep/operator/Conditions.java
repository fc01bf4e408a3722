package dev.lockstep.operator;

import dev.lockstep.engine.PhaseView;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.RunView;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.lifecycle.Stability;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.operator.Condition.Now;
import dev.lockstep.operator.Condition.Standing;
import java.util.List;
import java.util.Optional;

/**
 * A plan's conditions. {@code Ready}, {@code Reconciling} and {@code Stalled} are what kstatus looks at: a plan that is held
 * is reconciling, because it goes on by itself; stalled is only what a person has to get going again.
 */
final class Conditions {
    static final String READY = "Ready";
    static final String RECONCILING = "Reconciling";
    static final String STALLED = "Stalled";
    static final String VALIDATED = "Validated";
    static final String GATE_OPEN = "GateOpen";
    static final String APPROVED = "Approved";
    static final String SUCCEEDED = "Succeeded";

    private final Situation so;
    private final String reason;
    private final String message;

    private Conditions(Situation so, String reason, String message) {
        this.so = so;
        this.reason = reason;
        this.message = message;
    }

    /**
     * All of them, in a fixed order.
     *
     * @param reason of the whole, in one word
     * @param message of the whole, in sentences
     */
    static List<Now> of(Situation situation, String reason, String message) {
        Conditions all = new Conditions(situation, reason, message);
        return List.of(
                all.ready(),
                all.reconciling(),
                all.stalled(),
                all.validated(),
                all.gateOpen(),
                all.approved(),
                all.succeeded());
    }

    private Now ready() {
        if (milestone()) {
            return new Now(READY, Standing.TRUE, "MilestoneReached", milestoneWords());
        }
        return new Now(READY, Standing.of(succeededNow()), reason, message);
    }

    private boolean succeededNow() {
        return so.status() == RunStatus.SUCCEEDED && so.objection().isEmpty();
    }

    private boolean milestone() {
        return so.milestoneReached() && !stalledNow();
    }

    private String milestoneWords() {
        return "The plan has come to phase " + so.healthyAt().orElse("")
                + ", which its annotation names, and is reported as ready so that the deploys it waits for can go on."
                + " It has not succeeded yet: " + message;
    }

    private Now reconciling() {
        if (milestone()) {
            return new Now(RECONCILING, Standing.FALSE, "MilestoneReached", milestoneWords());
        }
        boolean moving = !stalledNow()
                && switch (so.status()) {
                    case RUNNING, HELD, AWAITING_APPROVAL, ROLLING_BACK -> true;
                    case PENDING -> !so.suspended();
                    case PAUSED, SUCCEEDED, FAILED, ROLLED_BACK -> false;
                };
        return new Now(RECONCILING, Standing.of(moving), reason, message);
    }

    private boolean stalledNow() {
        return so.leadsNowhere() || so.status() == RunStatus.FAILED || so.status() == RunStatus.ROLLED_BACK;
    }

    private Now stalled() {
        return stalledNow()
                ? new Now(STALLED, Standing.TRUE, reason, message)
                : new Now(STALLED, Standing.FALSE, "NotStalled", "Nothing waits that a person has to get going again.");
    }

    private Now validated() {
        Optional<Objection> objection = so.objection();
        if (objection.isPresent()) {
            return new Now(
                    VALIDATED,
                    objection.get().kind() == Objection.Kind.REFUSED ? Standing.FALSE : Standing.UNKNOWN,
                    objection.get().reason(),
                    objection.get().message());
        }
        return so.plan()
                .map(plan -> new Now(
                        VALIDATED,
                        Standing.TRUE,
                        "Accepted",
                        "The spec is accepted as revision " + plan.plan().revision() + ", digest "
                                + plan.plan().digest() + "."))
                .orElseGet(() -> new Now(VALIDATED, Standing.UNKNOWN, "NotRead", "The spec has not been read yet."));
    }

    private Now gateOpen() {
        Optional<RunState> state = so.state();
        if (state.isEmpty()) {
            return new Now(GATE_OPEN, Standing.UNKNOWN, "NotStarted", "No phase has begun.");
        }
        String phase = so.phase().map(name -> "phase " + name).orElse("the plan");
        return switch (state.get().stage()) {
            case Stage.AtGate _ -> atGate(phase, state.get());
            case Stage.Succeeded _ -> new Now(GATE_OPEN, Standing.TRUE, "PlanSucceeded", "Every gate was passed.");
            case Stage.Pending _, Stage.RolledBack _, Stage.Failed _ ->
                new Now(GATE_OPEN, Standing.UNKNOWN, "NoGateNow", "No gate is being watched.");
            case Stage.AwaitingApproval _, Stage.StepDue _, Stage.StepRunning _ ->
                so.firstBlocker()
                        .map(blocker -> closed(phase, blocker))
                        .orElseGet(() ->
                                new Now(GATE_OPEN, Standing.TRUE, "GateOpened", "The gate of " + phase + " is open."));
        };
    }

    private Now atGate(String phase, RunState state) {
        return so.firstBlocker()
                .map(blocker -> closed(phase, blocker))
                .or(() -> state.stability()
                        .map(stability ->
                                new Now(GATE_OPEN, Standing.FALSE, "NotStableYet", watched(phase, stability))))
                .orElseGet(() -> new Now(
                        GATE_OPEN, Standing.UNKNOWN, "Looking", "The gate of " + phase + " is being looked at."));
    }

    private static String watched(String phase, Stability stability) {
        String matches = "The gate of " + phase + " has matched since " + stability.since();
        return switch (stability.then()) {
            case OPENS -> matches + ", and opens at " + stability.until() + " if it goes on to.";
            case RAISES_FLOOR ->
                matches + ". If it goes on to, the floor rises at " + stability.until()
                        + " to keep older code out, and the gate is watched for as long once more.";
            case OPENS_ABOVE_FLOOR ->
                "The floor has risen, and older code is not let in any more. " + matches + ", and opens at "
                        + stability.until() + " if no code turns up that was let in before.";
        };
    }

    private static Now closed(String phase, Blocker blocker) {
        return new Now(
                GATE_OPEN,
                Standing.FALSE,
                Words.of(blocker.code()),
                "The gate of " + phase + " is closed: " + blocker.message());
    }

    private Now approved() {
        List<PhaseView> wanting = so.run().stream()
                .map(RunView::phases)
                .flatMap(List::stream)
                .filter(phase -> phase.approvalsNeeded() > 0)
                .toList();
        if (so.run().isEmpty()) {
            return new Now(APPROVED, Standing.UNKNOWN, "NotStarted", "Nothing has begun that could be approved.");
        }
        if (wanting.isEmpty()) {
            return new Now(APPROVED, Standing.TRUE, "NotRequired", "No phase of this plan waits for approval.");
        }
        Optional<PhaseView> missing = wanting.stream()
                .filter(phase -> phase.approvers().size() < phase.approvalsNeeded())
                .findFirst();
        return missing.map(phase -> new Now(
                        APPROVED,
                        Standing.FALSE,
                        so.status() == RunStatus.AWAITING_APPROVAL ? "AwaitingApproval" : "NotYetApproved",
                        wanted(phase)))
                .orElseGet(() -> new Now(
                        APPROVED, Standing.TRUE, "Approved", "Every phase that waits for approval has been approved."));
    }

    private String wanted(PhaseView phase) {
        return so.plan().map(plan -> wanted(plan, phase)).orElse("");
    }

    /** How an approval is given: by somebody who signs in. Whoever can edit an object could edit an annotation. */
    static String wanted(PlanView plan, PhaseView phase) {
        String key = plan.plan().document().key().toString();
        String name = phase.phase().name().value();
        String digest = plan.run()
                .map(run -> run.state().script().digest().toString())
                .orElseGet(() -> plan.plan().digest().toString());
        return "Phase " + name + " has " + phase.approvers().size() + " of " + phase.approvalsNeeded()
                + " approvals. Review digest " + digest + " and approve it on the page at /plans/" + key
                + ", or by POST /api/v1/plans/" + key + "/phases/" + name
                + "/approvals with {\"decision\":\"Approve\",\"digest\":\"" + digest
                + "\"}, signed in as a person. An annotation or an edit of this object approves nothing.";
    }

    private Now succeeded() {
        return switch (so.status()) {
            case SUCCEEDED ->
                so.objection().isEmpty()
                        ? new Now(SUCCEEDED, Standing.TRUE, "Succeeded", message)
                        : new Now(SUCCEEDED, Standing.UNKNOWN, reason, message);
            case FAILED, ROLLED_BACK -> new Now(SUCCEEDED, Standing.FALSE, reason, message);
            case PENDING, RUNNING, HELD, AWAITING_APPROVAL, PAUSED, ROLLING_BACK ->
                new Now(SUCCEEDED, so.leadsNowhere() ? Standing.FALSE : Standing.UNKNOWN, reason, message);
        };
    }
}
