package dev.sluice.gateway.balance;

import dev.sluice.model.dataplane.GatewayEvents;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RevisionStat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All gates of this gateway. Only those with something to report are visited each second. */
public final class Gates implements RevisionGate.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gates.class);

    private final Map<RevisionId, RevisionGate> byRevision = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<RevisionGate> active = new ConcurrentLinkedQueue<>();
    private final GatewayEvents events;
    private final Clock clock;
    private volatile @Nullable Consumer<RevisionGate> placement;
    private Set<RevisionId> named = Set.of();
    private Set<RevisionId> leaving = Set.of();
    private long tickStart = System.nanoTime();

    public Gates(GatewayEvents events, Clock clock) {
        this.events = events;
        this.clock = clock;
    }

    /** Makes and configures gates as the table says. Those it names no more go when they have been idle for a while. */
    public synchronized void program(Map<RevisionId, RevisionSettings> revisions) {
        revisions.forEach((revision, settings) -> of(revision).configure(settings));
        named = revisions.keySet();
    }

    /** The gate of a revision, made when it is not known yet: pods may be told of before routes. */
    public RevisionGate of(RevisionId revision) {
        var known = byRevision.get(revision);
        if (known != null) {
            return known;
        }
        var place = placement;
        var made = new RevisionGate(revision, this, System::nanoTime);
        if (place != null) {
            made.keptHere(false); // until it is known who keeps its limit
        }
        var other = byRevision.putIfAbsent(revision, made);
        if (other != null) {
            return other;
        }
        if (place != null) {
            place.accept(made);
        }
        return made;
    }

    /** From now on new gates are told by this who keeps their limit; the first is made later. */
    public void placedBy(Consumer<RevisionGate> who) {
        placement = who;
    }

    public Collection<RevisionGate> all() {
        return byRevision.values();
    }

    public @Nullable RevisionGate find(RevisionId revision) {
        return byRevision.get(revision);
    }

    public synchronized void pods(RevisionId revision, List<PodEndpoint> pods) {
        var gate = pods.isEmpty() ? find(revision) : of(revision);
        if (gate != null) {
            gate.pods(pods);
        }
    }

    public void cordon(RevisionId revision, Set<String> uids, boolean on) {
        var gate = find(revision);
        if (gate != null) {
            gate.cordon(uids, on);
        }
    }

    public boolean awaitDrained(RevisionId revision, Set<String> uids, Duration limit) throws InterruptedException {
        var gate = find(revision);
        return gate == null || gate.awaitDrained(uids, limit);
    }

    public List<GateSnapshot> snapshots() {
        return byRevision.values().stream().map(RevisionGate::snapshot).toList();
    }

    /** Ends a second: reports what happened in it. Called by one thread. */
    public void tick() {
        long now = System.nanoTime();
        var second = clock.instant().minusNanos(now - tickStart);
        var stats = new ArrayList<RevisionStat>();
        for (int left = active.size(); left > 0; left--) {
            var gate = active.poll();
            if (gate == null) {
                break;
            }
            try {
                var stat = gate.tick(tickStart, now);
                if (stat != null) {
                    stats.add(stat);
                    active.add(gate);
                }
            } catch (RuntimeException e) {
                active.add(gate); // else it would never report again
                LOG.atError()
                        .addKeyValue("revision", gate.revision())
                        .setCause(e)
                        .log("ending a gate's second failed");
            }
        }
        tickStart = now;
        if (!stats.isEmpty()) {
            report(second, stats);
        }
    }

    /**
     * Drops gates that no table named since the last call and that are idle. Not at once, as a request that was routed
     * by the table before may still be on its way to its gate.
     */
    public synchronized void dropUnused() {
        var before = leaving;
        leaving = byRevision.values().stream()
                .filter(gate -> !named.contains(gate.revision()) && gate.idle())
                .map(RevisionGate::revision)
                .collect(Collectors.toSet());
        leaving.stream().filter(before::contains).map(byRevision::remove).forEach(RevisionGate::close);
    }

    /** Closes pod connections that were idle since before this {@link System#nanoTime}. */
    public void trim(long olderThan) {
        byRevision.values().forEach(gate -> gate.trim(olderThan));
    }

    private void report(Instant second, List<RevisionStat> stats) {
        events.stats(second, List.copyOf(stats));
    }

    @Override
    public void wake(RevisionGate gate) {
        events.wake(gate.revision());
    }

    @Override
    public void opened(RevisionGate gate, String podUid) {
        events.podOpened(gate.revision(), podUid);
    }

    @Override
    public void active(RevisionGate gate) {
        active.add(gate);
    }

    @Override
    public void close() {
        byRevision.values().forEach(RevisionGate::close);
    }
}
