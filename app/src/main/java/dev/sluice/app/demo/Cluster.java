package dev.sluice.app.demo;

import dev.sluice.api.build.Build;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.Revision;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the demo asks of the API server, as any client would. */
final class Cluster {
    private static final String SERVICE_LABEL = "serving.knative.dev/service";

    private final KubernetesClient client;

    Cluster(KubernetesClient client) {
        this.client = client;
    }

    /** Removes what an earlier demo left, so that this one measures a first time. */
    void forget(String namespace, String service) {
        var services = client.resources(KnativeService.class).inNamespace(namespace);
        if (services.withName(service).get() != null) {
            services.withName(service).delete();
            services.withName(service).waitUntilCondition(java.util.Objects::isNull, 60, TimeUnit.SECONDS);
        }
    }

    String url(String namespace, String service) {
        var found = client.resources(KnativeService.class)
                .inNamespace(namespace)
                .withName(service)
                .get();
        return Optional.ofNullable(found)
                .map(KnativeService::getStatus)
                .map(status -> status.url())
                .orElseThrow(() -> new DemoFailure("service " + service + " has no URL"));
    }

    /** The reference by digest that the newest revision runs. */
    String image(String namespace, String service) {
        return client
                .resources(Revision.class)
                .inNamespace(namespace)
                .withLabel(SERVICE_LABEL, service)
                .list()
                .getItems()
                .stream()
                .max(Comparator.comparing(r -> r.getMetadata().getName()))
                .map(Revision::getStatus)
                .map(status -> status.containerStatuses().getFirst().imageDigest())
                .orElseThrow(() -> new DemoFailure("service " + service + " has no revision"));
    }

    /** From the start to the completion of the newest build of a service. */
    Optional<Duration> buildTime(String namespace, String service) {
        return client.resources(Build.class).inNamespace(namespace).list().getItems().stream()
                .filter(build -> build.getMetadata().getName().startsWith(service))
                .filter(build -> build.getStatus() != null && build.getStatus().completionTime() != null)
                .max(Comparator.comparing(build -> build.getMetadata().getCreationTimestamp()))
                .map(build -> Duration.between(
                        Instant.parse(build.getMetadata().getCreationTimestamp()),
                        Instant.parse(java.util.Objects.requireNonNull(
                                build.getStatus().completionTime()))));
    }

    void annotate(String namespace, String service, String key, String value) {
        client.resources(KnativeService.class)
                .inNamespace(namespace)
                .withName(service)
                .edit(found -> {
                    found.getMetadata().getAnnotations().put(key, value);
                    return found;
                });
    }

    /** Waits, by a watch, until a service has this many pods; false when that took too long. */
    boolean awaitPods(String namespace, String service, int wanted, Duration limit) {
        try {
            client.pods()
                    .inNamespace(namespace)
                    .withLabel(SERVICE_LABEL, service)
                    .informOnCondition(pods -> pods.size() == wanted)
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException _) {
            return false;
        } catch (java.util.concurrent.ExecutionException e) {
            throw new DemoFailure("watching the pods of " + service + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("interrupted", e);
        }
    }

    /** A Channel on the stub bus with the service as its subscriber, ready. */
    void channel(String namespace, String name, String subscriber) {
        var manifest = """
                apiVersion: channels.knative.dev/v1alpha1
                kind: Channel
                metadata:
                  name: %1$s
                  namespace: %2$s
                spec:
                  clusterBus: stub
                ---
                apiVersion: channels.knative.dev/v1alpha1
                kind: Subscription
                metadata:
                  name: %1$s
                  namespace: %2$s
                spec:
                  channel: %1$s
                  subscriber: %3$s
                """.formatted(name, namespace, subscriber);
        client.load(new ByteArrayInputStream(manifest.getBytes(StandardCharsets.UTF_8)))
                .inNamespace(namespace)
                .serverSideApply();
        ready("Channel", namespace, name, "Ready");
        ready("Subscription", namespace, name, "Dispatching");
    }

    private void ready(String kind, String namespace, String name, String condition) {
        client.genericKubernetesResources("channels.knative.dev/v1alpha1", kind)
                .inNamespace(namespace)
                .withName(name)
                .waitUntilCondition(found -> found != null && holds(found, condition), 60, TimeUnit.SECONDS);
    }

    private static boolean holds(GenericKubernetesResource resource, String condition) {
        return resource.get("status", "conditions") instanceof java.util.List<?> conditions
                && conditions.stream()
                        .anyMatch(c -> c instanceof Map<?, ?> m
                                && condition.equals(m.get("type"))
                                && "True".equals(m.get("status")));
    }
}
