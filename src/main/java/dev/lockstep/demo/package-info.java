/**
 * The embedded PostgreSQL, the simulated cluster and the live traffic of {@code ./lockstep demo}. It stands in for the
 * world around Lockstep, so nothing imports it, and it is off unless it is asked for.
 */
@NullMarked
package dev.lockstep.demo;

import org.jspecify.annotations.NullMarked;
