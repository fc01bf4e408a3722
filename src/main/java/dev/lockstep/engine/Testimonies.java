package dev.lockstep.engine;

import dev.lockstep.change.Action;
import dev.lockstep.change.Departure;
import dev.lockstep.change.Step;
import dev.lockstep.lifecycle.Script;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PlanSpec;
import java.util.List;
import java.util.Optional;

/** What the server says about the use of what a plan takes away, for whoever decides about it. Blocks. */
public final class Testimonies {
    private final Plans plans;
    private final Runs runs;
    private final Targets targets;

    public Testimonies(Plans plans, Runs runs, Targets targets) {
        this.plans = plans;
        this.runs = runs;
        this.targets = targets;
    }

    /**
     * One for each name that the plan takes away, in its order; what raw SQL drops is not known.
     *
     * @throws LockstepException PLAN_NOT_FOUND
     */
    public List<Testimony> of(PlanKey key) {
        StoredPlan plan = plans.find(key)
                .orElseThrow(() -> new LockstepException(ErrorCode.PLAN_NOT_FOUND, "There is no plan " + key + "."));
        PlanSpec spec = plan.document().spec();
        Optional<StoredRun> run = plan.newestRun().flatMap(runs::find);
        return Departure.of(spec).stream()
                .map(what -> targets.testify(spec.database(), what, run.flatMap(each -> counted(each, what))))
                .toList();
    }

    private static Optional<Targets.Counted> counted(StoredRun run, Departure what) {
        Script script = run.script();
        return script.phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .filter(step -> step.action().equals(new Action.CountUses(what)))
                .map(Step::name)
                .findFirst()
                .map(name -> new Targets.Counted(run.id(), name));
    }
}
