package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.sandbox.Sandboxes.PodSandbox;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands around the containers of one pod: its sandbox and its volumes, made and kept fresh beside the pod's thread, which is
 * the only one that uses this.
 */
final class PodSurroundings {

    private static final Logger LOG = LoggerFactory.getLogger(PodSurroundings.class);

    private final NodeContext node;
    private final PodThread pod;
    private final Volumes volumes;
    private @Nullable PodSandbox sandbox;
    private boolean preparing;
    private int mountFailures;
    private boolean volumesReady;

    PodSurroundings(NodeContext node, PodThread pod, Volumes volumes) {
        this.node = node;
        this.pod = pod;
        this.volumes = volumes;
    }

    /** Empty until it was opened. */
    Optional<PodSandbox> sandbox() {
        return Optional.ofNullable(sandbox);
    }

    Volumes volumes() {
        return volumes;
    }

    /** Whether containers can be started in it. */
    boolean ready() {
        return sandbox != null && volumesReady;
    }

    /** Whether there is an address, or a reason why there is none: a status before that would only delay the one that has it. */
    boolean worthTelling() {
        return sandbox != null || mountFailures > 0;
    }

    /** Whether a sandbox is being opened that is not there yet. */
    boolean opening() {
        return preparing && sandbox == null;
    }

    /** A ConfigMap or Secret has changed. */
    void configChanged(String kind, String namespace, String name) {
        if (volumesReady
                && namespace.equals(pod.now().getMetadata().getNamespace())
                && Volumes.refers(pod.now(), kind, name)) {
            refresh();
        }
    }

    void close() {
        if (sandbox != null) {
            sandbox.close();
        }
    }

    /** Makes what is missing, unless that is being done; the pod looks again when it is there. */
    void prepare() {
        if (preparing) {
            return;
        }
        preparing = true;
        PodSandbox existing = sandbox;
        Pod current = pod.now();
        Thread.ofVirtual()
                .name("sluice-node-prepare-" + pod.now().getMetadata().getName())
                .start(() -> {
                    PodSandbox opened = existing;
                    try {
                        if (opened == null) {
                            PodSandbox fresh = node.sandboxes()
                                    .open(
                                            current.getMetadata().getUid(),
                                            PodFiles.hostname(current),
                                            Boolean.TRUE.equals(
                                                    current.getSpec().getHostNetwork()));
                            opened = fresh;
                            pod.tell(() -> sandbox = fresh);
                        }
                        volumes.prepare(current, opened.address());
                        pod.tell(() -> {
                            preparing = false;
                            volumesReady = true;
                            refreshTokens();
                        });
                    } catch (ConfigProblem | IOException | UncheckedIOException | KubernetesClientException e) {
                        pod.tell(() -> prepareFailed(String.valueOf(e.getMessage())));
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private void prepareFailed(String message) {
        node.events().warning(pod.now(), Optional.empty(), "FailedMount", message);
        long wait = Math.min(120_000, 500L << Math.min(mountFailures++, 8));
        var _ = node.timer().schedule(() -> pod.tell(() -> preparing = false), wait, TimeUnit.MILLISECONDS);
    }

    private void refreshTokens() {
        if (Volumes.hasToken(pod.now()) && !pod.over()) {
            var _ = node.timer()
                    .schedule(
                            () -> pod.tell(() -> {
                                if (!pod.over()) {
                                    refresh();
                                    refreshTokens();
                                }
                            }),
                            8,
                            TimeUnit.MINUTES);
        }
    }

    private void refresh() {
        PodSandbox in = sandbox;
        if (in == null) {
            return;
        }
        Pod current = pod.now();
        Thread.ofVirtual()
                .name("sluice-node-refresh-" + pod.now().getMetadata().getName())
                .start(() -> {
                    try {
                        volumes.refresh(current, in.address());
                    } catch (ConfigProblem | IOException | KubernetesClientException e) {
                        LOG.atWarn()
                                .addKeyValue("pod", current.getMetadata().getName())
                                .addKeyValue("reason", e.getMessage())
                                .log("a volume was not refreshed");
                    }
                });
    }
}
