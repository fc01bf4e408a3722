package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Why a request was not granted (RFC 9457).
 *
 * @param id of the log entry, for errors that are ours
 */
@Schema(name = "Problem")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ProblemJson(
        String type,
        String title,
        int status,
        @Schema(description = "what is so, and what to do") String detail,

        @Schema(description = "stable, for machines", examples = "PlanInvalid")
        String code,

        @Schema(description = "whether the same request may succeed later without anybody changing it")
        boolean retryable,

        @Schema(description = "everything that is wrong with the document")
        List<ViolationJson> violations,

        @Schema(description = "for an internal error: the same id is in the log")
        Optional<String> id) {}
