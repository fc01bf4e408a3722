package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What was waited for is so. */
@Schema(name = "Reached")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record WaitJson(boolean reached, String until, String state, Optional<String> currentPhase) {}
