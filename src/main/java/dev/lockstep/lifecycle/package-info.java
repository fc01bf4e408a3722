/**
 * A run's life as two pure functions: {@link dev.lockstep.lifecycle.Lifecycle#apply} says what an event makes of a state,
 * {@link dev.lockstep.lifecycle.Lifecycle#next} says what is to be done now.
 */
@NullMarked
package dev.lockstep.lifecycle;

import org.jspecify.annotations.NullMarked;
