package dev.lockstep.engine;

import dev.lockstep.change.Phase;
import dev.lockstep.gate.Attestation;
import dev.lockstep.gate.Census;
import dev.lockstep.gate.Consumers;
import dev.lockstep.gate.EvidenceMerge;
import dev.lockstep.gate.EvidenceMerge.OwnReport;
import dev.lockstep.gate.Gate;
import dev.lockstep.gate.GateKind;
import dev.lockstep.gate.Verdict;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.Readiness;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.plan.ConsumerRules;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks at what runs, from the cluster and from the pods' own reports, and asks the gate what that means. */
public final class Lookout {
    /** Older observations are no evidence any more (G1). */
    private static final Duration STALE_AFTER = Duration.ofSeconds(15);

    /** Whoever reported before this was there before the pods are listed, whatever the replicas' clocks say. */
    static final Duration REPORT_SETTLED_AFTER = Duration.ofHours(1);

    /** Few enough for a delete to be short. */
    static final int REPORTS_AT_ONCE = 1_000;

    private final Cluster cluster;
    private final Runs runs;
    private final Neighbours neighbours;
    private final InstantSource clock;

    public Lookout(Cluster cluster, Runs runs, Neighbours neighbours, InstantSource clock) {
        this.cluster = cluster;
        this.runs = runs;
        this.neighbours = neighbours;
        this.clock = clock;
    }

    /**
     * What runs now, one observation for each workload in the same order.
     *
     * @param words the newest one for each external consumer
     */
    public List<WorkloadObservation> look(
            List<WorkloadSpec> workloads, Map<WorkloadName, Attestation> words, Freshness freshness) {
        // What no cluster runs, no cluster is asked about.
        Map<WorkloadName, WorkloadObservation> inClusters = cluster
                .observe(
                        workloads.stream()
                                .filter(spec -> spec.runner().place().isPresent())
                                .toList(),
                        freshness)
                .stream()
                .collect(Collectors.toMap(WorkloadObservation::name, each -> each));
        Instant now = clock.instant();
        List<WorkloadObservation> seen = workloads.stream()
                .map(spec -> Optional.ofNullable(inClusters.get(spec.name()))
                        .orElseGet(() -> new WorkloadObservation.Attested(
                                spec.name(), Optional.ofNullable(words.get(spec.name())), now)))
                .toList();
        Map<String, OwnReport> reports = runs.reports(EvidenceMerge.podUids(seen)).stream()
                .collect(Collectors.toMap(
                        PodReport::podUid,
                        report -> new OwnReport(report.version(), report.capabilities(), report.at()),
                        (first, second) -> first.at().isBefore(second.at()) ? second : first));
        return EvidenceMerge.merge(seen, reports);
    }

    /**
     * Forgets what pods said about themselves that are gone. A UID never comes again, so no gate can ask for it any more.
     * What a pod said that is still there is kept however old it is: it says it once, when it starts.
     *
     * @return how many reports were forgotten
     */
    int forgetReports() {
        Instant moment = clock.instant().minus(REPORT_SETTLED_AFTER);
        return runs.reportedBefore(moment).stream()
                .mapToInt(namespace -> cluster.pods(namespace)
                        .map(living -> forgetReports(namespace, moment, living))
                        .orElse(0))
                .sum();
    }

    private int forgetReports(String namespace, Instant moment, Set<String> living) {
        int all = 0;
        int last;
        do {
            last = runs.forgetReports(namespace, moment, living, REPORTS_AT_ONCE);
            all += last;
        } while (last == REPORTS_AT_ONCE);
        return all;
    }

    /** Calls back whenever a look at these could bring something else than before. Close what it gives to stop. */
    AutoCloseable onChange(List<WorkloadSpec> workloads, Runnable listener) {
        return cluster.onChange(
                workloads.stream()
                        .filter(spec -> spec.runner().place().isPresent())
                        .toList(),
                listener);
    }

    /** What is to be seen around a run, for people. */
    record Surroundings(List<WorkloadObservation> workloads, Unlisted unlisted) {}

    /** What runs now and what uses the database, whether its gates go by that or not. */
    Surroundings surroundings(PlanSpec spec, Map<WorkloadName, Attestation> words) {
        List<WorkloadSpec> workloads = spec.workloads();
        Census census = census(spec, Freshness.WATCHED);
        List<WorkloadObservation> seen =
                EvidenceMerge.merge(look(workloads, words, Freshness.WATCHED), workloads, census.consumers());
        return new Surroundings(
                seen,
                new Unlisted(
                        census.unlisted(workloads, seen),
                        switch (census.consumers()) {
                            case Consumers.NotAsked _ -> List.of();
                            case Consumers.Seen(var _, List<String> blindSpots, var _) -> blindSpots;
                            case Consumers.Unseen(String reason, var _) -> List.of(reason);
                        }));
    }

    private Census census(PlanSpec spec, Freshness freshness) {
        return new Census(
                neighbours.look(spec.database(), freshness), spec.consumers().orElseGet(ConsumerRules::standard));
    }

    /** Whoever does not, is not held up by a replica that does not answer. */
    private static boolean goesByConsumers(PlanSpec spec) {
        return spec.consumers().filter(ConsumerRules::hold).isPresent()
                || spec.workloads().stream()
                        .anyMatch(workload -> workload.evidence().sessions().isPresent());
    }

    /** The verdict of the gate that this run stands before. */
    Verdict verdict(
            PlanSpec spec, RunState state, Map<WorkloadName, Attestation> words, Position at, Freshness freshness) {
        List<WorkloadSpec> workloads = spec.workloads();
        Census census = goesByConsumers(spec) ? census(spec, freshness) : Census.none();
        List<WorkloadObservation> seen =
                EvidenceMerge.merge(look(workloads, words, freshness), workloads, census.consumers());
        Gate gate = new Gate(clock.instant(), STALE_AFTER);
        if (at.backward()) {
            return gate.judgeRollback(workloads, seen, census);
        }
        Phase phase = state.script().phase(at);
        GateKind kind = phase.type() == PhaseType.CONTRACT ? GateKind.CONTRACT : GateKind.DEPLOY;
        return phase.require()
                .map(milestone ->
                        gate.judge(milestone, Readiness.early(state.script(), at), workloads, seen, census, kind))
                .orElseGet(Verdict.Open::new);
    }
}
