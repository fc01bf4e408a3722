package dev.lockstep.ui;

import dev.lockstep.engine.JournalEntry;
import java.time.Instant;

/** One line of the journal, in words. */
public record JournalLine(long sequence, When at, String sentence, Badge.Tone tone) {
    static JournalLine of(JournalEntry entry, Account account, Instant now) {
        return new JournalLine(
                entry.sequence(),
                When.of(entry.at(), now),
                account.sentence(entry.event()),
                Account.tone(entry.event()));
    }
}
