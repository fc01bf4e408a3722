/**
 * The REST edge: resources, problem details and the event stream. It translates between HTTP and the engine's words, and
 * decides nothing.
 */
@NullMarked
package dev.lockstep.api;

import org.jspecify.annotations.NullMarked;
