package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.gate.Attestation;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.WorkloadObservation;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What was seen of a workload. */
@Schema(name = "Workload")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record WorkloadJson(
        String name,

        @Schema(description = "Seen, Missing, Unseen or Attested")
        String state,

        @Schema(description = "for Missing and Unseen: what is so")
        Optional<String> message,

        Optional<Integer> desiredReplicas,

        @Schema(description = "whether its rollout is paused")
        Optional<Boolean> paused,

        @Schema(description = "what new pods would run, by the pod template")
        List<EvidenceJson> template,

        @Schema(description = "how many pods say that they run which version")
        Map<String, Long> podsByVersion,

        List<PodJson> pods,

        @Schema(description = "other templates from which pods may still start, such as an older ReplicaSet's")
        List<TemplateJson> otherTemplates,

        @Schema(description = "what is worth knowing of its rollout")
        List<String> notes,

        @Schema(description = "of an external consumer: what somebody attested")
        Optional<AttestationJson> attestation,

        Instant at) {
    private static final String UNKNOWN_VERSION = "unknown";

    /** An observed fact about the code that a pod runs. */
    @Schema(name = "Evidence")
    public record EvidenceJson(
            @Schema(description = "Label, ImageTag, ImageDigest, Http, Report or Sessions")
            String source,

            @Schema(description = "what it speaks of: Version, Digest or Capabilities")
            String aspect,

            @Schema(description = "as it was read: a version, a digest, or capabilities with blanks between")
            String version,

            Instant observedAt) {
        static EvidenceJson of(Evidence evidence) {
            return new EvidenceJson(
                    Words.of(evidence.source()),
                    Words.of(evidence.aspect()),
                    evidence.reported(),
                    evidence.observedAt());
        }
    }

    /** A template from which pods may still start. */
    @Schema(name = "PodTemplate")
    public record TemplateJson(String object, List<EvidenceJson> evidence, String why) {
        static TemplateJson of(WorkloadObservation.PodTemplate template) {
            return new TemplateJson(
                    template.object(),
                    template.evidence().stream().map(EvidenceJson::of).toList(),
                    template.why());
        }
    }

    /** Somebody's word for what an external consumer runs. */
    @Schema(name = "Attestation")
    public record AttestationJson(String version, String by, String comment, Instant at, Instant expiresAt) {
        static AttestationJson of(Attestation word) {
            return new AttestationJson(word.version(), word.by(), word.comment(), word.at(), word.expiresAt());
        }
    }

    /** One pod that could still run code against the database. */
    @Schema(name = "Pod")
    public record PodJson(
            String name,
            String uid,
            String owner,
            @Schema(examples = "Running") String condition,
            Instant since,

            @Schema(description = "by its strongest evidence; \"unknown\" without any")
            String version,

            List<EvidenceJson> evidence,

            @Schema(description = "what was asked and gave no answer")
            List<String> failures) {
        static PodJson of(PodObservation pod) {
            return new PodJson(
                    pod.name(),
                    pod.uid(),
                    pod.owner(),
                    Words.of(pod.condition()),
                    pod.since(),
                    pod.evidence().stream()
                            .filter(each -> each.aspect() == Evidence.Aspect.VERSION)
                            .max(Comparator.comparing(Evidence::source))
                            .map(Evidence::reported)
                            .orElse(UNKNOWN_VERSION),
                    pod.evidence().stream().map(EvidenceJson::of).toList(),
                    pod.failures());
        }
    }

    static WorkloadJson of(WorkloadObservation observation) {
        return switch (observation) {
            case WorkloadObservation.Seen seen -> of(seen);
            case WorkloadObservation.Attested(var name, Optional<Attestation> word, Instant at) ->
                without(name.value(), "Attested", Optional.empty(), word.map(AttestationJson::of), at);
            case WorkloadObservation.Missing(var name, String object, Instant at) ->
                without(
                        name.value(),
                        "Missing",
                        Optional.of("The cluster has no " + object + "."),
                        Optional.empty(),
                        at);
            case WorkloadObservation.Unseen(var name, String reason, Instant since) ->
                without(name.value(), "Unseen", Optional.of(reason), Optional.empty(), since);
        };
    }

    private static WorkloadJson of(WorkloadObservation.Seen seen) {
        List<PodJson> pods = seen.pods().stream().map(PodJson::of).toList();
        return new WorkloadJson(
                seen.name().value(),
                "Seen",
                Optional.empty(),
                Optional.of(seen.desiredReplicas()),
                Optional.of(seen.paused()),
                seen.template().stream().map(EvidenceJson::of).toList(),
                pods.stream().collect(Collectors.groupingBy(PodJson::version, TreeMap::new, Collectors.counting())),
                pods,
                seen.templates().stream().skip(1).map(TemplateJson::of).toList(),
                seen.notes(),
                Optional.empty(),
                seen.at());
    }

    private static WorkloadJson without(
            String name, String state, Optional<String> message, Optional<AttestationJson> attestation, Instant at) {
        return new WorkloadJson(
                name,
                state,
                message,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                attestation,
                at);
    }
}
