package dev.lockstep.api.json;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a process says about itself. */
@Schema(name = "Report")
public record ReportRequest(
        @Schema(description = "the code version, unaltered", examples = "1.5.0")
        String version) {}
