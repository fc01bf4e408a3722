/**
 * Programs that measure, side by side in one run. They are no tests: nothing here fails because a machine is slow. The
 * README says how to start them.
 */
@NullMarked
package dev.lockstep.benchmark;

import org.jspecify.annotations.NullMarked;
