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
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Puts the shares of several changes into one row of phases: expand; dual-write, where the application keeps the shapes
 * equal; backfill; dual-write, where triggers do; read-new; release; new-only; contract. Only those that have anything in
 * them are there.
 */
final class MergedPhases {
    private final List<Part> parts;
    private final List<Phase> phases = new ArrayList<>();

    private MergedPhases(List<Part> parts) {
        this.parts = parts;
    }

    static List<Phase> of(List<Part> parts) {
        MergedPhases merged = new MergedPhases(parts);
        merged.work("expand", PhaseType.EXPAND, SharedBackfill.withoutIndexes(parts));
        boolean writtenFirst = parts.stream()
                .anyMatch(part ->
                        part.type() == PhaseType.BACKFILL && part.require().isPresent());
        if (writtenFirst) {
            merged.deploy(Milestone.DUAL_WRITE);
        }
        merged.work("backfill", PhaseType.BACKFILL, SharedBackfill.of(parts));
        if (!writtenFirst) {
            merged.deploy(Milestone.DUAL_WRITE);
        }
        merged.deploy(Milestone.READ_NEW);
        merged.work("release", PhaseType.CONTRACT, merged.contract(MergedPhases::releases));
        merged.deploy(Milestone.NEW_ONLY);
        merged.work("contract", PhaseType.CONTRACT, merged.contract(Predicate.not(MergedPhases::releases)));
        return List.copyOf(merged.phases);
    }

    /** What lets go of the old shape before the first code that no longer writes it. */
    private static boolean releases(Part part) {
        return part.require().filter(Milestone.READ_NEW::equals).isPresent();
    }

    private void deploy(Milestone milestone) {
        List<Part> share = parts.stream()
                .filter(part -> part.type() == PhaseType.DEPLOY)
                .filter(part -> part.require().filter(milestone::equals).isPresent())
                .toList();
        if (!share.isEmpty()) {
            phases.add(new Phase(
                    new PhaseName(milestone.label()),
                    PhaseType.DEPLOY,
                    Optional.of(milestone),
                    share.stream().flatMap(part -> part.steps().stream()).toList()));
        }
    }

    private void work(String name, PhaseType type, List<Part> share) {
        List<Step> steps = share.stream().flatMap(part -> part.steps().stream()).toList();
        Optional<Milestone> require =
                share.stream().flatMap(part -> part.require().stream()).max(Comparator.naturalOrder());
        if (!steps.isEmpty()) {
            phases.add(new Phase(new PhaseName(name), type, require, steps));
        }
    }

    /**
     * Nothing is lost before everything that can fail has succeeded, in all changes (P14). What is hidden first is hidden
     * together, for one revert window.
     */
    private List<Part> contract(Predicate<Part> which) {
        List<Part> share = parts.stream()
                .filter(part -> part.type() == PhaseType.CONTRACT)
                .filter(which)
                .toList();
        List<Step> windows = share.stream()
                .flatMap(part -> part.steps().stream())
                .filter(MergedPhases::window)
                .toList();
        Stream<Part> together =
                windows.isEmpty() ? Stream.of() : Stream.of(share.getFirst().with(List.of(Hiding.together(windows))));
        return Stream.of(
                        // Our own looks at the rows are statements that mention the column, too.
                        share.stream()
                                .map(part -> part.with(part.steps().stream()
                                        .filter(MergedPhases::proof)
                                        .toList())),
                        share.stream()
                                .map(part -> part.with(part.steps().subList(0, pause(part)).stream()
                                        .filter(Predicate.not(MergedPhases::proof))
                                        .toList())),
                        together,
                        share.stream().map(part -> part.with(withoutWindow(part, pause(part), loss(part)))),
                        share.stream()
                                .map(part -> part.with(withoutWindow(
                                        part, loss(part), part.steps().size()))))
                .flatMap(each -> each)
                .toList();
    }

    private static boolean proof(Step step) {
        return step.action() instanceof Action.ProveUnused;
    }

    private static boolean window(Step step) {
        return step.action() instanceof Action.RevertWindow;
    }

    private static List<Step> withoutWindow(Part part, int from, int to) {
        return part.steps().subList(from, to).stream()
                .filter(Predicate.not(MergedPhases::window))
                .toList();
    }

    /** The place of the part's revert window, or of its loss where it has none. */
    private static int pause(Part part) {
        return place(part, step -> window(step) || step.undo() instanceof Undo.Impossible);
    }

    /** The place of the part's first step that nothing takes back. */
    private static int loss(Part part) {
        return place(part, step -> step.undo() instanceof Undo.Impossible);
    }

    private static int place(Part part, Predicate<Step> wanted) {
        int at = 0;
        while (at < part.steps().size() && !wanted.test(part.steps().get(at))) {
            at++;
        }
        return at;
    }
}
