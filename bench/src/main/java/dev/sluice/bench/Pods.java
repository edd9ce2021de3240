package dev.sluice.bench;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a pod takes by itself: made by hand, or by a Deployment scaled by hand, and asked until it answers. */
final class Pods implements AutoCloseable {
    private static final String LABEL = "bench";
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final KubernetesClient client;
    private final String namespace;
    private final PodSpec spec;
    private final SharedIndexInformer<Pod> informer;
    private final Map<String, CompletableFuture<InetSocketAddress>> addresses = new ConcurrentHashMap<>();

    /** @param like the pod whose spec is taken, without the hook that would ask a gateway about its revision */
    Pods(KubernetesClient client, String namespace, PodSpec like) {
        this.client = client;
        this.namespace = namespace;
        var builder = new PodSpecBuilder(like).withNodeName(null).withTerminationGracePeriodSeconds(1L);
        builder.editFirstContainer().withLifecycle(null).endContainer();
        spec = builder.build();
        informer = client.pods().inNamespace(namespace).withLabel(LABEL).inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pod pod) {
                seen(pod);
            }

            @Override
            public void onUpdate(Pod before, Pod pod) {
                seen(pod);
            }

            @Override
            public void onDelete(Pod pod, boolean unknown) {
                // nobody waits for that here
            }
        });
    }

    private void seen(Pod pod) {
        var address = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
        if (address != null && !address.isEmpty()) {
            int port = pod.getSpec()
                    .getContainers()
                    .getFirst()
                    .getPorts()
                    .getFirst()
                    .getContainerPort();
            waiting(pod.getMetadata().getLabels().getOrDefault(LABEL, ""))
                    .complete(new InetSocketAddress(InetAddress.ofLiteral(address), port));
        }
    }

    private CompletableFuture<InetSocketAddress> waiting(String name) {
        return addresses.computeIfAbsent(name, _ -> new CompletableFuture<>());
    }

    /** From the creation of a pod to its first answer. */
    Duration alone(String name) throws IOException, InterruptedException {
        var pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels(LABEL, name)
                .endMetadata()
                .withSpec(spec)
                .build();
        long began = System.nanoTime();
        client.resource(pod).create();
        answered(name);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** A Deployment of no pods. */
    void deployment(String name) {
        client.resource(new DeploymentBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(0)
                        .withNewSelector()
                        .addToMatchLabels(LABEL, name)
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .addToLabels(LABEL, name)
                        .endMetadata()
                        .withSpec(spec)
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
    }

    /** From the wish for one pod to that pod's first answer. */
    Duration scaled(String deployment) throws IOException, InterruptedException {
        long began = System.nanoTime();
        client.apps().deployments().inNamespace(namespace).withName(deployment).scale(1);
        answered(deployment);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void answered(String name) throws IOException, InterruptedException {
        try {
            Requests.untilAnswered(waiting(name).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS), LIMIT);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the pod of " + name + " got no address", e);
        }
    }

    /** Deletes what was made under this name, and returns when no pod of it is left. */
    void remove(String name) throws InterruptedException {
        client.apps().deployments().inNamespace(namespace).withName(name).delete();
        client.pods()
                .inNamespace(namespace)
                .withLabel(LABEL, name)
                .withGracePeriod(0)
                .delete();
        while (informer.getStore().list().stream()
                .anyMatch(pod -> name.equals(pod.getMetadata().getLabels().get(LABEL)))) {
            Thread.sleep(20);
        }
        addresses.remove(name);
    }

    @Override
    public void close() {
        informer.close();
    }
}
