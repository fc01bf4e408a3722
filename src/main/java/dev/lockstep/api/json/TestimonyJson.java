package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.engine.Testimony;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What the server itself says about the use of something that a plan takes away. */
@Schema(name = "Testimony")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record TestimonyJson(
        @Schema(description = "what would go", examples = "users.name")
        String what,

        @Schema(description = "Given, or Silent where the server keeps no statistics or Lockstep may not read them")
        String kind,

        @Schema(description = "since when uses are counted") Optional<Instant> since,

        @Schema(
                description = "whether that is since all code was new (contract.requireUnused); otherwise uses by code"
                        + " that is gone count as well")
        Optional<Boolean> sinceNewOnly,

        @Schema(description = "what has used it; empty when nothing has")
        List<UseJson> uses,

        @Schema(description = "for Silent: why") Optional<String> reason,

        @Schema(description = "for Silent: what to do about it")
        Optional<String> remedy) {

    /** One use. */
    @Schema(name = "Use")
    public record UseJson(
            String statement,
            @Schema(description = "the roles that sent it") String who,
            String how,
            long times) {}

    public static TestimonyJson of(Testimony testimony) {
        return switch (testimony) {
            case Testimony.Given(var what, var uses, Instant since, boolean sinceNewOnly) ->
                new TestimonyJson(
                        what.toString(),
                        "Given",
                        Optional.of(since),
                        Optional.of(sinceNewOnly),
                        uses.stream()
                                .map(use -> new UseJson(use.statement(), use.who(), use.how(), use.times()))
                                .toList(),
                        Optional.empty(),
                        Optional.empty());
            case Testimony.Silent(var what, String reason, String remedy) ->
                new TestimonyJson(
                        what.toString(),
                        "Silent",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.of(reason),
                        Optional.of(remedy));
        };
    }
}
