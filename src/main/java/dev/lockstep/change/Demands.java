package dev.lockstep.change;

import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What compiled phases demand of the rest of the plan: workloads with versions for their gates, approvals by name. */
final class Demands {
    private Demands() {}

    static void check(PlanSpec spec, List<Phase> phases, Objections objections) {
        Set<Milestone> required = new TreeSet<>();
        phases.forEach(phase -> phase.require().ifPresent(required::add));
        if (!required.isEmpty() && spec.workloads().isEmpty()) {
            objections.add(
                    "spec.workloads",
                    "The plan must wait until all code is ready ("
                            + required.stream().map(Milestone::label).collect(Collectors.joining(", "))
                            + "), but lists no workload that could be watched. List everything that runs code against"
                            + " this database.");
        }
        for (int index = 0; index < spec.workloads().size(); index++) {
            WorkloadSpec workload = spec.workloads().get(index);
            String path = "spec.workloads[" + index + "].versions";
            if (required.contains(Milestone.READ_NEW)) {
                checkReleases(workload, path, objections);
            }
            check(workload, required, path, objections);
        }
        // With other objections there may be fewer phases than the author meant.
        if (!objections.any()) {
            checkApprovals(spec, phases, objections);
            spec.windows()
                    .map(windows ->
                            windows.unknown(phases.stream().map(Phase::name).toList()))
                    .ifPresent(objections::addAll);
        }
    }

    /**
     * Where the application keeps the shapes equal, three releases must be told apart: each must be everywhere before the
     * first pod of the next may run, and one deploy for two of them would leave rows behind or unread (P25).
     */
    private static void checkReleases(WorkloadSpec workload, String path, Objections objections) {
        Optional<Versions> both = declared(workload, Milestone.DUAL_WRITE);
        Optional<Versions> read = declared(workload, Milestone.READ_NEW);
        Optional<Versions> only = declared(workload, Milestone.NEW_ONLY);
        if (both.isEmpty() || read.isEmpty() || only.isEmpty() || only.equals(both) || only.equals(read)) {
            objections.add(
                    path,
                    "With sync: Application, workload " + workload.name()
                            + " must say which versions write both shapes,"
                            + " which of them read the new one (the same, if they prefer it already), and, in another set,"
                            + " which no longer touch the old one: while one rolls out, the next must not run yet. For"
                            + " example dual-write: \">=1.4.0\", read-new: \">=1.5.0\" and new-only: \">=1.6.0\"."
                            + " Leave out workloads whose code touches neither shape.");
        }
    }

    private static Optional<Versions> declared(WorkloadSpec workload, Milestone milestone) {
        return Optional.ofNullable(workload.versions().get(milestone));
    }

    private static void check(WorkloadSpec workload, Set<Milestone> required, String path, Objections objections) {
        for (Milestone milestone : required) {
            if (workload.required(milestone).isEmpty()) {
                objections.add(
                        path,
                        "Workload " + workload.name() + " does not say which versions have reached "
                                + milestone.label() + ", which this plan waits for. Add for example "
                                + milestone.label()
                                + ": \">=1.5.0\".");
            }
        }
    }

    private static void checkApprovals(PlanSpec spec, List<Phase> phases, Objections objections) {
        List<PhaseName> names = phases.stream().map(Phase::name).toList();
        for (int index = 0; index < spec.approvals().size(); index++) {
            PhaseName wanted = spec.approvals().get(index).phase();
            if (!names.contains(wanted)) {
                objections.add(
                        "spec.approvals[" + index + "].phase",
                        "This plan has no phase " + wanted + ", so nobody could approve it. It has "
                                + names.stream().map(PhaseName::value).collect(Collectors.joining(", ")) + ".");
            }
        }
    }
}
