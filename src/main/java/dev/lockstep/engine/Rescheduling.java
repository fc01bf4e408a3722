package dev.lockstep.engine;

import dev.lockstep.change.Phase;
import dev.lockstep.engine.Explainer.Examination;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.Violation;
import dev.lockstep.plan.Windows;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Brings a plan's windows to its run. They are kept with the plan first, and in the run's journal afterwards; where the second
 * was missed, whoever declares the plan again makes up for it.
 */
final class Rescheduling {
    private final Plans plans;
    private final Runs runs;
    private final Views views;
    private final Explainer explainer;
    private final InstantSource clock;

    Rescheduling(Plans plans, Runs runs, Views views, Explainer explainer, InstantSource clock) {
        this.plans = plans;
        this.runs = runs;
        this.views = views;
        this.explainer = explainer;
        this.clock = clock;
    }

    /** What is wrong with this document, unless it is the one that is known already. */
    List<Violation> violations(PlanDocument document) {
        Optional<StoredPlan> same =
                plans.find(document.key()).filter(known -> known.digest().equals(document.digest()));
        Windows windows = document.spec().allWindows();
        if (same.filter(known -> known.document().spec().allWindows().equals(windows))
                .isPresent()) {
            return List.of();
        }
        // What its run has done already would be in the way of compiling it again.
        return same.flatMap(this::run)
                .map(run -> windows.unknown(
                        run.script().phases().stream().map(Phase::name).toList()))
                .orElseGet(() -> explainer.examine(document) instanceof Examination.Violates(List<Violation> found)
                        ? found
                        : List.of());
    }

    /** Has the run that goes by this plan keep its windows, if it is not over. */
    void follow(StoredPlan plan, Actor actor) {
        run(plan)
                .map(run -> new Journalist(runs, run, new Runs.Authority.Command(), clock))
                .ifPresent(journalist -> journalist.write(state -> {
                    // As the plan has them by now: of two who change them at once, the later one is right in both
                    // places.
                    Windows wanted = plans.find(plan.document().key())
                            .map(now -> now.document().spec().allWindows())
                            .orElse(state.windows());
                    boolean news = !state.status().over() && !wanted.equals(state.windows());
                    return news ? List.of(new Event.Rescheduled(wanted, actor.name())) : List.of();
                }));
    }

    /** The newest run, if it was made from what the plan says now. */
    private Optional<StoredRun> run(StoredPlan plan) {
        Digest digest = plan.digest();
        return plan.newestRun()
                .map(views::stored)
                .filter(run -> run.script().digest().equals(digest));
    }
}
