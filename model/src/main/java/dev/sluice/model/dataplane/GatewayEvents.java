package dev.sluice.model.dataplane;

import java.time.Instant;
import java.util.List;

/** What a gateway tells the control plane. Calls must return at once; the receiver queues. */
public interface GatewayEvents {
    /** A request waits for a pod of this revision and there is none that could take it. */
    void wake(RevisionId revision);

    /** The gateway's own probe succeeded for the first time: the pod takes requests now. */
    void podOpened(RevisionId revision, String podUid);

    /** Once a second, for revisions that had a request in flight, queued or finished in that second; an idle one is absent. */
    void stats(Instant secondStart, List<RevisionStat> stats);
}
