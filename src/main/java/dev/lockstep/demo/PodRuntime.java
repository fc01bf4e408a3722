package dev.lockstep.demo;

import io.fabric8.kubernetes.api.model.Pod;

/** Port: what really runs when a pod is started. Called from threads of the {@link Kubelet}. */
interface PodRuntime {
    /**
     * Starts the process of a pod.
     *
     * @param address the pod's own address on loopback
     * @throws RuntimeException when it does not start; the pod is tried again
     */
    PodProcess start(Pod pod, String address);

    /** A running process. */
    interface PodProcess {
        /** SIGTERM: finish what is in hand, take nothing new, and end. Returns when it has ended. */
        void terminate();
    }
}
