package dev.lockstep.lifecycle;

import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.Windows;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that is known of a run; the sum of its journal.
 *
 * @param attempts how often the step at the current position has been begun
 * @param fence of the newest lease; 0 before the first
 * @param suspended whether a person asked it to pause
 * @param approvals who has approved which phase, for the script's digest
 * @param holds what is in the way now, each with since when
 * @param floor the phase whose requirement is now the least that workloads may run
 * @param pointOfNoReturn the step that was begun although nothing takes it back
 * @param pacing at which speed backfills are to go, if somebody said so
 * @param windows when phases may run
 */
public record RunState(
        Script script,
        Stage stage,
        int attempts,
        long fence,
        boolean suspended,
        Map<PhaseName, Consent> approvals,
        List<Hold> holds,
        Optional<PhaseName> floor,
        Optional<String> pointOfNoReturn,
        Optional<Pacing> pacing,
        Windows windows) {
    public RunState {
        approvals = Map.copyOf(approvals);
        holds = List.copyOf(holds);
    }

    /** A run before its first event. */
    public static RunState pending(Script script) {
        return new RunState(
                script,
                new Stage.Pending(),
                0,
                0,
                false,
                Map.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                script.windows().orElse(Windows.NONE));
    }

    /** What people see. */
    public RunStatus status() {
        return switch (stage) {
            case Stage.Pending _ -> RunStatus.PENDING;
            case Stage.Succeeded _ -> RunStatus.SUCCEEDED;
            case Stage.RolledBack _ -> RunStatus.ROLLED_BACK;
            case Stage.Failed _ -> RunStatus.FAILED;
            case Stage.AwaitingApproval _ -> suspended ? RunStatus.PAUSED : RunStatus.AWAITING_APPROVAL;
            case Stage.AtGate(Position at, var _) -> moving(at);
            case Stage.StepDue(Position at, var _) -> moving(at);
            case Stage.StepRunning(Position at, var _) -> moving(at);
        };
    }

    private RunStatus moving(Position at) {
        if (suspended) {
            return RunStatus.PAUSED;
        }
        if (at.backward()) {
            return RunStatus.ROLLING_BACK;
        }
        return holds.isEmpty() ? RunStatus.RUNNING : RunStatus.HELD;
    }

    /** Where the run stands, unless it has not begun or is over. */
    public Optional<Position> position() {
        return switch (stage) {
            case Stage.Pending _, Stage.Succeeded _, Stage.RolledBack _ -> Optional.empty();
            case Stage.AtGate(Position at, var _) -> Optional.of(at);
            case Stage.AwaitingApproval(Position at, var _) -> Optional.of(at);
            case Stage.StepDue(Position at, var _) -> Optional.of(at);
            case Stage.StepRunning(Position at, var _) -> Optional.of(at);
            case Stage.Failed(Position at, var _) -> Optional.of(at);
        };
    }

    /** Who has approved this phase so far. */
    public Set<String> approvers(PhaseName phase) {
        return Optional.ofNullable(approvals.get(phase)).map(Consent::by).orElse(Set.of());
    }

    /** Who has approved this phase so recently that it still counts. */
    public Set<String> approvers(PhaseName phase, Instant now) {
        return Optional.ofNullable(approvals.get(phase))
                .filter(consent -> !consent.expired(now))
                .map(Consent::by)
                .orElse(Set.of());
    }

    /** Whether what stands at this position may begin, or has begun, as far as people have a say. */
    boolean granted(Position at, Instant now) {
        if (at.backward()) {
            return true;
        }
        PhaseName phase = script.phase(at).name();
        boolean begun = at.step() > 0 || attempts > 0;
        return (begun ? approvers(phase) : approvers(phase, now)).size() >= script.approvalsFor(phase);
    }

    /** Whether the floor has to rise before the gate here opens: it stands lower than what the phase is about to take away. */
    boolean floorDue(Position at) {
        return script.raisesFloor(at) && floor.stream().noneMatch(phase -> script.reaches(phase, script.phase(at)));
    }

    /** What the gate here is being watched for; empty where none matches. */
    public Optional<Stability> stability() {
        return stage instanceof Stage.AtGate(Position at, Stage.Watch.MatchingSince(Instant since))
                ? Optional.of(new Stability(since, since.plusSeconds(script.minStableSeconds()), then(at)))
                : Optional.empty();
    }

    private Stability.Then then(Position at) {
        if (!script.raisesFloor(at)) {
            return Stability.Then.OPENS;
        }
        return floorDue(at) ? Stability.Then.RAISES_FLOOR : Stability.Then.OPENS_ABOVE_FLOOR;
    }

    /** The same run in another stage, with nothing in the way. */
    RunState in(Stage next) {
        return in(next, List.of());
    }

    RunState in(Stage next, List<Hold> by) {
        return new RunState(
                script, next, attempts, fence, suspended, approvals, by, floor, pointOfNoReturn, pacing, windows);
    }

    RunState attempts(int now) {
        return new RunState(
                script, stage, now, fence, suspended, approvals, holds, floor, pointOfNoReturn, pacing, windows);
    }

    RunState under(long newFence) {
        return new RunState(
                script,
                stage,
                attempts,
                newFence,
                suspended,
                approvals,
                holds,
                floor,
                pointOfNoReturn,
                pacing,
                windows);
    }

    RunState suspended(boolean now) {
        return new RunState(
                script, stage, attempts, fence, now, approvals, holds, floor, pointOfNoReturn, pacing, windows);
    }

    RunState approvals(Map<PhaseName, Consent> now) {
        return new RunState(
                script, stage, attempts, fence, suspended, now, holds, floor, pointOfNoReturn, pacing, windows);
    }

    RunState floor(Optional<PhaseName> now) {
        return new RunState(
                script, stage, attempts, fence, suspended, approvals, holds, now, pointOfNoReturn, pacing, windows);
    }

    /**
     * As the floor is for a run that stands here. Going back it stays until the phase that raised it has been taken back:
     * before that, the shape that older code needs is not there yet.
     */
    RunState floorAt(Position here) {
        boolean falls = here.backward()
                && floor.filter(raised -> script.phases().subList(0, here.phase() + 1).stream()
                                .noneMatch(phase -> phase.name().equals(raised)))
                        .isPresent();
        return falls || here.equals(Position.ALL_TAKEN_BACK) ? floor(Optional.empty()) : this;
    }

    RunState pacing(Optional<Pacing> now) {
        return new RunState(
                script, stage, attempts, fence, suspended, approvals, holds, floor, pointOfNoReturn, now, windows);
    }

    RunState within(Windows others) {
        return new RunState(
                script, stage, attempts, fence, suspended, approvals, holds, floor, pointOfNoReturn, pacing, others);
    }

    RunState pastReturn(String step) {
        return new RunState(
                script, stage, attempts, fence, suspended, approvals, holds, floor, Optional.of(step), pacing, windows);
    }
}
