package dev.lockstep.lifecycle;

import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.Windows;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run is to do, fixed when it starts.
 *
 * @param digest of the plan that it was compiled from
 * @param approvals how many people must approve a phase; a phase that is not there needs none
 * @param minStableSeconds how long a gate must match before it opens
 * @param windows when phases may run, if nothing else is said later; empty for at any time
 */
public record Script(
        Digest digest,
        List<Phase> phases,
        Map<PhaseName, Integer> approvals,
        int minStableSeconds,
        Optional<Windows> windows) {
    public Script {
        phases = List.copyOf(phases);
        approvals = Map.copyOf(approvals);
        if (phases.isEmpty()) {
            throw new IllegalArgumentException("a run needs at least one phase");
        }
    }

    /** The phase that this position is in. */
    public Phase phase(Position at) {
        return phases.get(at.phase());
    }

    /** The step at this position. */
    public Step step(Position at) {
        return phase(at).steps().get(at.step());
    }

    /** The step's place in the whole run, from 0. */
    public int ordinal(Position at) {
        int before = phases.subList(0, at.phase()).stream()
                .mapToInt(phase -> phase.steps().size())
                .sum();
        return before + at.step();
    }

    /** The names of all steps before this position, in order. */
    public List<String> before(Position at) {
        return phases.stream()
                .flatMap(phase -> phase.steps().stream())
                .limit(ordinal(at))
                .map(Step::name)
                .toList();
    }

    /** How many people must approve this phase. */
    public int approvalsFor(PhaseName phase) {
        return approvals.getOrDefault(phase, 0);
    }

    /** Whether there is nothing to do any more in this position's direction and, going forward, in its phase. */
    public boolean exhausted(Position at) {
        return at.backward()
                ? at.equals(Position.ALL_TAKEN_BACK)
                : at.step() == phase(at).steps().size();
    }

    boolean lastPhase(Position at) {
        return at.phase() == phases.size() - 1;
    }

    /**
     * Whether a look at the cluster comes before what is due here: forward where the phase says so, backward because code
     * that has come to need the new shape would break. Taking back a contract brings the old shape back beside the new one,
     * which breaks nobody: whoever has to go back in a hurry does not wait for that. Where all steps are done, or taken
     * back, nothing is left that a gate could guard; a phase without steps is its gate.
     */
    boolean gated(Position at) {
        boolean nothingLeft =
                exhausted(at) && (at.backward() || !phase(at).steps().isEmpty());
        boolean asked = at.backward()
                ? phase(at).type() != PhaseType.CONTRACT
                : phase(at).require().isPresent();
        return !nothingLeft && asked;
    }

    /** Whether code that needs the old shape is to be kept out before this phase begins. */
    boolean raisesFloor(Position at) {
        return !at.backward() && gated(at) && phase(at).type() == PhaseType.CONTRACT;
    }

    /** Whether all code that satisfies the named phase satisfies this one as well. */
    boolean reaches(PhaseName named, Phase other) {
        return phases.stream()
                .filter(phase -> phase.name().equals(named))
                .flatMap(phase -> phase.require().stream())
                .anyMatch(milestone -> other.require()
                        .filter(wanted -> milestone.compareTo(wanted) >= 0)
                        .isPresent());
    }

    /** Where to go on after the step here is done, or taken back. Steps that leave nothing to take back are passed over. */
    Position after(Position at) {
        return at.backward()
                ? before(at.phase(), at.step())
                : new Position(Direction.FORWARD, at.phase(), at.step() + 1);
    }

    /** The first step to take back for a run that stands before this step of this phase. */
    Position before(int phase, int step) {
        int at = step;
        for (int in = phase; in >= 0; in--) {
            List<Step> steps = phases.get(in).steps();
            for (int candidate = (in == phase ? at : steps.size()) - 1; candidate >= 0; candidate--) {
                if (!(steps.get(candidate).undo() instanceof Step.Undo.Nothing)) {
                    return new Position(Direction.BACKWARD, in, candidate);
                }
            }
        }
        return Position.ALL_TAKEN_BACK;
    }

    /** Whether running this step loses what nothing brings back. */
    static boolean irreversible(Step step) {
        return step.undo() instanceof Step.Undo.Impossible;
    }
}
