package dev.sluice.serving.autoscale;

import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import dev.sluice.serving.pods.PodFeed;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes pods away: those that are to go get no new request, and each goes as soon as nothing is in flight in it. One long request
 * keeps one pod, not all of them.
 */
final class ScaleDowns {
    private static final Logger LOG = LoggerFactory.getLogger(ScaleDowns.class);
    private static final Duration DRAIN_LIMIT = Duration.ofMinutes(10);
    private static final String DELETION_COST =
            "{\"metadata\":{\"annotations\":{\"controller.kubernetes.io/pod-deletion-cost\":\"-100\"}}}";

    /** Writes the replicas that a revision is to have now; a failure is its own to handle. */
    interface Scale {
        void write(ScaledRevision revision);
    }

    private final Writes writes;
    private final PodFeed pods;
    private final GatewayControl gateway;
    private final Scale scale;
    private final Consumer<RevisionId> changed;
    private final Clock clock;
    /** Cordoned pods by revision: what survives a scaling down gets requests again. */
    private final Map<RevisionId, Set<String>> cordoned = new ConcurrentHashMap<>();

    ScaleDowns(
            Writes writes,
            PodFeed pods,
            GatewayControl gateway,
            Scale scale,
            Consumer<RevisionId> changed,
            Clock clock) {
        this.writes = writes;
        this.pods = pods;
        this.gateway = gateway;
        this.scale = scale;
        this.changed = changed;
        this.clock = clock;
    }

    /** Brings a revision down to so many pods, on a thread of its own, unless that is stopped meanwhile. */
    void start(ScaledRevision revision, int to) {
        var token = revision.shrinking();
        if (token != null) {
            Thread.ofVirtual().name("drain " + revision.id()).start(() -> shrink(revision, to, token));
        }
    }

    void forget(RevisionId id) {
        cordoned.remove(id);
    }

    /** Lets all cordoned pods of a revision take requests again. */
    void uncordon(RevisionId id) {
        var marked = cordoned.remove(id);
        if (marked != null && !marked.isEmpty()) {
            gateway.uncordon(id, marked);
        }
    }

    /** The deletion-cost hint may be missed: then a cordoned pod stays and another went. Or none is to go any more. */
    void podsChanged(ScaledRevision revision) {
        var marked = cordoned.get(revision.id());
        if (marked == null || revision.shrinking() != null) {
            return;
        }
        var there = pods.expendable(revision.id());
        if (there.size() > revision.replicas()) {
            return; // the one to go has not gone yet
        }
        var survivors = uids(there);
        survivors.retainAll(marked);
        cordoned.remove(revision.id());
        if (!survivors.isEmpty()) {
            gateway.uncordon(revision.id(), survivors);
        }
    }

    private void shrink(ScaledRevision revision, int to, Object token) {
        var id = revision.id();
        try {
            var candidates = pods.expendable(id);
            var victims = List.copyOf(candidates.subList(0, Math.max(0, candidates.size() - to)));
            cordoned.put(id, Set.copyOf(uids(victims)));
            gateway.cordon(id, uids(victims));
            if (!token.equals(revision.shrinking())) { // stopped before there were cordons to take back
                gateway.uncordon(id, uids(victims));
                return;
            }
            boolean idle = victims.isEmpty() || gateway.awaitDrained(id, uids(victims), Duration.ZERO);
            boolean done = idle
                    ? release(revision, token, victims, to, true)
                    : oneByOne(revision, token, victims, candidates.size(), to);
            if (!done) {
                stopped(revision, token);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) { // a boundary: the next tick tries again
            LOG.atWarn().addKeyValue("revision", id).setCause(e).log("scaling down failed");
            stopped(revision, token);
        }
        changed.accept(id);
    }

    /** Lets each pod go when it has drained; false when that was stopped, or took too long. */
    private boolean oneByOne(ScaledRevision revision, Object token, List<Pod> victims, int there, int to)
            throws InterruptedException {
        var ends = new LinkedBlockingQueue<Optional<Pod>>();
        for (var victim : victims) {
            Thread.ofVirtual()
                    .name("drain " + victim.getMetadata().getName())
                    .start(() -> ends.add(drained(revision.id(), victim)));
        }
        int left = victims.size();
        while (left > 0) {
            var news = new ArrayList<Optional<Pod>>();
            news.add(ends.take());
            ends.drainTo(news);
            var drained = news.stream().flatMap(Optional::stream).toList();
            left -= drained.size();
            if (drained.size() < news.size()
                    || !release(revision, token, drained, Math.max(to, there - victims.size() + left), left == 0)) {
                return false;
            }
        }
        return true;
    }

    private Optional<Pod> drained(RevisionId id, Pod victim) {
        try {
            var uid = Set.of(victim.getMetadata().getUid());
            return gateway.awaitDrained(id, uid, DRAIN_LIMIT) ? Optional.of(victim) : Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (RuntimeException e) { // a gateway that cannot be asked: the pod stays
            LOG.atWarn().addKeyValue("revision", id).setCause(e).log("waiting for a pod to drain failed");
            return Optional.empty();
        }
    }

    private boolean release(ScaledRevision revision, Object token, List<Pod> drained, int replicas, boolean last) {
        if (replicas > 0) {
            drained.forEach(this::hint);
        }
        if (!revision.shrunk(token, replicas, last, clock.instant())) {
            return false;
        }
        LOG.atInfo()
                .addKeyValue("revision", revision.id())
                .addKeyValue("replicas", replicas)
                .log("scaling down");
        scale.write(revision);
        return true;
    }

    private void stopped(ScaledRevision revision, Object token) {
        if (revision.abandonShrinking(token, clock.instant())) {
            uncordon(revision.id());
        } // else whoever stopped it has seen to the cordons
    }

    private void hint(Pod pod) {
        try {
            writes.mergePatch(Pod.class, ObjectKey.of(pod), DELETION_COST);
        } catch (KubernetesClientException e) { // only a hint: whichever pod goes, it is drained
            LOG.atDebug()
                    .addKeyValue("pod", pod.getMetadata().getName())
                    .setCause(e)
                    .log("could not mark a pod as expendable");
        }
    }

    private static Set<String> uids(List<Pod> pods) {
        return pods.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toCollection(HashSet::new));
    }
}
