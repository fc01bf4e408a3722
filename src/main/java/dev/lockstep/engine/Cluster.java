package dev.lockstep.engine;

import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Port: what runs code against the databases. All calls block. */
public interface Cluster {
    /**
     * What runs now, one observation for each workload in the same order. {@code LIVE} asks the API server with a
     * consistent LIST; {@code WATCHED} takes what the watches brought, and says {@code Unseen} where a watch is broken.
     */
    List<WorkloadObservation> observe(List<WorkloadSpec> workloads, Freshness freshness);

    /**
     * Calls back on a thread of its own, as soon as anything has changed that an observation of these workloads could show.
     * What changes elsewhere costs a listener nothing.
     *
     * @return close it to stop
     */
    AutoCloseable onChange(List<WorkloadSpec> workloads, Runnable listener);

    /**
     * The UIDs of all pods of this namespace that are there now, in every cluster that may vouch for pods. Asks the API
     * servers with consistent LISTs. Empty when one of them did not answer, for then nobody knows.
     */
    Optional<Set<String>> pods(String namespace);

    /** Whose token this is, if it is a pod's and the cluster vouches for it (G4). */
    Optional<PodIdentity> authenticate(String token);

    /** A pod, as its projected service-account token names it. */
    record PodIdentity(String namespace, String podName, String podUid, String serviceAccount) {}
}
