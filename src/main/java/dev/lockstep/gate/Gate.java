package dev.lockstep.gate;

import dev.lockstep.gate.Blocker.Code;
import dev.lockstep.gate.Requirement.Parsed;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Decides on evidence, as of one moment. Pure; asked again for the next moment. What is missing, unparsable or stale never
 * passes (G1). The same picture gives the same blockers with the same words, however old it is, so that a journal grows only
 * when something changes.
 *
 * @param staleAfter how old an observation may be
 */
public record Gate(Instant now, Duration staleAfter) {
    /**
     * Has every workload, with every pod that could still run, reached this milestone?
     *
     * @param observations what was seen, with the pods' own reports merged in; the order does not matter
     */
    public Verdict judge(
            Milestone milestone, List<WorkloadSpec> workloads, List<WorkloadObservation> observations, GateKind kind) {
        return judge(milestone, Set.of(), workloads, observations, kind);
    }

    /**
     * Has every workload, with every pod that could still run, reached this milestone, and has none gone ahead to one that
     * the schema cannot bear yet? Such code reads what is not filled, or no longer writes what older code still reads.
     *
     * @param early later milestones that are not ready; one that a workload has with the same versions as the milestone
     *     itself is the same code
     * @param observations what was seen, with the pods' own reports merged in; the order does not matter
     */
    public Verdict judge(
            Milestone milestone,
            Set<Milestone> early,
            List<WorkloadSpec> workloads,
            List<WorkloadObservation> observations,
            GateKind kind) {
        return judge(milestone, early, workloads, observations, Census.none(), kind);
    }

    /**
     * As the other, and does nothing that uses the database contradict it?
     *
     * @param census what the database sees, as far as the plan goes by it
     */
    public Verdict judge(
            Milestone milestone,
            Set<Milestone> early,
            List<WorkloadSpec> workloads,
            List<WorkloadObservation> observations,
            Census census,
            GateKind kind) {
        Findings findings = new Findings();
        CensusJudgement sessions = new CensusJudgement(census, new Patience(now, staleAfter), findings);
        boolean counted = sessions.usable(workloads);
        if (workloads.isEmpty()) {
            findings.unknown(new Blocker(
                    Code.NOT_ENOUGH_EVIDENCE,
                    "plan",
                    "the plan's author",
                    "The plan names no workload, so nobody can say who still needs the old shape.",
                    "List under spec.workloads everything that uses the database."));
        }
        Map<WorkloadName, WorkloadObservation> seen = byName(observations);
        for (WorkloadSpec spec : workloads) {
            forward(milestone, early, spec, kind, findings).ifPresent(question -> {
                judgement(spec, question, findings).judge(seen.get(spec.name()));
                if (counted) {
                    sessions.judge(spec, question);
                }
            });
        }
        if (counted) {
            sessions.unlisted(workloads, observations);
        }
        return findings.verdict();
    }

    /**
     * Has nothing reached any milestone, so that the new shape can be taken away again? Workloads for which the plan names
     * no versions do not need the new shape, and are not asked.
     *
     * @param observations what was seen, with the pods' own reports merged in; the order does not matter
     */
    public Verdict judgeRollback(List<WorkloadSpec> workloads, List<WorkloadObservation> observations) {
        return judgeRollback(workloads, observations, Census.none());
    }

    /**
     * As the other, and has nothing that uses the database reached any?
     *
     * @param census what the database sees, as far as the plan goes by it
     */
    public Verdict judgeRollback(List<WorkloadSpec> workloads, List<WorkloadObservation> observations, Census census) {
        Findings findings = new Findings();
        CensusJudgement sessions = new CensusJudgement(census, new Patience(now, staleAfter), findings);
        boolean counted = sessions.usable(workloads);
        Map<WorkloadName, WorkloadObservation> seen = byName(observations);
        for (WorkloadSpec spec : workloads) {
            List<Requirement> newer = newer(spec, findings);
            if (!newer.isEmpty()) {
                Question question = new Question.Before(newer);
                judgement(spec, question, findings).judge(seen.get(spec.name()));
                if (counted) {
                    sessions.judge(spec, question);
                }
            }
        }
        return findings.verdict();
    }

    private WorkloadJudgement judgement(WorkloadSpec spec, Question question, Findings findings) {
        return new WorkloadJudgement(spec, question, new Patience(now, staleAfter), findings);
    }

    private static Optional<Question> forward(
            Milestone milestone, Set<Milestone> early, WorkloadSpec spec, GateKind kind, Findings findings) {
        Optional<Versions> versions = spec.required(milestone);
        if (versions.isEmpty()) {
            findings.unknown(unreadablePlan(
                    spec,
                    "The plan does not say which versions of " + spec.name() + " have reached " + milestone.label()
                            + "."));
            return Optional.empty();
        }
        return understood(spec, versions.get(), findings)
                .map(requirement -> new Question.Reached(
                        milestone, requirement, ahead(early, versions.get(), spec, findings), kind, spec.evidence()));
    }

    private static List<Question.Early> ahead(
            Set<Milestone> early, Versions wanted, WorkloadSpec spec, Findings findings) {
        List<Question.Early> ahead = new ArrayList<>();
        early.stream()
                .sorted()
                .forEach(milestone -> Optional.ofNullable(spec.versions().get(milestone))
                        .filter(versions -> !versions.equals(wanted))
                        .flatMap(versions -> understood(spec, versions, findings))
                        .ifPresent(requirement -> ahead.add(new Question.Early(milestone, requirement))));
        return ahead;
    }

    private static List<Requirement> newer(WorkloadSpec spec, Findings findings) {
        List<Requirement> newer = new ArrayList<>();
        for (Milestone milestone : Milestone.values()) {
            Optional.ofNullable(spec.versions().get(milestone))
                    .flatMap(versions -> understood(spec, versions, findings))
                    .ifPresent(newer::add);
        }
        return newer;
    }

    private static Optional<Requirement> understood(WorkloadSpec spec, Versions versions, Findings findings) {
        return switch (Requirement.parse(versions)) {
            case Parsed.Understood(Requirement requirement) -> Optional.of(requirement);
            case Parsed.Malformed(String reason) -> {
                findings.unknown(unreadablePlan(spec, reason));
                yield Optional.empty();
            }
        };
    }

    private static Blocker unreadablePlan(WorkloadSpec spec, String message) {
        return new Blocker(
                Code.UNKNOWN_VERSION,
                "workload " + spec.name(),
                "the plan's author",
                message,
                "Correct the versions of workload " + spec.name() + " in the plan and apply it again.");
    }

    /** Two observations of one name would be a mistake; the first would then hide the second. */
    private static Map<WorkloadName, WorkloadObservation> byName(List<WorkloadObservation> observations) {
        return observations.stream().collect(Collectors.toMap(WorkloadObservation::name, Function.identity()));
    }
}
