package dev.lockstep.gate;

import dev.lockstep.gate.Blocker.Code;
import dev.lockstep.plan.WorkloadSpec;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** One workload against one question: its object, its template, and then each pod. */
record WorkloadJudgement(WorkloadSpec spec, Question question, Patience patience, Findings findings) {
    /** Judges what was seen; null when nobody looked. */
    void judge(@Nullable WorkloadObservation observation) {
        switch (observation) {
            case null ->
                unseen(
                        "Nobody has looked at " + owner() + ".",
                        "Lockstep looks again by itself; if this stays, it is a fault of Lockstep: restart it and report it.");
            case WorkloadObservation.Missing(var _, String object, var _) -> missing(object);
            case WorkloadObservation.Unseen(var _, String reason, var _) ->
                unseen(
                        reason,
                        "Make the cluster's API answer"
                                + " Lockstep again: look at the API server, the network and Lockstep's permissions.");
            case WorkloadObservation.Seen seen -> seen(seen);
        }
    }

    private void missing(String object) {
        findings.wrong(new Blocker(
                Code.WORKLOAD_MISSING,
                object,
                owner(),
                "The cluster has no " + object + ", so what it would run is not known.",
                "Create it, or correct the workload's kind, namespace or resource in the plan."));
    }

    private void unseen(String reason, String remedy) {
        findings.unknown(new Blocker(Code.EVIDENCE_STALE, owner(), owner(), reason, remedy));
    }

    private void seen(WorkloadObservation.Seen seen) {
        if (patience.exhausted(seen.at())) {
            unseen(
                    "What is known of " + owner() + " is too old to rely on.",
                    "See whether the cluster's API answers, and whether the clocks agree.");
            return;
        }
        rollout(seen);
        template(seen);
        PodJudgement pods = new PodJudgement(spec, question, patience, findings);
        // By name, so that the same pods give the same blockers in the same order.
        seen.pods().stream().sorted(Comparator.comparing(PodObservation::name)).forEach(pods::judge);
    }

    private void rollout(WorkloadObservation.Seen seen) {
        if (seen.generation() != seen.observedGeneration()) {
            // G11: until then, pods of a template that nobody has seen may appear.
            findings.unknown(new Blocker(
                    Code.ROLLOUT_NOT_OBSERVED,
                    owner(),
                    owner(),
                    owner() + " was changed, and its controller has not acted on the change yet.",
                    "Wait; if this stays, see whether the cluster's controller manager is running."));
        }
        if (seen.paused()) {
            // G15: scaled while paused, it makes pods of the old template.
            findings.wrong(new Blocker(
                    Code.ROLLOUT_PAUSED,
                    owner(),
                    owner(),
                    "The rollout of " + owner() + " is paused, so scaling it could start pods of an older template.",
                    "Resume it: kubectl rollout resume -n " + spec.namespace() + " deployment/" + spec.resource()
                            + "."));
        }
    }

    /** G17: also with zero pods, because it can be scaled up at any moment. */
    private void template(WorkloadObservation.Seen seen) {
        String template = "template of " + owner();
        Readings readings = Readings.of(seen.template(), question);
        if (!readings.wrong().isEmpty()) {
            String none =
                    seen.desiredReplicas() == 0 ? " It is scaled to zero, but can be scaled up at any moment." : "";
            findings.wrong(new Blocker(
                    question.wrongTemplate(readings.wrong()),
                    template,
                    owner(),
                    "The pod template of " + owner() + " says " + readings.said() + "; the gate wants "
                            + question.wanted() + "." + none,
                    "Roll out " + question.cure() + " to " + owner() + "."));
        } else if (!readings.unreadable().isEmpty()) {
            findings.unknown(new Blocker(
                    Code.UNKNOWN_VERSION,
                    template,
                    owner(),
                    "The pod template of " + owner() + " says " + readings.said()
                            + ", which cannot be compared; the gate wants " + question.wanted() + ".",
                    Readings.MAKE_READABLE));
        } else if (readings.right().isEmpty()) {
            findings.unknown(new Blocker(
                    Code.UNKNOWN_VERSION,
                    template,
                    owner(),
                    "The pod template of " + owner() + " does not say what version it would start; the gate wants "
                            + question.wanted() + ".",
                    "Set the label " + spec.evidence().label() + " in the pod template of " + owner()
                            + ", or give its image a tag that is a version."));
        }
    }

    private String owner() {
        return spec.kind().label() + " " + spec.namespace() + "/" + spec.resource();
    }
}
