package dev.lockstep.engine;

import java.time.Instant;
import java.util.Optional;

/**
 * What a process said about itself.
 *
 * @param podUid the pod that its token is bound to (G3, G4)
 * @param version the code version, unaltered
 * @param capabilities what it can do, with blanks between (G9); empty when it does not say
 */
public record PodReport(
        String podUid, String namespace, String podName, String version, Optional<String> capabilities, Instant at) {
    /** One that says nothing about what its process can do. */
    public PodReport(String podUid, String namespace, String podName, String version, Instant at) {
        this(podUid, namespace, podName, version, Optional.empty(), at);
    }
}
