package dev.lockstep.change;

import dev.lockstep.change.Action.Backfill;
import dev.lockstep.change.Action.CopyRows;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;

/** Tells beforehand how the backfills of a plan will go through their tables. */
final class Walks {
    private final Catalogue catalogue;

    private Walks(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** Refuses a change whose backfill could not begin. */
    static void check(List<Part> parts, Catalogue catalogue, String path, Objections objections) {
        Walks walks = new Walks(catalogue);
        parts.stream()
                .flatMap(part -> part.steps().stream())
                .flatMap(step -> walks.of(step.action()).stream())
                .forEach(walk -> {
                    if (walk instanceof Walk.Impossible(var _, String reason, String remedy)) {
                        objections.add(path + ".table", reason + " " + remedy);
                    }
                });
    }

    /** The same phases, where each backfill says how it goes. */
    static List<Phase> told(List<Phase> phases, Catalogue catalogue) {
        Walks walks = new Walks(catalogue);
        return phases.stream()
                .map(phase -> new Phase(
                        phase.name(),
                        phase.type(),
                        phase.require(),
                        phase.steps().stream().map(walks::told).toList()))
                .toList();
    }

    private Step told(Step step) {
        if (step.action() instanceof Backfill backfill) {
            return with(step, backfill.foretold(words(backfill, backfill.table())));
        }
        if (step.action() instanceof CopyRows copy) {
            return with(step, copy.foretold(words(copy, copy.walked())));
        }
        return step;
    }

    private static Step with(Step step, Action action) {
        return new Step(step.name(), step.title(), action, step.undo(), step.done());
    }

    private String words(Action action, TableName table) {
        return of(action)
                .map(Walks::spoken)
                .orElseGet(
                        () -> "How it is walked is decided when the step begins: there is no table " + table + " yet.");
    }

    private static String spoken(Walk walk) {
        return switch (walk) {
            case Walk.ByBlocks(String why) -> why;
            case Walk.ByKey(var _, String why) -> why;
            // Refused already, unless SQL of this plan that runs before may change it.
            case Walk.Impossible(var _, String reason, var _) ->
                "How it is walked is decided when the step begins. As the table is now: " + reason;
        };
    }

    /** Empty for what walks through no table, or through one that is not there yet. */
    private Optional<Walk> of(Action action) {
        if (action instanceof Backfill backfill) {
            return Walk.of(catalogue, backfill.table(), backfill.key(), backfill.userTriggers());
        }
        return action instanceof CopyRows copy
                // The copy's own triggers know the batches, and fire.
                ? Walk.of(catalogue, copy.walked(), List.of(), UserTriggers.FIRE)
                : Optional.empty();
    }
}
