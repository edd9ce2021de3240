package dev.sluice.kubedev.node;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** Makes pods in a namespace of its own and waits for what becomes of them. */
final class PodBench implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    final KubernetesClient client;
    final String namespace;
    private final Map<String, String> images;

    PodBench(KubernetesClient client, Map<String, String> images) {
        this.client = client;
        this.images = images;
        this.namespace = "node-contract-" + Long.toHexString(System.nanoTime() & 0xffffff);
        client.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> client.serviceAccounts()
                                .inNamespace(namespace)
                                .withName("default")
                                .get()
                        != null);
    }

    /** Creates a pod from a spec in YAML, where SHELL and ECHO stand for the images. */
    Pod create(String yaml) {
        String text = yaml;
        for (var image : images.entrySet()) {
            text = text.replace("image: " + image.getKey(), "image: " + image.getValue());
        }
        PodSpec spec = Serialization.unmarshal(text, PodSpec.class);
        return client.pods()
                .inNamespace(namespace)
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("p" + COUNT.incrementAndGet())
                        .addToLabels("app", "contract")
                        .addToAnnotations("note", "some \"words\"")
                        .endMetadata()
                        .withSpec(spec)
                        .build())
                .create();
    }

    /** Waits for the pod to be as described, and gives it as it was then. */
    Pod until(Pod pod, Predicate<Pod> wanted) {
        return until(pod, Duration.ofMinutes(2), wanted);
    }

    Pod until(Pod pod, Duration atMost, Predicate<Pod> wanted) {
        AtomicReference<Pod> last = new AtomicReference<>(pod);
        try {
            await().atMost(atMost).pollInterval(Duration.ofMillis(50)).until(() -> {
                Pod now = get(pod).orElse(last.get());
                last.set(now);
                return now.getStatus() != null && wanted.test(now);
            });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(
                    "the pod stayed: " + Serialization.asYaml(last.get().getStatus()) + events(pod), e);
        }
        return last.get();
    }

    Pod finished(Pod pod) {
        return until(
                pod, p -> List.of("Succeeded", "Failed").contains(p.getStatus().getPhase()));
    }

    /** What the pod printed until it finished. */
    String output(String yaml) {
        Pod pod = finished(create(yaml));
        return log(pod);
    }

    Optional<Pod> get(Pod pod) {
        return Optional.ofNullable(client.pods()
                .inNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .get());
    }

    String log(Pod pod) {
        return client.pods()
                .inNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .inContainer(pod.getSpec().getContainers().getFirst().getName())
                .getLog();
    }

    void delete(Pod pod) {
        var _ = client.pods()
                .inNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .delete();
    }

    void untilGone(Pod pod) {
        await().atMost(Duration.ofSeconds(60)).until(() -> get(pod).isEmpty());
    }

    List<Event> events(Pod pod) {
        return client.v1()
                .events()
                .inNamespace(namespace)
                .withField("involvedObject.uid", pod.getMetadata().getUid())
                .list()
                .getItems();
    }

    Event untilEvent(Pod pod, String reason) {
        AtomicReference<Optional<Event>> found = new AtomicReference<>(Optional.empty());
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            found.set(events(pod).stream()
                    .filter(e -> reason.equals(e.getReason()))
                    .findFirst());
            return found.get().isPresent();
        });
        return found.get().orElseThrow();
    }

    String configMap(Map<String, String> data) {
        String name = "c" + COUNT.incrementAndGet();
        configMap(name, data);
        return name;
    }

    void configMap(String name, Map<String, String> data) {
        client.configMaps()
                .inNamespace(namespace)
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withData(data)
                        .build())
                .createOr(existing -> existing.update());
    }

    String secret(Map<String, String> data) {
        String name = "s" + COUNT.incrementAndGet();
        client.secrets()
                .inNamespace(namespace)
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withStringData(data)
                        .build())
                .create();
        return name;
    }

    static ContainerStatus container(Pod pod, String name) {
        var all = new java.util.ArrayList<>(pod.getStatus().getContainerStatuses());
        all.addAll(
                Optional.ofNullable(pod.getStatus().getInitContainerStatuses()).orElse(List.of()));
        return all.stream().filter(c -> c.getName().equals(name)).findFirst().orElseGet(ContainerStatus::new);
    }

    static boolean waits(Pod pod, String reason) {
        return pod.getStatus().getContainerStatuses().stream()
                .anyMatch(c -> c.getState() != null
                        && c.getState().getWaiting() != null
                        && reason.equals(c.getState().getWaiting().getReason()));
    }

    static boolean ready(Pod pod) {
        return "True".equals(condition(pod, "Ready").getStatus());
    }

    static PodCondition condition(Pod pod, String type) {
        return Optional.ofNullable(pod.getStatus().getConditions()).orElse(List.of()).stream()
                .filter(c -> c.getType().equals(type))
                .findFirst()
                .orElseGet(PodCondition::new);
    }

    @Override
    public void close() {
        client.pods().inNamespace(namespace).withGracePeriod(0).delete();
        client.namespaces().withName(namespace).delete();
    }
}
