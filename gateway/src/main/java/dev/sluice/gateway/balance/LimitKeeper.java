package dev.sluice.gateway.balance;

/**
 * Another gateway, which keeps the concurrency limit of a revision for all of them. Called under the gate's monitor, so these
 * only post, and what is posted arrives in its order.
 */
public interface LimitKeeper {
    /** Wants a pod for a request that waits; {@link RevisionGate#granted} brings it. */
    void ask(RevisionGate gate, Ticket ticket);

    /** The request does not wait any more. */
    void withdraw(Ticket ticket);

    /** So many requests are at a pod that was chosen before this keeper took over. */
    void holds(RevisionGate gate, String podUid, int count);

    /**
     * A request has left its pod.
     *
     * @param refused by the pod, which should be looked at
     */
    void left(RevisionGate gate, String podUid, boolean refused);
}
