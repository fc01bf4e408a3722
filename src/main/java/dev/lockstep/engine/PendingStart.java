package dev.lockstep.engine;

import java.time.Instant;

/**
 * A start that somebody asked for while the database did not answer. It happens by itself once the database does.
 *
 * @param reason why the run could not begin, as a sentence
 * @param since when it was asked for
 */
public record PendingStart(String actor, String reason, Instant since) {}
