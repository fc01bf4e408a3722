package dev.lockstep.gate;

import dev.lockstep.gate.Blocker.Code;
import dev.lockstep.gate.WorkloadObservation.PodTemplate;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.WorkloadSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
            case WorkloadObservation.Attested(var _, Optional<Attestation> word, var _) -> attested(word);
            case WorkloadObservation.Seen seen -> seen(seen);
        }
    }

    /** G30: a word counts until it expires, and never a moment longer. */
    private void attested(Optional<Attestation> word) {
        if (word.isEmpty() || !word.get().expiresAt().isAfter(patience.now())) {
            findings.unknown(new Blocker(
                    word.isEmpty() ? Code.NOT_ENOUGH_EVIDENCE : Code.EVIDENCE_STALE,
                    owner(),
                    "whoever runs " + spec.name(),
                    word.map(given -> given.by() + " attested that " + owner() + " runs " + given.version()
                                    + "; that expired at " + given.expiresAt() + ".")
                            .orElse("No cluster shows " + owner() + ", and nobody has attested what it runs."),
                    "Make sure that " + spec.name() + " runs " + question.cure()
                            + ", and attest it: POST …/workloads/" + spec.name()
                            + "/attestations with version, expiresAt and comment."));
            return;
        }
        String said = given(word.get());
        Evidence evidence = new Evidence(
                Evidence.Source.REPORT, word.get().version(), word.get().at());
        switch (question.test(evidence)) {
            case MATCHES -> {
                // Somebody answers for it.
            }
            case DIFFERS ->
                findings.wrong(new Blocker(
                        question.wrongPod(List.of(evidence)),
                        owner(),
                        "whoever runs " + spec.name(),
                        said + "; the gate wants " + question.wanted() + ".",
                        "Change " + spec.name() + " to " + question.cure() + ", and attest that."));
            case UNREADABLE, SILENT ->
                findings.unknown(new Blocker(
                        Code.UNKNOWN_VERSION,
                        owner(),
                        "whoever runs " + spec.name(),
                        said + ", which cannot be compared; the gate wants " + question.wanted() + ".",
                        "Attest a full version, such as 1.5.0."));
        }
    }

    private String given(Attestation word) {
        return word.by() + " attested that " + owner() + " runs " + word.version();
    }

    private void missing(String object) {
        findings.wrong(new Blocker(
                Code.WORKLOAD_MISSING,
                object,
                owner(),
                "The cluster has no " + object + ", so what it would run is not known.",
                spec.runner() instanceof Runner.Controller(Runner.Kind kind, var _, var _) && kind == Runner.Kind.JOB
                        ? "If it has run and was cleaned up, create a Job of this name that runs " + question.cure()
                                + ", suspended if need be; or take it out of the plan, which a new revision can."
                        : "Create it, or correct the workload's kind, namespace or resource in the plan."));
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
        PodJudgement pods = new PodJudgement(spec, question, patience, seen.notes(), findings);
        seen.templates().stream()
                .filter(template -> !spokenFor(template, seen))
                .forEach(template -> template(template, seen, pods));
        // By name, so that the same pods give the same blockers in the same order.
        seen.pods().stream().sorted(Comparator.comparing(PodObservation::name)).forEach(pods::judge);
        if (spec.runner() instanceof Runner.Pods
                && seen.pods().stream().allMatch(pod -> pod.condition() == PodObservation.Condition.GONE)) {
            // G17, G25: whatever starts them may start more, from a template that nobody knows.
            findings.unknown(new Blocker(
                    Code.NOT_ENOUGH_EVIDENCE,
                    owner(),
                    owner(),
                    "The selector finds no pod now, and nobody knows what the next one would run.",
                    "Correct the selector, or run one pod of " + question.cure()
                            + "; where there is none for long, declare the workload as External and attest it."));
        }
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
                    "Resume it: kubectl rollout resume"
                            + spec.runner()
                                    .place()
                                    .map(where -> " -n " + where.namespace())
                                    .orElse("")
                            + " deployment/"
                            + (spec.runner() instanceof Runner.Controller(var _, var _, String resource)
                                    ? resource
                                    : spec.name().value())
                            + "."));
        }
    }

    /** G17: also with zero pods, because it can be scaled up at any moment. */
    private void template(PodTemplate template, WorkloadObservation.Seen seen, PodJudgement pods) {
        String holder = template.object().isEmpty() ? owner() : template.object();
        Readings readings = Readings.of(template.evidence(), question);
        if (!readings.wrong().isEmpty()) {
            findings.wrong(about(
                    question.wrongTemplate(readings.wrong()),
                    holder,
                    " says " + readings.said() + "; the gate wants " + question.wanted() + "." + starts(template, seen),
                    "Roll out " + question.cure() + " to " + owner() + "."));
        } else if (!readings.unreadable().isEmpty()) {
            findings.unknown(about(
                    Code.UNKNOWN_VERSION,
                    holder,
                    " says " + readings.said() + ", which cannot be compared; the gate wants " + question.wanted()
                            + ".",
                    Readings.MAKE_READABLE));
        } else {
            unsaid(template, holder, readings, seen, pods);
        }
    }

    /** Of an older template, the pods that were made from it say more, and are judged each. */
    private static boolean spokenFor(PodTemplate template, WorkloadObservation.Seen seen) {
        return !template.object().isEmpty()
                && !template.revision().isEmpty()
                && seen.pods().stream()
                        .anyMatch(pod -> pod.condition() != PodObservation.Condition.GONE
                                && pod.revision().equals(template.revision()));
    }

    /** What a template leaves out, a pod that was made from it can tell. */
    private void unsaid(
            PodTemplate template, String holder, Readings readings, WorkloadObservation.Seen seen, PodJudgement pods) {
        List<Evidence> known = Stream.concat(
                        readings.right().stream(),
                        seen.pods().stream()
                                .filter(pod -> !template.revision().isEmpty()
                                        && template.revision().equals(pod.revision()))
                                .flatMap(pod -> pods.proof(pod).stream()))
                .toList();
        question.missing(known)
                .ifPresent(aspect -> findings.unknown(about(
                        Code.UNKNOWN_VERSION,
                        holder,
                        (aspect == Evidence.Aspect.VERSION
                                        ? " does not say what version it would start"
                                        : " does not say " + Readings.unknown(aspect)
                                                + ", and no pod that was made from it has")
                                + "; the gate wants " + question.wanted() + "." + starts(template, seen),
                        aspect == Evidence.Aspect.VERSION
                                ? "Set the label " + spec.evidence().label() + " in the pod template of " + owner()
                                        + ", or give its image a tag that is a version."
                                : Readings.makeKnown(aspect))));
    }

    private Blocker about(Code code, String holder, String says, String remedy) {
        return new Blocker(code, "template of " + holder, owner(), "The pod template of " + holder + says, remedy);
    }

    private static String starts(PodTemplate template, WorkloadObservation.Seen seen) {
        if (!template.why().isEmpty()) {
            return " " + template.why();
        }
        return seen.desiredReplicas() == 0 ? " It is scaled to zero, but can be scaled up at any moment." : "";
    }

    private String owner() {
        return spec.object();
    }
}
