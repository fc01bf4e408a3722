package dev.lockstep.rollout;

import java.util.Optional;

/**
 * How code is kept out.
 *
 * @param ownNamespace where Lockstep itself runs, from which nothing is ever kept out; empty outside a cluster
 * @param policy whether what may run is also written into the cluster, for a ValidatingAdmissionPolicy
 */
public record AdmissionSettings(Optional<String> ownNamespace, boolean policy) {}
