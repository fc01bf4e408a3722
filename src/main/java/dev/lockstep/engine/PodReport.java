package dev.lockstep.engine;

import java.time.Instant;

/**
 * What a process said about itself.
 *
 * @param podUid the pod that its token is bound to (G3, G4)
 * @param version the code version, unaltered
 */
public record PodReport(String podUid, String namespace, String podName, String version, Instant at) {}
