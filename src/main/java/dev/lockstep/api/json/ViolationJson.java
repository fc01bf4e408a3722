package dev.lockstep.api.json;

import dev.lockstep.plan.Violation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One thing that is wrong with a document. */
@Schema(name = "Violation")
public record ViolationJson(
        @Schema(description = "where in the document", examples = "spec.changes[0].renameColumn.from")
        String path,

        @Schema(description = "what is wrong and what to do")
        String message) {
    public static ViolationJson of(Violation violation) {
        return new ViolationJson(violation.path(), violation.message());
    }
}
