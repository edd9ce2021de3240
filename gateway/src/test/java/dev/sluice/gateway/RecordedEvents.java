package dev.sluice.gateway;

import dev.sluice.model.dataplane.GatewayEvents;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps what a gateway told. */
final class RecordedEvents implements GatewayEvents {
    final Queue<RevisionId> wakes = new ConcurrentLinkedQueue<>();
    final Queue<String> opened = new ConcurrentLinkedQueue<>();
    final Queue<RevisionStat> stats = new ConcurrentLinkedQueue<>();

    @Override
    public void wake(RevisionId revision) {
        wakes.add(revision);
    }

    @Override
    public void podOpened(RevisionId revision, String podUid) {
        opened.add(podUid);
    }

    @Override
    public void stats(Instant secondStart, List<RevisionStat> stats) {
        this.stats.addAll(stats);
    }
}
