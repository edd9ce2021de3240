package dev.sluice.serving.pods;

import dev.sluice.api.serving.ServingLabels;
import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Tells the gateways about each change of a revision's pods at once, and remembers which pods have taken requests: one that
 * was Ready and is not any more is closed, one that never was may be opened by a gateway's own probe.
 */
public final class PodFeed {
    /** The name of the container port that requests go to. */
    public static final String PORT_NAME = "user-port";

    private static final Set<String> OVER = Set.of("Succeeded", "Failed");
    private static final int DEFAULT_PORT = 8080;

    private final Function<ObjectKey, List<Pod>> pods;
    private final GatewayControl gateway;
    private final Set<String> wasReady = ConcurrentHashMap.newKeySet();
    private final Set<String> opened = ConcurrentHashMap.newKeySet();
    /** Guarded by itself: what the gateways were told last, so that they are told in order and only of changes. */
    private final Map<RevisionId, List<PodEndpoint>> told = new HashMap<>();

    /** @param pods all that there are of a revision */
    public PodFeed(Function<ObjectKey, List<Pod>> pods, GatewayControl gateway) {
        this.pods = pods;
        this.gateway = gateway;
    }

    /** To be called with every pod that changed, once the cache has it. */
    public RevisionId changed(Pod pod) {
        var revision = new RevisionId(pod.getMetadata().getNamespace(), Meta.label(pod, ServingLabels.REVISION));
        var uid = pod.getMetadata().getUid();
        if (ready(pod)) {
            wasReady.add(uid);
        }
        synchronized (told) {
            var current = pods(revision).stream().map(this::endpoint).toList();
            if (current.stream().noneMatch(endpoint -> endpoint.uid().equals(uid))) {
                wasReady.remove(uid);
                opened.remove(uid);
            }
            if (restarted(told.getOrDefault(revision, List.of()), current, uid)) {
                opened.remove(uid); // the gateway says so again when the new container answers
            }
            var addressed = current.stream().filter(e -> !e.host().isEmpty()).toList();
            var before = addressed.isEmpty() ? told.remove(revision) : told.put(revision, addressed);
            boolean same = before == null ? addressed.isEmpty() : addressed.equals(before);
            if (!same) {
                gateway.pods(revision, addressed);
            }
        }
        return revision;
    }

    private static boolean restarted(List<PodEndpoint> before, List<PodEndpoint> now, String uid) {
        return before.stream()
                .filter(endpoint -> endpoint.uid().equals(uid))
                .anyMatch(was -> now.stream().anyMatch(is -> is.uid().equals(uid) && is.restarts() != was.restarts()));
    }

    /** A gateway's own probe of this pod succeeded. */
    public void opened(String uid) {
        opened.add(uid);
    }

    /** Pods that take requests now. */
    public int ready(RevisionId revision) {
        return (int) pods(revision).stream().filter(this::takesRequests).count();
    }

    /** Pods that are there and not on their way out, the best to part with first: not taking requests, then youngest. */
    public List<Pod> expendable(RevisionId revision) {
        Comparator<Pod> youngest =
                Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp(), Comparator.reverseOrder());
        return pods(revision).stream()
                .filter(pod -> !Meta.deleting(pod))
                .sorted(Comparator.comparing(this::takesRequests).thenComparing(youngest))
                .toList();
    }

    private List<Pod> pods(RevisionId revision) {
        return pods.apply(new ObjectKey(revision.namespace(), revision.name())).stream()
                .filter(pod -> !OVER.contains(phase(pod)))
                .toList();
    }

    private boolean takesRequests(Pod pod) {
        return switch (state(pod)) {
            case READY -> true;
            case STARTING -> opened.contains(pod.getMetadata().getUid());
            case UNREADY, TERMINATING -> false;
        };
    }

    private PodEndpoint endpoint(Pod pod) {
        var status = pod.getStatus();
        var address = status == null || status.getPodIP() == null ? "" : status.getPodIP();
        int restarts = status == null
                ? 0
                : status.getContainerStatuses().stream()
                        .mapToInt(ContainerStatus::getRestartCount)
                        .sum();
        return new PodEndpoint(
                pod.getMetadata().getUid(), pod.getMetadata().getName(), address, port(pod), state(pod), restarts);
    }

    private PodEndpoint.State state(Pod pod) {
        if (Meta.deleting(pod)) {
            return PodEndpoint.State.TERMINATING;
        }
        if (ready(pod)) {
            return PodEndpoint.State.READY;
        }
        return wasReady.contains(pod.getMetadata().getUid()) ? PodEndpoint.State.UNREADY : PodEndpoint.State.STARTING;
    }

    private static int port(Pod pod) {
        var ports = pod.getSpec().getContainers().stream()
                .map(Container::getPorts)
                .flatMap(List::stream)
                .toList();
        return ports.stream()
                .filter(port -> PORT_NAME.equals(port.getName()))
                .findFirst()
                .or(() -> ports.stream().findFirst())
                .map(ContainerPort::getContainerPort)
                .orElse(DEFAULT_PORT);
    }

    private static boolean ready(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    }

    private static String phase(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getPhase() == null
                ? ""
                : pod.getStatus().getPhase();
    }
}
