package dev.lockstep.engine;

import dev.lockstep.lifecycle.Event;
import java.time.Instant;

/**
 * One line of a run's journal.
 *
 * @param sequence 1 for the first, without gaps
 */
public record JournalEntry(long sequence, Instant at, Event event) {}
