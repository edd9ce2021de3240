package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.image.ImageStore;
import dev.sluice.kubedev.node.sandbox.Sandboxes;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;

/** What every pod of the node needs from it. */
public record NodeContext(
        KubernetesClient client,
        String nodeName,
        String hostAddress,
        Path directory,
        ImageStore images,
        Sandboxes sandboxes,
        EventRecorder events,
        Map<String, Quantity> allocatable,
        ScheduledExecutorService timer,
        Optional<String> nameServer,
        ConcurrentMap<Path, ContainerLog> logs) {}
