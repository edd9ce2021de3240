package dev.sluice.serving.autoscale;

import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What gateways told of revisions that are not known yet: after a restart they tell their last minute before every revision has
 * been read. Bounded in time and number.
 */
final class EarlyStats {
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final int MOST = 100_000;

    /** One second of one gateway. */
    record Early(Instant arrived, Instant second, RevisionStat stat) {}

    /** Guarded by this. */
    private final Map<RevisionId, Deque<Early>> byRevision = new HashMap<>();

    /** Guarded by this: the same, by arrival. */
    private final Deque<Early> all = new ArrayDeque<>();

    synchronized void keep(Instant second, RevisionStat stat, Instant now) {
        var early = new Early(now, second, stat);
        all.addLast(early);
        byRevision.computeIfAbsent(stat.revision(), _ -> new ArrayDeque<>()).addLast(early);
        while (!all.isEmpty()
                && (all.size() > MOST || all.getFirst().arrived().plus(KEPT).isBefore(now))) {
            drop(all.removeFirst());
        }
    }

    /** What was told of the revision so far, oldest first; it is not kept any more. */
    synchronized List<Early> take(RevisionId revision) {
        var taken = byRevision.remove(revision);
        return taken == null ? List.of() : List.copyOf(taken);
    }

    private void drop(Early early) {
        var id = early.stat().revision();
        var told = byRevision.get(id);
        if (told != null && early.equals(told.peekFirst())) {
            told.removeFirst();
            if (told.isEmpty()) {
                byRevision.remove(id);
            }
        }
    }
}
