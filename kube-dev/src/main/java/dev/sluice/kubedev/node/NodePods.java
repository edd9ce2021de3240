package dev.sluice.kubedev.node;

import dev.sluice.kubedev.node.pod.EventRecorder;
import dev.sluice.kubedev.node.pod.NodeContext;
import dev.sluice.kubedev.node.pod.PodFiles;
import dev.sluice.kubedev.node.pod.PodWorker;
import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All pods of the cluster, seen through one watch: those without a node are bound to this one, and its own are run. */
final class NodePods implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodePods.class);

    private final NodeContext node;
    private final EventRecorder scheduling;
    private final Capacity capacity;
    private final Map<String, String> labels;
    private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
    private final Map<String, Pod> here = new ConcurrentHashMap<>();
    private final Map<String, Pod> unplaced = new LinkedHashMap<>();
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    NodePods(NodeContext node, EventRecorder scheduling, Capacity capacity) {
        this.node = node;
        this.scheduling = scheduling;
        this.capacity = capacity;
        this.labels = Registration.labels(node.nodeName());
        this.thread = Thread.ofVirtual().name("sluice-node-pods").unstarted(this::run);
    }

    void start() {
        sweep();
        thread.start();
        node.images().protect(() -> {
            var used = new HashSet<java.nio.file.Path>();
            workers.values()
                    .forEach(w -> w.images().forEach(id -> {
                        int at = id.indexOf("@sha256:");
                        if (at > 0) {
                            used.add(node.directory()
                                    .resolve("images/roots")
                                    .resolve(id.substring(at + 8))
                                    .resolve("fs"));
                        }
                    }));
            return used;
        });
        informers.add(node.client()
                .pods()
                .inAnyNamespace()
                .inform(
                        new ResourceEventHandler<Pod>() {
                            @Override
                            public void onAdd(Pod pod) {
                                inbox.add(() -> seen(pod));
                            }

                            @Override
                            public void onUpdate(Pod before, Pod pod) {
                                inbox.add(() -> seen(pod));
                            }

                            @Override
                            public void onDelete(Pod pod, boolean stale) {
                                inbox.add(() -> gone(pod));
                            }
                        },
                        0));
        informers.add(node.client().configMaps().inAnyNamespace().inform(changes(ConfigMap.class, "ConfigMap"), 0));
        informers.add(node.client().secrets().inAnyNamespace().inform(changes(Secret.class, "Secret"), 0));
    }

    /** What pods left that went while this node was away. */
    private void sweep() {
        Set<String> living = new HashSet<>();
        node.client()
                .pods()
                .inAnyNamespace()
                .list()
                .getItems()
                .forEach(p -> living.add(p.getMetadata().getUid()));
        try {
            PodFiles.sweep(node.directory(), living);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("what deleted pods left was not all removed");
        }
    }

    private <T extends HasMetadata> ResourceEventHandler<T> changes(Class<T> type, String kind) {
        Objects.requireNonNull(type);
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                tell(object);
            }

            @Override
            public void onUpdate(T before, T object) {
                if (!Objects.equals(
                        before.getMetadata().getResourceVersion(),
                        object.getMetadata().getResourceVersion())) {
                    tell(object);
                }
            }

            @Override
            public void onDelete(T object, boolean stale) {}

            private void tell(T object) {
                workers.values()
                        .forEach(w -> w.configChanged(
                                kind,
                                object.getMetadata().getNamespace(),
                                object.getMetadata().getName()));
            }
        };
    }

    /** The pod called `namespace/name`, when it is here. */
    Optional<Pod> byName(String name) {
        return here.values().stream()
                .filter(p -> name.equals(
                        p.getMetadata().getNamespace() + "/" + p.getMetadata().getName()))
                .findFirst();
    }

    private void run() {
        while (!closed) {
            try {
                inbox.take().run();
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a change of a pod could not be taken");
            }
        }
    }

    private void seen(Pod pod) {
        String uid = pod.getMetadata().getUid();
        String at = pod.getSpec().getNodeName();
        if (at == null || at.isEmpty()) {
            if (pod.getMetadata().getDeletionTimestamp() == null && !here.containsKey(uid)) {
                bind(pod);
            }
            return;
        }
        unplaced.remove(uid);
        if (!at.equals(node.nodeName())) {
            return;
        }
        take(pod);
    }

    private void take(Pod pod) {
        String uid = pod.getMetadata().getUid();
        Pod before = here.put(uid, pod);
        if (finished(pod) && before != null && !finished(before)) {
            retryUnplaced(); // it has given its place back
        }
        PodWorker worker = workers.get(uid);
        if (worker != null) {
            worker.update(pod);
            return;
        }
        String phase =
                Optional.ofNullable(pod.getStatus()).map(s -> s.getPhase()).orElse("Pending");
        boolean finished = phase.equals("Succeeded") || phase.equals("Failed");
        if (finished && pod.getMetadata().getDeletionTimestamp() == null) {
            return; // it stays as it was, with its logs
        }
        try {
            workers.put(uid, new PodWorker(node, pod, () -> inbox.add(() -> forget(uid))));
        } catch (IOException e) {
            LOG.atError()
                    .addKeyValue("pod", pod.getMetadata().getName())
                    .setCause(e)
                    .log("a pod cannot be taken");
        }
    }

    private void bind(Pod pod) {
        String scheduler = Optional.ofNullable(pod.getSpec().getSchedulerName()).orElse("default-scheduler");
        boolean gated = pod.getSpec().getSchedulingGates() != null
                && !pod.getSpec().getSchedulingGates().isEmpty();
        if (!scheduler.equals("default-scheduler") || gated) {
            return;
        }
        String uid = pod.getMetadata().getUid();
        String name = pod.getMetadata().getName();
        List<Pod> others = here.values().stream().filter(p -> !finished(p)).toList();
        Optional<String> refusal = Placement.refusal(pod, node.nodeName(), labels, capacity, others);
        if (refusal.isPresent()) {
            if (unplaced.put(uid, pod) == null) {
                scheduling.warning(pod, Optional.empty(), "FailedScheduling", refusal.get());
                unschedulable(pod, refusal.get());
            }
            return;
        }
        unplaced.remove(uid);
        Pod placed = new PodBuilder(pod)
                .editSpec()
                .withNodeName(node.nodeName())
                .endSpec()
                .build();
        here.put(uid, placed); // what comes next does not get its place
        Thread.ofVirtual().name("sluice-node-bind-" + name).start(() -> bind(placed, pod));
    }

    /** Beside the thread of the pods: many are bound at once. */
    private void bind(Pod placed, Pod pod) {
        String uid = pod.getMetadata().getUid();
        String name = pod.getMetadata().getName();
        String namespace = pod.getMetadata().getNamespace();
        try {
            node.client()
                    .bindings()
                    .inNamespace(namespace)
                    .resource(new BindingBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName(name)
                            .withUid(uid)
                            .endMetadata()
                            .withNewTarget()
                            .withApiVersion("v1")
                            .withKind("Node")
                            .withName(node.nodeName())
                            .endTarget()
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            inbox.add(() -> notBound(placed, pod, e));
            return;
        }
        scheduling.normal(
                pod,
                Optional.empty(),
                "Scheduled",
                "Successfully assigned " + namespace + "/" + name + " to " + node.nodeName());
        inbox.add(() -> {
            if (placed.equals(here.get(uid)) && !workers.containsKey(uid)) { // else it was seen, or is gone again
                take(placed);
            }
        });
    }

    private void notBound(Pod placed, Pod pod, KubernetesClientException e) {
        String uid = pod.getMetadata().getUid();
        if (!here.remove(uid, placed)) {
            return; // it is gone
        }
        if (e.getCode() != 404 && e.getCode() != 409) {
            LOG.atWarn()
                    .addKeyValue("pod", pod.getMetadata().getName())
                    .setCause(e)
                    .log("a pod could not be bound, trying again");
            unplaced.put(uid, pod);
            var _ = node.timer().schedule(() -> inbox.add(this::retryUnplaced), 1, TimeUnit.SECONDS);
        } else {
            retryUnplaced();
        }
    }

    private static boolean finished(Pod pod) {
        String phase =
                Optional.ofNullable(pod.getStatus()).map(s -> s.getPhase()).orElse("Pending");
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private void unschedulable(Pod pod, String message) {
        List<PodCondition> conditions = new ArrayList<>(
                Optional.ofNullable(pod.getStatus()).map(s -> s.getConditions()).orElse(List.of()));
        conditions.removeIf(c -> c.getType().equals("PodScheduled"));
        conditions.add(new PodConditionBuilder()
                .withType("PodScheduled")
                .withStatus("False")
                .withReason("Unschedulable")
                .withMessage(message)
                .withLastTransitionTime(
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .build());
        try {
            node.client()
                    .pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .subresource("status")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            new PodBuilder()
                                    .withNewMetadata()
                                    .withUid(pod.getMetadata().getUid())
                                    .endMetadata()
                                    .withNewStatus()
                                    .withConditions(conditions)
                                    .endStatus()
                                    .build());
        } catch (KubernetesClientException e) {
            LOG.atDebug().setCause(e).log("an unschedulable pod could not be marked");
        }
    }

    private void gone(Pod pod) {
        String uid = pod.getMetadata().getUid();
        unplaced.remove(uid);
        PodWorker worker = workers.get(uid);
        if (worker != null) {
            worker.removed();
        } else if (here.containsKey(uid)) {
            forget(uid);
            PodWorker.clear(node, uid);
        }
        retryUnplaced();
    }

    private void forget(String uid) {
        workers.remove(uid);
        here.remove(uid);
        retryUnplaced();
    }

    private void retryUnplaced() {
        new HashMap<>(unplaced).values().forEach(this::bind);
    }

    @Override
    public void close() {
        closed = true;
        informers.forEach(SharedIndexInformer::stop);
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
            workers.values().forEach(PodWorker::abandon);
            for (PodWorker worker : workers.values()) {
                worker.awaitGone(Duration.ofSeconds(10));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
