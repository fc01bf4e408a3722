/**
 * The control plane's own PostgreSQL, reached by Hibernate Reactive, behind the ports that {@code engine} declares: plans,
 * runs, journal and leases. Hibernate Reactive wants its own threads and the engine runs on virtual ones; the step from one
 * to the other is made here, in one place, and nowhere else.
 */
@NullMarked
package dev.lockstep.store;

import org.jspecify.annotations.NullMarked;
