package dev.lockstep.engine;

/**
 * The right to advance a run for a while.
 *
 * @param holder the replica
 * @param fence grows with every lease of the same run; the target refuses a smaller one
 */
public record Lease(RunId run, String holder, long fence) {}
