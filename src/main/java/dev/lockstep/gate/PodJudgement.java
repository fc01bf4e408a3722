package dev.lockstep.gate;

import dev.lockstep.gate.Blocker.Code;
import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
import java.util.Optional;

/** Each pod of one workload against one question. Every pod that could still run counts (G12, G13, G16, G18). */
record PodJudgement(WorkloadSpec spec, Question question, Patience patience, List<String> notes, Findings findings) {
    void judge(PodObservation pod) {
        if (pod.condition() == PodObservation.Condition.GONE) {
            return;
        }
        List<Evidence> present = present(pod);
        Readings readings =
                Readings.of(present.stream().filter(each -> !stale(each)).toList(), question);
        if (!readings.wrong().isEmpty()) {
            // G2: whatever the others say.
            findings.wrong(
                    blocker(pod, question.wrongPod(readings.wrong()), says(pod, readings) + wants(), remedy(pod)));
        } else if (!readings.unreadable().isEmpty()) {
            findings.unknown(blocker(
                    pod,
                    Code.UNKNOWN_VERSION,
                    says(pod, readings) + ", which cannot be compared" + wants(),
                    Readings.MAKE_READABLE));
        } else if (present.stream().anyMatch(this::stale)) {
            findings.unknown(blocker(
                    pod,
                    Code.EVIDENCE_STALE,
                    "What is known of pod " + pod.name() + " is too old to rely on.",
                    "See whether the pod and the cluster's API answer, and whether the clocks agree."));
        } else {
            enough(pod, readings);
        }
    }

    /** What is right and fresh about this pod; nothing when anything about it is not. */
    List<Evidence> proof(PodObservation pod) {
        List<Evidence> present = present(pod);
        Readings readings = Readings.of(present, question);
        return pod.condition() == PodObservation.Condition.GONE
                        || !readings.wrong().isEmpty()
                        || !readings.unreadable().isEmpty()
                        || present.stream().anyMatch(this::stale)
                ? List.of()
                : readings.right();
    }

    private void enough(PodObservation pod, Readings readings) {
        Optional<Aspect> missing = question.missing(readings.right());
        if (missing.isPresent()
                && (missing.get() != Aspect.VERSION || !readings.right().isEmpty())) {
            findings.unknown(blocker(
                    pod,
                    Code.NOT_ENOUGH_EVIDENCE,
                    "Of pod " + pod.name() + doing(pod) + " it is not known " + Readings.unknown(missing.get())
                            + wants() + failures(pod),
                    Readings.makeKnown(missing.get())));
        } else if (readings.right().isEmpty()) {
            findings.unknown(blocker(
                    pod,
                    Code.UNKNOWN_VERSION,
                    "Pod " + pod.name() + doing(pod) + " does not say what version it runs" + wants() + failures(pod),
                    "Set the label " + spec.evidence().label() + " in the pod template, or let the process report its"
                            + " version."));
        } else if (readings.kinds() < question.minimumKinds()) {
            findings.unknown(
                    blocker(
                            pod,
                            Code.NOT_ENOUGH_EVIDENCE,
                            says(pod, readings) + "; the contract wants " + question.minimumKinds()
                                    + " different kinds of evidence that agree, and there "
                                    + (readings.kinds() == 1 ? "is 1" : "are " + readings.kinds()) + "."
                                    + failures(pod),
                            "Let more sources speak: the label "
                                    + spec.evidence().label()
                                    + ", a version as the image's tag, evidence.http in the plan, or a report by the process."));
        } else if (question.fromProcess() && !readings.fromProcess()) {
            findings.unknown(
                    blocker(
                            pod,
                            Code.NOT_ENOUGH_EVIDENCE,
                            says(pod, readings)
                                    + "; the contract wants the running process itself to say so, and it has not."
                                    + failures(pod),
                            "Let the process report its version to Lockstep after it has started, or set evidence.http in the plan."));
        } else if (!readings.atLeast(question.minimum())) {
            findings.unknown(blocker(
                    pod,
                    Code.NOT_ENOUGH_EVIDENCE,
                    says(pod, readings) + "; the plan wants stronger evidence here, "
                            + question.minimum().label() + " at least (evidence.minimum)." + failures(pod),
                    Readings.strengthen(question.minimum())));
        }
    }

    private static List<Evidence> present(PodObservation pod) {
        return pod.evidence().stream().filter(each -> ofThisProcess(pod, each)).toList();
    }

    /** G3: what another process said, even under the same pod's name, is not about this one. */
    private static boolean ofThisProcess(PodObservation pod, Evidence evidence) {
        return !evidence.source().fromProcess() || !evidence.observedAt().isBefore(pod.processStartedAt());
    }

    /** A process does not change its code while it runs, so its own report stays true; all else is read anew. */
    private boolean stale(Evidence evidence) {
        return evidence.source() != Evidence.Source.REPORT && patience.exhausted(evidence.observedAt());
    }

    private static String says(PodObservation pod, Readings readings) {
        return "Pod " + pod.name() + doing(pod) + " reports " + readings.said();
    }

    private String wants() {
        return "; the gate wants " + question.wanted() + ".";
    }

    private static String doing(PodObservation pod) {
        return switch (pod.condition()) {
            case PENDING -> ", which is still to start,";
            case RUNNING, GONE -> "";
            case NOT_READY -> ", which is not ready but may connect all the same,";
            case TERMINATING -> ", which is terminating and counts until its containers have exited,";
            case UNREACHABLE -> ", whose node does not answer and which may still run,";
        };
    }

    private static String failures(PodObservation pod) {
        return pod.failures().isEmpty() ? "" : " " + String.join(" ", pod.failures());
    }

    private String remedy(PodObservation pod) {
        return switch (pod.condition()) {
            case TERMINATING ->
                "It ends by itself within its grace period. If it does not: kubectl describe pod" + in() + " "
                        + pod.name() + ".";
            case UNREACHABLE ->
                "Bring its node back, or delete the node from the cluster once the machine is certainly off.";
            case PENDING, RUNNING, NOT_READY, GONE ->
                "Roll out " + question.cure() + " to " + owner()
                        + " and wait for this pod to end. If it stays after the rollout, something else keeps it: "
                        + pod.owner() + "." + (notes.isEmpty() ? "" : " " + String.join(" ", notes));
        };
    }

    private Blocker blocker(PodObservation pod, Code code, String message, String remedy) {
        return new Blocker(code, "pod " + pod.name(), owner(), message, remedy);
    }

    private String owner() {
        return spec.object();
    }

    /** For kubectl. */
    private String in() {
        return spec.runner().place().map(where -> " -n " + where.namespace()).orElse("");
    }
}
