package dev.lockstep.change;

import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Puts the shares of several changes into one row of phases. */
final class MergedPhases {
    private MergedPhases() {}

    static List<Phase> of(List<Part> parts) {
        List<Phase> phases = new ArrayList<>();
        working(parts, PhaseType.EXPAND, "expand").ifPresent(phases::add);
        working(parts, PhaseType.BACKFILL, "backfill").ifPresent(phases::add);
        for (Milestone milestone : Milestone.values()) {
            if (parts.stream().anyMatch(part -> waitsFor(part, milestone))) {
                phases.add(new Phase(
                        new PhaseName(milestone.label()), PhaseType.DEPLOY, Optional.of(milestone), List.of()));
            }
        }
        contract(parts).ifPresent(phases::add);
        return List.copyOf(phases);
    }

    private static boolean waitsFor(Part part, Milestone milestone) {
        return part.type() == PhaseType.DEPLOY
                && part.require().filter(milestone::equals).isPresent();
    }

    private static Optional<Phase> working(List<Part> parts, PhaseType type, String name) {
        List<Step> steps =
                of(parts, type).flatMap(part -> part.steps().stream()).toList();
        return steps.isEmpty()
                ? Optional.empty()
                : Optional.of(new Phase(new PhaseName(name), type, Optional.empty(), steps));
    }

    /** Nothing is lost before everything that can fail has succeeded, in all changes (P14). */
    private static Optional<Phase> contract(List<Part> parts) {
        List<Step> steps = Stream.concat(
                        of(parts, PhaseType.CONTRACT).flatMap(part -> part.steps().subList(0, loss(part)).stream()),
                        of(parts, PhaseType.CONTRACT)
                                .flatMap(part -> part
                                        .steps()
                                        .subList(loss(part), part.steps().size())
                                        .stream()))
                .toList();
        Optional<Milestone> require =
                parts.stream().flatMap(part -> part.require().stream()).max(Comparator.naturalOrder());
        return steps.isEmpty()
                ? Optional.empty()
                : Optional.of(new Phase(new PhaseName("contract"), PhaseType.CONTRACT, require, steps));
    }

    /** The place of the part's first step that nothing takes back. */
    private static int loss(Part part) {
        int at = 0;
        while (at < part.steps().size() && !(part.steps().get(at).undo() instanceof Undo.Impossible)) {
            at++;
        }
        return at;
    }

    private static Stream<Part> of(List<Part> parts, PhaseType type) {
        return parts.stream().filter(part -> part.type() == type);
    }
}
