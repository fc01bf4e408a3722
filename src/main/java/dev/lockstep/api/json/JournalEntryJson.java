package dev.lockstep.api.json;

import dev.lockstep.engine.JournalEntry;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One line of a run's journal. */
@Schema(name = "JournalEntry")
public record JournalEntryJson(
        @Schema(description = "1 for the first, without gaps")
        long sequence,

        Instant at,

        @Schema(description = "what kind of event it is", examples = "GateOpened")
        String type,

        @Schema(description = "what happened, as a sentence")
        String message,

        @Schema(
                description =
                        "the event's own facts, as far as it has any: phase, step, direction, actor, comment, digest,"
                                + " attempt, fence, holder, blockers, delays, others, blocker, act, transactionMilliseconds, retryAt, summary, windows,"
                                + " fault")
        Map<String, Object> details) {
    public static JournalEntryJson of(JournalEntry entry) {
        JournalLine line = JournalLine.of(entry.event());
        return new JournalEntryJson(
                entry.sequence(), entry.at(), entry.event().getClass().getSimpleName(), line.message(), line.details());
    }
}
