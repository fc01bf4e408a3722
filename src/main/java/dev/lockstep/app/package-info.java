/**
 * Wiring, configuration, health, metrics and start-up. The one room that asks the machine what time it is; every other is
 * given a clock, so that a test can say when it is.
 */
@NullMarked
package dev.lockstep.app;

import org.jspecify.annotations.NullMarked;
