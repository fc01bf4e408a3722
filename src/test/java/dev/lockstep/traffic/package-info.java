/** The traffic proof: old and new code read and write throughout the whole life of a plan, and nothing fails or is lost. */
@NullMarked
package dev.lockstep.traffic;

import org.jspecify.annotations.NullMarked;
