package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes one pod's status as soon as it changes; what changes while a write is under way is written next, newest only.
 * The lock guards `next` and `writing`.
 */
final class StatusWriter {

    private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final String uid;
    private @Nullable PodStatus next;
    private @Nullable PodStatus written;
    private boolean writing;

    StatusWriter(KubernetesClient client, Pod pod) {
        this.client = client;
        this.namespace = pod.getMetadata().getNamespace();
        this.name = pod.getMetadata().getName();
        this.uid = pod.getMetadata().getUid();
    }

    synchronized void write(PodStatus status) {
        if (next == null && status.equals(written)) {
            return;
        }
        next = status;
        if (!writing) {
            writing = true;
            Thread.ofVirtual().name("sluice-node-status-" + name).start(this::drain);
        }
    }

    private void drain() {
        int failures = 0;
        while (true) {
            PodStatus status;
            synchronized (this) {
                if (next == null) {
                    writing = false;
                    notifyAll();
                    return;
                }
                status = next;
                next = null;
                if (status.equals(written)) {
                    continue; // what changed meanwhile has changed back
                }
            }
            try {
                patch(status);
                failures = 0;
                synchronized (this) {
                    written = status;
                }
            } catch (KubernetesClientException e) {
                if (e.getCode() == 404 || e.getCode() == 409 || e.getCode() == 422 || ++failures > 20) {
                    var level = e.getCode() == 404 || e.getCode() == 409 ? Level.DEBUG : Level.WARN;
                    LOG.atLevel(level).addKeyValue("pod", name).setCause(e).log("a status was refused");
                } else {
                    synchronized (this) {
                        next = next == null ? status : next;
                    }
                    try {
                        Thread.sleep(Math.min(5000, 50L << Math.min(failures, 7)));
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
            }
        }
    }

    private void patch(PodStatus status) {
        Pod change = new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .withUid(uid)
                .endMetadata()
                .withStatus(status)
                .build();
        client.pods()
                .inNamespace(namespace)
                .withName(name)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), change);
    }

    /** Waits until all that was handed over is written. */
    synchronized void flush() throws InterruptedException {
        while (writing) {
            wait(10_000);
        }
    }
}
