package dev.sluice.serving;

import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import dev.sluice.model.dataplane.TlsCertificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A gateway that serves nobody: it keeps what it is told, and drains when the test lets it. */
final class RecordingGateway implements GatewayControl {
    private volatile RouteTable table = RouteTable.empty();
    private final Map<RevisionId, List<PodEndpoint>> pods = new ConcurrentHashMap<>();
    final Set<String> cordoned = ConcurrentHashMap.newKeySet();
    final List<RouteTable> tables = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch drained = new CountDownLatch(0);
    /** Pods with a request that does not end. */
    final Set<String> busy = ConcurrentHashMap.newKeySet();

    /** Acknowledges nothing. */
    volatile boolean silent;

    @Override
    public synchronized TableVersion program(RouteTable newer) {
        newer.hosts()
                .values()
                .forEach(rule -> rule.splits().forEach(split -> {
                    if (split.target() instanceof HostRule.Target.ToRevision(var revision)
                            && !newer.revisions().containsKey(revision)) {
                        throw new IllegalArgumentException("no settings for " + revision); // as the real one does
                    }
                }));
        if (newer.version().compareTo(table.version()) > 0) {
            table = newer;
            tables.add(newer);
        }
        return silent ? new TableVersion(0, 0) : table.version();
    }

    @Override
    public void pods(RevisionId revision, List<PodEndpoint> endpoints) {
        pods.put(revision, endpoints);
    }

    @Override
    public void cordon(RevisionId revision, Set<String> podUids) {
        cordoned.addAll(podUids);
    }

    @Override
    public void uncordon(RevisionId revision, Set<String> podUids) {
        cordoned.removeAll(podUids);
    }

    @Override
    public boolean awaitDrained(RevisionId revision, Set<String> podUids, Duration limit) throws InterruptedException {
        if (!drained.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            return false;
        }
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (busy) {
            while (podUids.stream().anyMatch(busy::contains)) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                busy.wait(left);
            }
        }
        return true;
    }

    /** The requests of these pods end. */
    void end(Set<String> podUids) {
        synchronized (busy) {
            busy.removeAll(podUids);
            busy.notifyAll();
        }
    }

    void holdDraining() {
        drained = new CountDownLatch(1);
    }

    void letDrain() {
        drained.countDown();
    }

    Optional<HostRule> rule(String host) {
        return Optional.ofNullable(table.hosts().get(host));
    }

    Optional<TlsCertificate> certificate(String host) {
        return Optional.ofNullable(table.certificates().get(host));
    }

    /** Percents by revision name. */
    Map<String, Integer> split(String host) {
        return rule(host).map(RecordingGateway::percents).orElse(Map.of());
    }

    List<PodEndpoint> podsOf(RevisionId revision) {
        return pods.getOrDefault(revision, List.of());
    }

    static Map<String, Integer> percents(HostRule rule) {
        var percents = new ConcurrentHashMap<String, Integer>();
        for (var split : rule.splits()) {
            if (split.target() instanceof HostRule.Target.ToRevision(var revision)) {
                percents.put(revision.name(), split.percent());
            }
        }
        return percents;
    }
}
