/**
 * Evidence in, verdict out: whether what the cluster was seen to run meets what a phase needs; and the interlock: which
 * code versions a workload may run, given the schema as it stands. Pure; what cannot be read never passes (G1).
 */
@NullMarked
package dev.lockstep.gate;

import org.jspecify.annotations.NullMarked;
