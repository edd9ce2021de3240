package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.workflows.build.BuildRef;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What a build printed, step by step: from the pod while it is there, else from the archive. */
public final class BuildLogs {
    private final KubernetesClient client;
    private final LogArchive archive;

    public BuildLogs(KubernetesClient client, LogArchive archive) {
        this.client = client;
        this.archive = archive;
    }

    /**
     * Hands over every line as {@code [step] line}. With {@code follow} it returns when the build has ended, else at once.
     *
     * @return whether there is such a build
     */
    public boolean read(String namespace, String name, boolean follow, Consumer<String> lines) throws IOException {
        var build = client.resources(Build.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (build == null) {
            return false;
        }
        var ref = new BuildRef(namespace, name, build.getMetadata().getUid());
        if (follow && !build.getStatus().done()) {
            awaitPod(ref);
        }
        var shown = new TreeSet<String>();
        while (true) {
            int last = print(ref, follow, shown, lines);
            if (!follow || over(ref, last)) {
                printKept(ref, shown, lines); // what was kept only after its pod was gone
                return true;
            }
        }
    }

    /** Prints what was kept and what the pods have, without what was shown before; the number of the last pod, or -1. */
    private int print(BuildRef ref, boolean follow, Set<String> shown, Consumer<String> lines) throws IOException {
        printKept(ref, shown, lines);
        int last = -1;
        for (var pod : FurtherPods.all(client, ref)) {
            last = FurtherPods.number(pod);
            for (var container : containers(pod)) {
                var key = container + "@" + last;
                if (!shown.contains(key) && !one(pod, container, follow, lines)) {
                    break;
                }
                shown.add(key);
            }
        }
        return last;
    }

    private void printKept(BuildRef ref, Set<String> shown, Consumer<String> lines) throws IOException {
        for (var file : archive.steps(ref)) {
            if (shown.add(LogArchive.container(file) + "@" + LogArchive.attempt(file))) {
                try (var log = Files.newInputStream(file)) {
                    print(LogArchive.container(file), log, lines);
                }
            }
        }
    }

    /** Waits for another pod or for the build's end; whether it is the latter. */
    private boolean over(BuildRef ref, int last) {
        // conditions are looked at on the threads that answers arrive on: nothing may be asked there
        var ended = client.resources(Build.class)
                .inNamespace(ref.namespace())
                .withName(ref.name())
                .informOnCondition(builds ->
                        builds.stream().allMatch(build -> build.getStatus().done()));
        var further = FurtherPods.of(client, ref)
                .informOnCondition(pods -> pods.stream().anyMatch(pod -> FurtherPods.number(pod) > last));
        try {
            CompletableFuture.anyOf(ended, further).get(24, TimeUnit.HOURS);
        } catch (ExecutionException | TimeoutException e) {
            throw KubernetesClientException.launderThrowable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KubernetesClientException.launderThrowable(e);
        } finally {
            ended.cancel(true);
            further.cancel(true);
        }
        return FurtherPods.newest(client, ref)
                .filter(pod -> FurtherPods.number(pod) > last)
                .isEmpty();
    }

    /** All of it as one text. */
    public String text(String namespace, String name) throws IOException {
        var text = new StringBuilder();
        read(namespace, name, false, line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** Until there is a pod, or never will be. */
    private void awaitPod(BuildRef ref) {
        client.resources(Build.class)
                .inNamespace(ref.namespace())
                .withName(ref.name())
                .waitUntilCondition(
                        build -> build == null || build.getStatus().done() || hasPod(build), 24, TimeUnit.HOURS);
    }

    private static boolean hasPod(Build build) {
        var cluster = build.getStatus().cluster();
        return cluster != null
                && cluster.podName() != null
                && !cluster.podName().isEmpty();
    }

    private static List<String> containers(Pod pod) {
        var names = new ArrayList<>(pod.getSpec().getInitContainers().stream()
                .map(Container::getName)
                .toList());
        pod.getSpec().getContainers().forEach(c -> names.add(c.getName()));
        return names;
    }

    /** Whether the steps after this one may have printed something. */
    private boolean one(Pod of, String container, boolean follow, Consumer<String> lines) throws IOException {
        var resource = client.pods()
                .inNamespace(of.getMetadata().getNamespace())
                .withName(of.getMetadata().getName());
        if (follow) {
            resource.waitUntilCondition(pod -> pod == null || started(pod, container) || over(pod), 24, TimeUnit.HOURS);
        }
        var pod = resource.get();
        if (pod == null || !started(pod, container)) {
            return false;
        }
        try {
            stream(resource.inContainer(container), container, follow, lines);
            return true;
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    private static void stream(ContainerResource log, String container, boolean follow, Consumer<String> lines)
            throws IOException {
        if (follow) {
            try (var watch = log.watchLog()) {
                print(container, watch.getOutput(), lines);
            }
        } else {
            try (var input = log.getLogInputStream()) {
                print(container, input, lines);
            }
        }
    }

    private static boolean over(Pod pod) {
        return List.of("Succeeded", "Failed")
                .contains(String.valueOf(pod.getStatus().getPhase()));
    }

    private static boolean started(Pod pod, String container) {
        return Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .filter(s -> s.getName().equals(container))
                .anyMatch(s -> began(s.getState()));
    }

    private static boolean began(ContainerState state) {
        return state != null && (state.getRunning() != null || state.getTerminated() != null);
    }

    private static void print(String container, InputStream log, Consumer<String> lines) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(log, StandardCharsets.UTF_8));
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            lines.accept("[" + container + "] " + line);
        }
    }
}
