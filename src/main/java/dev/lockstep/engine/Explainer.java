package dev.lockstep.engine;

import dev.lockstep.change.Compilation;
import dev.lockstep.change.Compiler;
import dev.lockstep.engine.Runs.Begun.TableTaken;
import dev.lockstep.gate.Requirement;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.Violation;
import dev.lockstep.plan.WorkloadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds a plan against the database and the cluster as they are now: what it would do, or everything that is wrong with it. */
public final class Explainer {
    private final Targets targets;
    private final Cluster cluster;
    private final Runs runs;

    public Explainer(Targets targets, Cluster cluster, Runs runs) {
        this.targets = targets;
        this.cluster = cluster;
        this.runs = runs;
    }

    /** What came of holding a plan against the world. */
    public sealed interface Examination {
        record Fits(Explanation explanation) implements Examination {}

        /**
         * It does not fit.
         *
         * @param violations never empty
         */
        record Violates(List<Violation> violations) implements Examination {
            public Violates {
                violations = List.copyOf(violations);
            }
        }

        /**
         * What could be looked at fits, but the database did not answer.
         *
         * @param reason as a sentence
         */
        record Unreachable(String reason) implements Examination {}

        /**
         * A run is changing one of its tables (G33). What the catalogue says in the middle of that is not what the plan will
         * meet when its turn comes, so it speaks neither for it nor against it.
         *
         * @param meanwhile what the plan would do to the tables as they stand; empty when it does not fit those
         */
        record Taken(TableTaken by, Optional<Explanation> meanwhile) implements Examination {}
    }

    /**
     * Everything at once: a violation in one place does not hide those in another. Only where a run has one of the plan's
     * tables, what the catalogue has against the plan is left to when that is over.
     */
    public Examination examine(PlanDocument document) {
        PlanSpec spec = document.spec();
        List<Violation> violations = new ArrayList<>(requirements(spec));
        List<String> notes = new ArrayList<>();
        workloads(spec, violations, notes);
        Optional<TableTaken> before = taken(spec);
        return switch (targets.read(spec.database(), Compiler.inquiry(spec))) {
            case Targets.CatalogueReading.Unknown(var known) -> {
                violations.add(new Violation(
                        "spec.databaseRef.name",
                        "no database \"" + spec.database() + "\" is configured; "
                                + (known.isEmpty()
                                        ? "none is, set lockstep.databases.\"" + spec.database() + "\".url"
                                        : "there are " + known)));
                yield new Examination.Violates(violations);
            }
            case Targets.CatalogueReading.Unreachable(String reason) ->
                violations.isEmpty() ? new Examination.Unreachable(reason) : new Examination.Violates(violations);
            case Targets.CatalogueReading.Read(var catalogue) -> {
                Compilation compilation = Compiler.compile(spec, catalogue);
                // Asked twice: a run may have begun or ended while the catalogue was read.
                yield before.or(() -> taken(spec))
                        .map(by -> inTheMiddle(by, document, compilation, violations, notes))
                        .orElseGet(() -> concluded(document, compilation, violations, notes));
            }
        };
    }

    private Optional<TableTaken> taken(PlanSpec spec) {
        return runs.taken(spec.database(), Compiler.tables(spec));
    }

    private static Examination concluded(
            PlanDocument document, Compilation compilation, List<Violation> violations, List<String> notes) {
        return switch (compilation) {
            case Compilation.Refused(List<Violation> refused) -> {
                violations.addAll(refused);
                yield new Examination.Violates(violations);
            }
            case Compilation.Compiled compiled ->
                violations.isEmpty()
                        ? new Examination.Fits(explanation(document, compiled, notes))
                        : new Examination.Violates(violations);
        };
    }

    private static Examination inTheMiddle(
            TableTaken by,
            PlanDocument document,
            Compilation compilation,
            List<Violation> violations,
            List<String> notes) {
        if (!violations.isEmpty()) {
            return new Examination.Violates(violations);
        }
        notes.add("Plan " + by.by() + " has been changing table " + by.table() + " since " + by.since()
                + ". What is said here is about the tables as they stand in the middle of that; this plan is held against"
                + " them anew when it begins.");
        return switch (compilation) {
            case Compilation.Refused _ -> new Examination.Taken(by, Optional.empty());
            case Compilation.Compiled compiled ->
                new Examination.Taken(by, Optional.of(explanation(document, compiled, notes)));
        };
    }

    private static Explanation explanation(PlanDocument document, Compilation.Compiled compiled, List<String> notes) {
        notes.addAll(compiled.notes());
        return new Explanation(document, document.digest(), compiled.phases(), notes);
    }

    private static List<Violation> requirements(PlanSpec spec) {
        List<Violation> violations = new ArrayList<>();
        for (int index = 0; index < spec.workloads().size(); index++) {
            for (Map.Entry<Milestone, Versions> entry :
                    spec.workloads().get(index).versions().entrySet()) {
                if (Requirement.parse(entry.getValue()) instanceof Requirement.Parsed.Malformed(String reason)) {
                    violations.add(new Violation(
                            "spec.workloads[" + index + "].versions."
                                    + entry.getKey().label(),
                            reason));
                }
            }
        }
        return violations;
    }

    /** A cluster that does not answer is no reason to refuse a plan: its gates will be held until it does. */
    private void workloads(PlanSpec spec, List<Violation> violations, List<String> notes) {
        List<WorkloadSpec> inClusters = spec.workloads().stream()
                .filter(workload -> workload.runner().place().isPresent())
                .toList();
        List<WorkloadObservation> seen = cluster.observe(inClusters, Freshness.LIVE);
        for (int looked = 0; looked < seen.size(); looked++) {
            WorkloadSpec workload = inClusters.get(looked);
            int index = spec.workloads().indexOf(workload);
            switch (seen.get(looked)) {
                case WorkloadObservation.Seen _, WorkloadObservation.Attested _ -> {
                    // It is there, or needs no cluster to be; that is all that is asked now.
                }
                case WorkloadObservation.Missing(var _, String object, var _) ->
                    violations.add(new Violation(
                            "spec.workloads[" + index + "].resource",
                            "the cluster has no " + object
                                    + "; check resource and namespace, or leave the workload out"));
                case WorkloadObservation.Unseen(var _, String reason, var _) ->
                    notes.add("Whether workload " + workload.name() + " exists is not known yet: " + reason);
            }
        }
    }
}
