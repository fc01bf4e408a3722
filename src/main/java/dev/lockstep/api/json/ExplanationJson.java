package dev.lockstep.api.json;

import dev.lockstep.change.Phase;
import dev.lockstep.engine.Explanation;
import dev.lockstep.plan.PlanSpec.Approval;
import dev.lockstep.plan.PlanTree;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a plan would do. */
@Schema(name = "Explanation")
public record ExplanationJson(
        String namespace,
        String name,

        @Schema(description = "what an approval of this plan would bind to")
        String digest,

        @Schema(description = "the spec with every default filled in")
        Map<String, Object> spec,

        List<PhaseJson> phases,
        Optional<PointOfNoReturnJson> pointOfNoReturn,

        @Schema(description = "what the author should know although nothing is wrong")
        List<String> notes) {
    public static ExplanationJson of(Explanation explanation) {
        return new ExplanationJson(
                explanation.document().key().namespace(),
                explanation.document().key().name(),
                explanation.digest().value(),
                PlanTree.of(explanation.document().spec()),
                explanation.phases().stream()
                        .map(phase -> PhaseJson.of(
                                phase,
                                approvals(explanation, phase),
                                explanation.document().spec().allWindows()))
                        .toList(),
                PointOfNoReturnJson.of(explanation.phases(), Optional.empty()),
                explanation.notes());
    }

    private static int approvals(Explanation explanation, Phase phase) {
        return explanation.document().spec().approvals().stream()
                .filter(approval -> approval.phase().equals(phase.name()))
                .mapToInt(Approval::count)
                .max()
                .orElse(0);
    }
}
