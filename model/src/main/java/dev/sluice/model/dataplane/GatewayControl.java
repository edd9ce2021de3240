package dev.sluice.model.dataplane;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the control plane asks of a gateway. In process it is the gateway itself; across processes, a stream. */
public interface GatewayControl {
    /**
     * Replaces the table, unless the gateway has a newer one.
     *
     * @return the version that new requests see when this returns
     */
    TableVersion program(RouteTable table);

    /**
     * Asks again about the table that was programmed last, when it had not been acknowledged yet.
     *
     * @return the version that new requests see by now
     */
    default TableVersion acknowledged(RouteTable programmed) {
        return program(programmed);
    }

    /** Replaces what is known of a revision's pods. Needs no acknowledgement. */
    void pods(RevisionId revision, List<PodEndpoint> pods);

    /** No new request goes to these pods once this returns; others of the revision are unaffected. */
    void cordon(RevisionId revision, Set<String> podUids);

    /** Takes cordons back. */
    void uncordon(RevisionId revision, Set<String> podUids);

    /** Waits until none of the pods has a request in flight here; false when that took longer than {@code limit}. */
    boolean awaitDrained(RevisionId revision, Set<String> podUids, Duration limit) throws InterruptedException;
}
