/**
 * A run's life as two pure functions: {@code Lifecycle.apply} says what an event makes of a state,
 * {@code Lifecycle.next} says what is to be done now.
 */
@NullMarked
package dev.lockstep.lifecycle;

import org.jspecify.annotations.NullMarked;
