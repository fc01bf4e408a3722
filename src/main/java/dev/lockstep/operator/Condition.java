package dev.lockstep.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One condition, as Kubernetes writes them.
 *
 * @param status True, False or Unknown
 * @param lastTransitionTime when the status changed last, to the second
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
        String type,
        String status,
        String reason,
        String message,
        String lastTransitionTime,
        @Nullable Long observedGeneration) {

    /** What is so now, of which nobody knows yet since when. */
    record Now(String type, Standing standing, String reason, String message) {}

    /** Whether it is so. */
    enum Standing {
        TRUE("True"),
        FALSE("False"),
        UNKNOWN("Unknown");

        private final String label;

        Standing(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        static Standing of(boolean so) {
            return so ? TRUE : FALSE;
        }
    }

    /** As it is now; the time moves only when the status does. */
    static Condition of(Now now, List<Condition> before, long generation, Instant at) {
        String since = before.stream()
                .filter(known -> known.type().equals(now.type())
                        && known.status().equals(now.standing().label()))
                .map(Condition::lastTransitionTime)
                .findFirst()
                .orElseGet(() -> at.truncatedTo(ChronoUnit.SECONDS).toString());
        return new Condition(now.type(), now.standing().label(), now.reason(), now.message(), since, generation);
    }
}
