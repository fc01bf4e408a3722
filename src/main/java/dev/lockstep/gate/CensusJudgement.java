package dev.lockstep.gate;

import dev.lockstep.gate.Blocker.Code;
import dev.lockstep.gate.Census.Alike;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the database sees, against what a gate wants (G26, G27, G29). */
record CensusJudgement(Census census, Patience patience, Findings findings) {
    /** G27: a pool keeps its own connections to the server, with what they once called themselves. */
    private static final String RECONNECT =
            " If a connection pool keeps them, its connections outlive the code behind it: let it reconnect (RECONNECT in"
                    + " PgBouncer).";

    /** Whether what was seen can be relied on; says so when it cannot and the plan goes by it. */
    boolean usable(List<WorkloadSpec> workloads) {
        boolean wanted = census.rules().hold()
                || workloads.stream()
                        .anyMatch(spec -> spec.evidence().sessions().isPresent());
        return switch (census.consumers()) {
            case Consumers.NotAsked _ -> false;
            case Consumers.Unseen(String reason, var _) -> stale(wanted, reason);
            case Consumers.Seen(var _, var _, Instant at) ->
                !patience.exhausted(at)
                        || stale(wanted, "What is known of the database's sessions is too old to rely on.");
        };
    }

    private boolean stale(boolean wanted, String reason) {
        if (wanted) {
            findings.unknown(new Blocker(
                    Code.EVIDENCE_STALE,
                    "the database's sessions",
                    "whoever runs the database",
                    reason,
                    "Make every server that is configured answer Lockstep again; a replica that is gone for good goes from"
                            + " lockstep.databases.\"name\".replicas."));
        }
        return false;
    }

    /** The sessions that are this workload's, each by the version that it calls itself. */
    void judge(WorkloadSpec spec, Question question) {
        spec.evidence()
                .sessions()
                .ifPresent(sessions -> census.of(sessions)
                        .forEach(alike -> sessions.version(alike.role(), alike.applicationName())
                                .ifPresent(version -> judge(spec, question, alike, version))));
    }

    private void judge(WorkloadSpec spec, Question question, Alike alike, String version) {
        Evidence evidence = new Evidence(Evidence.Source.SESSIONS, version, patience.now());
        switch (question.test(evidence)) {
            case MATCHES, SILENT -> {
                // What is right about a session is evidence about its pod, and judged there.
            }
            case DIFFERS ->
                findings.wrong(new Blocker(
                        question.wrongPod(List.of(evidence)),
                        alike.described(),
                        spec.object(),
                        "The database sees " + alike.described() + ", which say " + version + "; the gate wants "
                                + question.wanted() + ".",
                        "Let whoever has them connect anew with " + question.cure() + "." + RECONNECT));
            case UNREADABLE ->
                findings.unknown(new Blocker(
                        Code.UNKNOWN_VERSION,
                        alike.described(),
                        spec.object(),
                        "The database sees " + alike.described() + ", whose version \"" + version
                                + "\" cannot be compared; the gate wants " + question.wanted() + ".",
                        "Let the code put a full version such as 1.5.0 where evidence.sessions looks for it."));
        }
    }

    /** G26: only where the plan asks for it. */
    void unlisted(List<WorkloadSpec> workloads, List<WorkloadObservation> observations) {
        if (census.rules().hold()) {
            census.unlisted(workloads, observations)
                    .forEach(alike -> findings.unknown(new Blocker(
                            Code.UNLISTED_CONSUMER,
                            alike.described(),
                            Optional.of(alike.role())
                                    .filter(role -> !role.isEmpty())
                                    .map(role -> "role " + role)
                                    .orElse("whoever runs the database"),
                            "The database sees " + alike.described()
                                    + ", and no workload of the plan explains them; nobody knows what code they run.",
                            "Find out whose they are. Give that workload evidence.sessions, list it as External and attest"
                                    + " it, or name it under consumers.known if it does not use what the plan changes."
                                    + RECONNECT)));
        }
    }
}
