package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the gate's tests see: a Deployment {@code shop/shop-web}, finished with its rollout unless said otherwise. */
final class Seen {
    static final Instant NOW = Instant.parse("2026-03-01T03:00:00Z");
    static final Duration STALE_AFTER = Duration.ofSeconds(30);
    static final Instant STALE = NOW.minus(STALE_AFTER).minusMillis(1);
    static final WorkloadName WEB = new WorkloadName("web");

    private Seen() {}

    static Gate gate() {
        return new Gate(NOW, STALE_AFTER);
    }

    static WorkloadSpec spec(Map<Milestone, Versions> versions) {
        return spec(versions, EvidenceSpec.standard());
    }

    static WorkloadSpec spec(Map<Milestone, Versions> versions, EvidenceSpec evidence) {
        return new WorkloadSpec(WEB, Runner.Kind.DEPLOYMENT, "shop", "shop-web", versions, evidence);
    }

    static WorkloadSpec newOnly(String range) {
        return spec(Map.of(Milestone.NEW_ONLY, new Versions.Range(range)));
    }

    static WorkloadObservation.Seen rolledOut(List<Evidence> template, PodObservation... pods) {
        return new WorkloadObservation.Seen(WEB, "uid", 7, 7, false, pods.length, template, List.of(pods), NOW);
    }

    static WorkloadObservation.Seen rolledOut(String template, PodObservation... pods) {
        return rolledOut(List.of(label(template)), pods);
    }

    static PodObservation pod(String name, Condition condition, Evidence... evidence) {
        return new PodObservation(
                name,
                "uid-" + name,
                "ReplicaSet shop-web-1",
                condition,
                NOW.minusSeconds(60),
                NOW.minusSeconds(50),
                List.of(evidence),
                List.of());
    }

    static PodObservation running(String name, Evidence... evidence) {
        return pod(name, Condition.RUNNING, evidence);
    }

    static Evidence label(String version) {
        return new Evidence(Source.LABEL, version, NOW);
    }

    static Evidence tag(String version) {
        return new Evidence(Source.IMAGE_TAG, version, NOW);
    }

    static Evidence http(String version) {
        return new Evidence(Source.HTTP, version, NOW);
    }

    static Evidence report(String version) {
        return new Evidence(Source.REPORT, version, NOW);
    }

    static List<Blocker> blockers(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Open _ -> List.of();
            case Verdict.Closed(List<Blocker> blockers) -> blockers;
            case Verdict.Inconclusive(List<Blocker> blockers) -> blockers;
        };
    }

    static Stream<Blocker.Code> codes(Verdict verdict) {
        return blockers(verdict).stream().map(Blocker::code);
    }
}
