package dev.lockstep.api.json;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a person says about a phase. */
@Schema(name = "ApprovalRequest")
public record ApprovalRequest(
        @Schema(description = "Approve or Reject", examples = "Approve")
        String decision,

        @Schema(description = "for those who read the journal later", examples = "Checked the dashboards.")
        String comment,

        @Schema(description = "of what was reviewed: run.digest of the plan")
        String digest) {}
