/**
 * Runs plans: takes a lease, asks {@code lifecycle} what is next, has it done through ports, records what came of it.
 * Declares the ports ({@link dev.lockstep.engine.Plans}, {@link dev.lockstep.engine.Runs},
 * {@link dev.lockstep.engine.Targets}, {@link dev.lockstep.engine.Cluster}) that adapters fill. Ports block and are called on
 * virtual threads, never on an event loop.
 */
@NullMarked
package dev.lockstep.engine;

import org.jspecify.annotations.NullMarked;
