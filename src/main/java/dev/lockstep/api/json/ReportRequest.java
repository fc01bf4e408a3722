package dev.lockstep.api.json;

import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a process says about itself. */
@Schema(name = "Report")
public record ReportRequest(
        @Schema(description = "the code version, unaltered", examples = "1.5.0")
        String version,

        @Schema(
                description = "what it can do, with blanks between; for plans that go by that instead of the version",
                examples = "users.full_name:write")
        Optional<String> capabilities) {}
