/**
 * Recipes: a change and a catalogue in, phases of steps out, each with its SQL, the lock it takes, what takes it back,
 * and how to see that it is done. Pure: recipes return actions, they do not run them. A new kind of change is one recipe
 * and one test.
 */
@NullMarked
package dev.lockstep.change;

import org.jspecify.annotations.NullMarked;
