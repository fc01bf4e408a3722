package dev.lockstep.change;

import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
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
        }
    }

    /**
     * Where the application keeps the shapes equal, code that writes both and code that only writes the new one must be told
     * apart: the first must be everywhere before the second may come, and one deploy for both would leave rows behind (P25).
     */
    private static void checkReleases(WorkloadSpec workload, String path, Objections objections) {
        Versions both = workload.versions().get(Milestone.DUAL_WRITE);
        Versions only = workload.versions().get(Milestone.NEW_ONLY);
        if (both == null || only == null || both.equals(only)) {
            objections.add(
                    path,
                    "With sync: Application, workload " + workload.name() + " must say which versions write both shapes"
                            + " and, in another set, which no longer touch the old one: while the first roll out, the"
                            + " second must not run yet. For example dual-write: \">=1.4.0\" and new-only: \">=1.5.0\""
                            + " (read-new in between where that is a release of its own). Leave out workloads whose"
                            + " code touches neither.");
        }
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
