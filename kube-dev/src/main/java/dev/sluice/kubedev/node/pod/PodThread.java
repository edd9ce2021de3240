package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.Pod;

/** The one thread that decides about a pod, as its parts see it; all but {@link #tell} is called from that thread. */
interface PodThread {

    /** The pod as it was seen last. */
    Pod now();

    /** Hands in what has happened beside the thread; the whole pod is looked at again afterwards. */
    void tell(Runnable message);

    /** Writes the pod's status as it is now. */
    void report();

    /** Whether all containers are down for good. */
    boolean over();

    /** Whether a container may be started: nothing ends the pod. */
    boolean mayStart();
}
