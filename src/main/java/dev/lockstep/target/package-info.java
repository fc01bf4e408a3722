/**
 * The database being changed, reached by JDBC, behind the ports that {@code engine} declares: the catalogue, the lock
 * budget, the ledger that commits with each change, and the backfill. Everything here blocks, and so is called from virtual
 * threads, never from the event loop.
 */
@NullMarked
package dev.lockstep.target;

import org.jspecify.annotations.NullMarked;
