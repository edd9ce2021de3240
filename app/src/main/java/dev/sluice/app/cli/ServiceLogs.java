package dev.sluice.app.cli;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.PrettyLoggable;
import io.fabric8.kubernetes.client.dsl.TimeTailPrettyLoggable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** The logs of all pods of a service; followed, also of those that come later: each line with its pod when there are several. */
final class ServiceLogs {
    private static final String SERVING = "kubectl.kubernetes.io/default-container";
    private static final String UNNAMED = "user-container";

    private final Session session;
    private final String namespace;
    private final String service;
    private final int tail;
    private final Set<String> shown = ConcurrentHashMap.newKeySet();

    ServiceLogs(Session session, String namespace, String service, int tail) {
        this.session = session;
        this.namespace = namespace;
        this.service = service;
        this.tail = tail;
    }

    void print(boolean follow) throws InterruptedException {
        if (follow) {
            followAll();
            return;
        }
        var pods = pods().list().getItems();
        if (pods.isEmpty()) {
            session.complain("sluice: " + service + " has no pod now (scaled to zero); -f waits for one");
        }
        for (var pod : pods) {
            try {
                var prefix = pods.size() > 1 ? pod.getMetadata().getName() + " " : "";
                container(pod).getLog().lines().forEach(line -> session.say(prefix + line));
            } catch (KubernetesClientException e) {
                session.complain("sluice: " + pod.getMetadata().getName() + ": " + VerbRunner.message(e));
            }
        }
    }

    private void followAll() throws InterruptedException {
        var ended = new CountDownLatch(1);
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            try (var _ = pods().watch(new Watcher<Pod>() {
                @Override
                public void eventReceived(Action action, Pod pod) {
                    if (action != Action.DELETED
                            && started(pod)
                            && shown.add(pod.getMetadata().getUid())) {
                        threads.execute(() -> follow(pod));
                    }
                }

                @Override
                public void onClose(WatcherException cause) {
                    ended.countDown();
                }
            })) {
                ended.await();
            } finally {
                threads.shutdownNow();
            }
        }
    }

    private void follow(Pod pod) {
        var prefix = pod.getMetadata().getName() + " ";
        try (var log = container(pod).watchLog();
                var lines = new BufferedReader(new InputStreamReader(log.getOutput(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                session.say(prefix + line);
            }
        } catch (IOException | KubernetesClientException e) {
            session.complain("sluice: " + prefix + "log ended: " + e.getMessage());
        }
    }

    /** The container that serves, as its pod says it; pods of before said nothing. */
    static String serving(Pod pod) {
        var containers = pod.getSpec().getContainers();
        var annotations = Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.<String, String>of());
        return Optional.ofNullable(annotations.get(SERVING))
                .orElseGet(() -> containers.stream()
                        .map(Container::getName)
                        .filter(UNNAMED::equals)
                        .findFirst()
                        .orElseGet(() -> containers.isEmpty()
                                ? UNNAMED
                                : containers.getFirst().getName()));
    }

    private static boolean started(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getContainerStatuses().stream()
                        .anyMatch(c -> c.getName().equals(serving(pod))
                                && (c.getState().getRunning() != null
                                        || c.getState().getTerminated() != null));
    }

    private io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable<
                    Pod, io.fabric8.kubernetes.api.model.PodList, io.fabric8.kubernetes.client.dsl.PodResource>
            pods() {
        return session.platform()
                .kubernetes()
                .pods()
                .inNamespace(namespace)
                .withLabel("serving.knative.dev/service", service);
    }

    private PrettyLoggable container(Pod pod) {
        TimeTailPrettyLoggable logs = session.platform()
                .kubernetes()
                .pods()
                .inNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .inContainer(serving(pod));
        return tail < 0 ? logs : logs.tailingLines(tail);
    }
}
