package dev.sluice.model.dataplane;

/**
 * One pod of a revision that has an address.
 *
 * @param uid identifies the pod for cordoning and statistics
 * @param restarts sum of its containers' restart counts: a new value closes the pod until a probe succeeds
 */
public record PodEndpoint(String uid, String name, String host, int port, State state, int restarts) {
    /** What Kubernetes says of the pod. */
    public enum State {
        /** Has an address but is not Ready yet: the gateway's own probe may open it early. */
        STARTING,
        READY,
        /** Was Ready and is not now: closed until Ready again. */
        UNREADY,
        /** Has a deletion timestamp: gets no new request; what is in flight goes on. */
        TERMINATING
    }
}
