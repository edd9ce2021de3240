package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.sandbox.Sandboxes.PodSandbox;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one pod on this node. One thread decides and holds all state; what takes long runs beside it and hands its
 * result back through the inbox. After every message the whole pod is looked at again and its status written when it changed.
 */
public final class PodWorker {

    private static final Logger LOG = LoggerFactory.getLogger(PodWorker.class);

    private static final Duration DELETE_AGAIN = Duration.ofSeconds(2);

    private final NodeContext node;
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final CountDownLatch gone = new CountDownLatch(1);
    private final Runnable whenGone;
    private final List<ContainerRecord> init = new ArrayList<>();
    private final List<ContainerRecord> regular = new ArrayList<>();
    private final PodFiles files;
    private final PodSurroundings surroundings;
    private final ContainerRunner runner;
    private final StatusWriter statuses;
    private final PodShutdown shutdown;
    private Pod pod;
    private Instant startTime = Instant.now();
    private boolean deleteSeen;
    private boolean leaving;
    private boolean settled;
    private Optional<String> failureReason = Optional.empty();
    private Optional<String> failureMessage = Optional.empty();
    private volatile boolean ended;

    public PodWorker(NodeContext node, Pod pod, Runnable whenGone) throws IOException {
        this.node = node;
        this.pod = pod;
        this.whenGone = whenGone;
        this.files = new PodFiles(node.directory(), pod.getMetadata().getUid(), node.nameServer());
        var thread = new Self();
        this.surroundings = new PodSurroundings(node, thread, new Volumes(node, files.volumes()));
        this.statuses = new StatusWriter(node.client(), pod);
        List<Container> inits =
                Optional.ofNullable(pod.getSpec().getInitContainers()).orElse(List.of());
        for (Container c : inits) {
            boolean sidecar = "Always".equals(c.getRestartPolicy());
            init.add(new ContainerRecord(c, sidecar ? ContainerRecord.Kind.SIDECAR : ContainerRecord.Kind.INIT, true));
        }
        for (Container c : pod.getSpec().getContainers()) {
            regular.add(new ContainerRecord(c, ContainerRecord.Kind.REGULAR, !inits.isEmpty()));
        }
        this.shutdown = new PodShutdown(node, this::tell);
        this.runner = new ContainerRunner(node, thread, files, surroundings, shutdown);
        files.removeInstances();
        adopt();
        Thread.ofVirtual()
                .name("sluice-node-pod-" + pod.getMetadata().getName())
                .start(this::run);
    }

    private void adopt() throws IOException {
        PodStatus status = Optional.ofNullable(pod.getStatus()).orElseGet(PodStatus::new);
        Optional.ofNullable(status.getStartTime()).ifPresent(t -> startTime = Instant.parse(t));
        // of a pod that never restarts, the API server refuses to see a container run that has ended
        Adoption.adopt(
                init,
                Optional.ofNullable(status.getInitContainerStatuses()).orElse(List.of()),
                !PodStatuses.neverRestarts(pod),
                files);
        Adoption.adopt(
                regular, Optional.ofNullable(status.getContainerStatuses()).orElse(List.of()), false, files);
    }

    /** The pod as the API server has it now. */
    public void update(Pod newer) {
        tell(() -> {
            boolean otherDeadline = !Objects.equals(
                    pod.getSpec().getActiveDeadlineSeconds(), newer.getSpec().getActiveDeadlineSeconds());
            pod = newer;
            if (otherDeadline) { // it may be set, or come nearer
                deadline();
            }
        });
    }

    /** The pod was removed from the API server, gracefully or not: nothing of it may go on. */
    public void removed() {
        tell(() -> {
            deleteSeen = true;
            pod = pod.edit()
                    .editMetadata()
                    .withDeletionGracePeriodSeconds(0L)
                    .endMetadata()
                    .build();
        });
    }

    /** A ConfigMap or Secret has changed. */
    public void configChanged(String kind, String namespace, String name) {
        tell(() -> surroundings.configChanged(kind, namespace, name));
    }

    private void tell(Runnable message) {
        inbox.add(message);
    }

    private void run() {
        deadline();
        sync();
        while (!ended) {
            try {
                inbox.take().run();
                for (Runnable more = inbox.poll(); more != null; more = inbox.poll()) {
                    more.run();
                }
                if (!ended) {
                    sync();
                }
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("pod", pod.getMetadata().getName())
                        .setCause(e)
                        .log("a step of a pod failed");
            }
        }
    }

    private void sync() {
        if (settled) {
            if (deleteSeen || pod.getMetadata().getDeletionTimestamp() != null) {
                leave();
            }
            return;
        }
        boolean deleting = deleteSeen || pod.getMetadata().getDeletionTimestamp() != null;
        if (deleting || failureReason.isPresent()) {
            long grace = deleting
                    ? Optional.ofNullable(pod.getMetadata().getDeletionGracePeriodSeconds())
                            .orElse(30L)
                    : Optional.ofNullable(pod.getSpec().getTerminationGracePeriodSeconds())
                            .orElse(30L);
            if (shutdown.stopAll(pod, regular, init, grace)) {
                finish();
            }
            report();
            return;
        }
        if (!surroundings.ready()) {
            surroundings.prepare();
            if (surroundings.worthTelling()) {
                report();
            }
            return;
        }
        if (advanceInit()) {
            regular.forEach(c -> runner.ensure(
                    c, Optional.ofNullable(pod.getSpec().getRestartPolicy()).orElse("Always")));
        }
        String phase = PodStatuses.phase(pod, facts());
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            boolean sidecarsDown = shutdown.stopSidecars(
                    pod,
                    init,
                    Optional.ofNullable(pod.getSpec().getTerminationGracePeriodSeconds())
                            .orElse(30L));
            if (sidecarsDown
                    && init.stream().noneMatch(c -> c.starting)
                    && regular.stream().noneMatch(c -> c.starting)) {
                finish();
            }
        }
        report();
    }

    private boolean advanceInit() {
        for (ContainerRecord c : init) {
            if (c.kind == ContainerRecord.Kind.SIDECAR) {
                runner.ensure(c, "Always");
                if (!c.started
                        && regular.stream()
                                .noneMatch(r -> r.everCreated && (r.running != null || r.terminated != null))) {
                    return false;
                }
            } else if (!c.succeeded()) {
                runner.ensure(c, PodStatuses.neverRestarts(pod) ? "Never" : "OnFailure");
                return false;
            }
        }
        return true;
    }

    private void deadline() {
        Long seconds = pod.getSpec().getActiveDeadlineSeconds();
        if (seconds != null && seconds > 0) {
            long left = Duration.between(Instant.now(), startTime.plusSeconds(seconds))
                    .toMillis();
            var _ = node.timer()
                    .schedule(
                            () -> tell(() -> {
                                if (!settled) {
                                    fail(
                                            "DeadlineExceeded",
                                            "Pod was active on the node longer than the specified deadline");
                                }
                            }),
                            Math.max(0, left),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void fail(String reason, String message) {
        failureReason = Optional.of(reason);
        failureMessage = Optional.of(message);
        node.events().normal(pod, Optional.empty(), reason, message);
    }

    /** All containers are down for good. */
    private void finish() {
        if (settled) {
            return;
        }
        settled = true;
        if (surroundings.opening()) {
            settled = false; // the sandbox that is being opened comes first, then is closed
            return;
        }
        surroundings.close();
        files.removeRun();
        if (deleteSeen || pod.getMetadata().getDeletionTimestamp() != null) {
            leave();
        }
    }

    private void leave() {
        if (leaving) {
            return;
        }
        leaving = true;
        report();
        boolean inApi = !deleteSeen;
        String name = pod.getMetadata().getName();
        Thread.ofVirtual().name("sluice-node-leave-" + name).start(() -> {
            try {
                if (inApi) {
                    statuses.flush();
                    deleteInApi();
                }
                files.removeAll();
            } catch (IOException e) {
                LOG.atDebug().addKeyValue("pod", name).setCause(e).log("a pod was not cleared away");
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                tell(() -> {
                    ended = true;
                    gone.countDown();
                    whenGone.run();
                });
            }
        });
    }

    /** Until the API server has done it: nobody else would ever take the pod away. */
    private void deleteInApi() throws InterruptedException {
        do {
            try {
                node.client()
                        .pods()
                        .inNamespace(pod.getMetadata().getNamespace())
                        .withName(pod.getMetadata().getName())
                        .withGracePeriod(0)
                        .delete();
                return;
            } catch (KubernetesClientException e) {
                LOG.atDebug()
                        .addKeyValue("pod", pod.getMetadata().getName())
                        .setCause(e)
                        .log("a pod that has ended cannot be deleted yet");
            }
        } while (!awaitGone(DELETE_AGAIN));
    }

    private PodStatuses.Facts facts() {
        return new PodStatuses.Facts(
                init,
                regular,
                surroundings.sandbox().map(PodSandbox::address),
                node.hostAddress(),
                startTime,
                failureReason,
                failureMessage);
    }

    private void report() {
        if (!deleteSeen) {
            PodStatus before = Optional.ofNullable(pod.getStatus()).orElseGet(PodStatus::new);
            statuses.write(PodStatuses.build(pod, before, facts(), Instant.now()));
        }
    }

    /** This pod, as its parts see it. */
    private final class Self implements PodThread {
        @Override
        public Pod now() {
            return pod;
        }

        @Override
        public void tell(Runnable message) {
            PodWorker.this.tell(message);
        }

        @Override
        public void report() {
            PodWorker.this.report();
        }

        @Override
        public boolean over() {
            return settled || leaving;
        }

        @Override
        public boolean mayStart() {
            return !over() && pod.getMetadata().getDeletionTimestamp() == null && failureReason.isEmpty();
        }
    }

    /** Ends the pod's processes at once, because the node goes; the API server is told nothing. */
    public void abandon() {
        tell(() -> {
            ended = true;
            leaving = true;
            settled = true;
            shutdown.killAll(regular, init);
            surroundings.close();
            gone.countDown();
        });
    }

    public boolean awaitGone(Duration atMost) throws InterruptedException {
        return gone.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The image folders in use by this pod. */
    public List<String> images() {
        List<String> all = new ArrayList<>();
        init.forEach(c -> all.add(c.imageId));
        regular.forEach(c -> all.add(c.imageId));
        return all;
    }

    /** Clears away what is left of a finished pod that was deleted. */
    public static void clear(NodeContext node, String podUid) {
        try {
            new PodFiles(node.directory(), podUid, node.nameServer()).removeAll();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("pod", podUid).setCause(e).log("a pod was not cleared away");
        }
    }
}
