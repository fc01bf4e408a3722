package dev.lockstep.api.json;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The journal of a plan's newest run, in order. */
@Schema(name = "Journal")
public record JournalJson(List<JournalEntryJson> entries) {}
