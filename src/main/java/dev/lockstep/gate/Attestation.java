package dev.lockstep.gate;

import java.time.Instant;

/**
 * Somebody's word for what an external consumer runs (G30).
 *
 * @param version unaltered
 * @param by who gave it
 * @param comment how they know, in their own words
 * @param at when
 * @param expiresAt from then on it counts for nothing
 */
public record Attestation(String version, String by, String comment, Instant at, Instant expiresAt) {}
