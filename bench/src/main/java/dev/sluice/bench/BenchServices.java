package dev.sluice.bench;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.testing.TestImage;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Services of one namespace of their own, all of one image; it goes with them. */
final class BenchServices implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final PlatformUnderTest platform;
    private final KubernetesClient client;
    private final String namespace;
    private final String image;
    private final SharedIndexInformer<KnativeService> informer;
    private final Map<String, CompletableFuture<Long>> ready = new ConcurrentHashMap<>();

    BenchServices(PlatformUnderTest platform) throws IOException {
        this.platform = platform;
        client = platform.client();
        namespace = "bench-" + Long.toHexString(System.nanoTime() & 0xffffff);
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        client.configMaps()
                .inNamespace("knative-serving")
                .withName("config-autoscaler")
                .edit(map -> {
                    map.getData().put("allow-zero-initial-scale", "true");
                    return map;
                });
        var cache = Files.createDirectories(platform.home().resolve("bench"));
        var name = platform.registry() + "/bench/probe";
        image = name + "@" + TestImage.pushProbe(name + ":1", cache, "hello");
        informer = client.resources(KnativeService.class).inNamespace(namespace).inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(KnativeService service) {
                seen(service);
            }

            @Override
            public void onUpdate(KnativeService before, KnativeService service) {
                seen(service);
            }

            @Override
            public void onDelete(KnativeService service, boolean unknown) {
                ready.remove(service.getMetadata().getName());
            }
        });
    }

    private void seen(KnativeService service) {
        boolean isReady = service.getStatus().conditions().stream()
                .filter(c -> c.type().equals("Ready"))
                .map(Condition::status)
                .anyMatch("True"::equals);
        if (isReady) {
            waiting(service.getMetadata().getName()).complete(System.nanoTime());
        }
    }

    private CompletableFuture<Long> waiting(String name) {
        return ready.computeIfAbsent(name, _ -> new CompletableFuture<>());
    }

    String namespace() {
        return namespace;
    }

    /** From the creation of a Service to its Ready. */
    Duration create(String name, int initialScale) throws IOException, InterruptedException {
        var service =
                Serialization.unmarshal("""
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata:
                  name: %s
                  namespace: %s
                spec:
                  template:
                    metadata:
                      annotations:
                        autoscaling.knative.dev/window: 6s
                        autoscaling.knative.dev/initial-scale: "%d"
                    spec:
                      containers:
                      - image: %s
                """.formatted(name, namespace, initialScale, image), KnativeService.class);
        long began = System.nanoTime();
        client.resource(service).create();
        try {
            return Duration.ofNanos(waiting(name).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS) - began);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(name + " did not become Ready", e);
        }
    }

    /** From a request to its answer. */
    Duration ask(String name) throws IOException {
        long began = System.nanoTime();
        int status = Requests.get(platform.gateway(), name + "." + namespace + "." + platform.domain());
        if (status != 200) {
            throw new IOException(name + " answered " + status);
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** How the pods of a Service look. */
    PodSpec podSpec(String name) {
        return client.apps()
                .deployments()
                .inNamespace(namespace)
                .withName(name + "-00001-deployment")
                .get()
                .getSpec()
                .getTemplate()
                .getSpec();
    }

    /** Returns when no pod is left in the namespace. */
    void awaitZero() throws InterruptedException {
        while (!client.pods().inNamespace(namespace).list().getItems().isEmpty()) {
            Thread.sleep(200);
        }
    }

    @Override
    public void close() {
        informer.close();
        client.namespaces().withName(namespace).delete();
    }
}
