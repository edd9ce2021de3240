package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.testing.git.GitHttpServer;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;

/**
 * A Build of a Git repository with three steps: two that a test holds, and between them one that packs and pushes an image. Something is
 * killed at one of its moments; it ends with the digest that it would have had, and no step that had finished runs twice unless its pod
 * was lost, and not even then where the build keeps its workspace (which the seed decides).
 */
final class BuildStory implements AutoCloseable {
    /** Where in the build, in its order. */
    enum Moment {
        BEFORE_THE_POD,
        CREDENTIALS,
        SOURCE,
        FIRST_STEP,
        PUSH,
        LAST_STEP,
        AFTER_THE_LAST_STEP
    }

    private static final String BUILD = "faulted";
    private static final String UNDISTURBED = "undisturbed";
    private static final String CREDENTIALS = "build-step-credential-initializer";
    private static final String SOURCE = "build-step-git-source-0";
    private static final String FIRST = "build-step-first";
    private static final String PUSH = "build-step-build-and-push";
    private static final String LAST = "build-step-last";
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Duration LOOK = Duration.ofMillis(20);

    /** By the folder of the platform: what the build gives when nothing is killed. */
    private static final Map<Path, String> DIGESTS = new ConcurrentHashMap<>();

    private final Platform platform;
    private final Moment moment;
    private final boolean keepsWorkspace;
    private final String namespace;
    private final Gates gates;
    private final GitHttpServer repositories;
    private final String commit;

    private BuildStory(Platform platform, Moment moment, Random random) throws IOException, GitAPIException {
        this.platform = platform;
        this.moment = moment;
        keepsWorkspace = random.nextBoolean();
        namespace = "build-" + Long.toString(random.nextLong(1L << 40), 36);
        gates = new Gates(platform.nodeAddress());
        var root = Files.createTempDirectory(platform.home, "repositories");
        commit = repository(root.resolve(BUILD));
        Files.createSymbolicLink(root.resolve(UNDISTURBED), root.resolve(BUILD));
        repositories = GitHttpServer.at(platform.nodeAddress(), root, path -> {
            if (path.endsWith("/info/refs")) {
                gates.pass(path.split("/", 3)[1] + "/" + SOURCE);
            }
        });
        platform.kubectl("create", "namespace", namespace).succeeded();
        until(() -> platform.client()
                        .serviceAccounts()
                        .inNamespace(namespace)
                        .withName("default")
                        .get()
                != null);
    }

    static void run(Platform platform, Victim victim, Moment moment, Random random) throws Exception {
        try (var story = new BuildStory(platform, moment, random)) {
            story.run(victim);
        }
    }

    private void run(Victim victim) throws Exception {
        var digest = DIGESTS.computeIfAbsent(platform.home, _ -> undisturbed());
        apply(BUILD);
        comeToTheMoment();
        victim.die(platform);
        open(BUILD, SOURCE, FIRST, LAST);

        var status = ended(BUILD);

        assertThat(Objects.requireNonNull(status.image()).digest())
                .as("digest, keeping the workspace: %s", keepsWorkspace)
                .isEqualTo(digest);
        assertThat(status.stepsCompleted()).containsExactly(FIRST, PUSH, LAST);
        assertThat(status.completionTime()).isNotNull();
        assertRuns(victim.takesPods());
    }

    private void assertRuns(boolean podLost) {
        ranOnce(SOURCE, podLost, podLost && moment.compareTo(Moment.SOURCE) <= 0);
        ranOnce(FIRST, podLost, podLost && moment == Moment.FIRST_STEP);
        ranOnce(LAST, podLost, podLost && (moment == Moment.PUSH || moment == Moment.LAST_STEP));
        if (!podLost) {
            assertThat(pods()).hasSize(1);
        } else if (keepsWorkspace && moment.compareTo(Moment.LAST_STEP) >= 0) {
            assertThat(pods().stream()
                            .filter(pod -> pod.getSpec().getInitContainers().stream()
                                    .map(Container::getName)
                                    .anyMatch(PUSH::equals)))
                    .as("pods that push")
                    .hasSizeLessThanOrEqualTo(1);
        }
        assertThat(pods().stream().flatMap(pod -> pod.getStatus().getInitContainerStatuses().stream()))
                .allSatisfy(status -> assertThat(status.getRestartCount()).isZero());
    }

    /** @param interrupted whether it may have been at work at the kill, in a pod that was lost */
    private void ranOnce(String step, boolean podLost, boolean interrupted) {
        boolean again = interrupted || (podLost && !keepsWorkspace && finishedAtTheKill(step));
        assertThat(gates.count(gate(BUILD, step)))
                .as("runs of %s, keeping the workspace: %s", step, keepsWorkspace)
                .isBetween(1, again ? 2 : 1);
    }

    private boolean finishedAtTheKill(String step) {
        var during = Map.of(
                SOURCE, Moment.SOURCE,
                FIRST, Moment.FIRST_STEP,
                LAST, Moment.LAST_STEP);
        return moment.compareTo(Objects.requireNonNull(during.get(step))) > 0;
    }

    /** Returns when the build is there, and when the API server has been told of what has finished before. */
    private void comeToTheMoment() {
        switch (moment) {
            case BEFORE_THE_POD -> {}
            case CREDENTIALS -> until(() -> begun(CREDENTIALS));
            case SOURCE -> until(() -> gates.count(gate(BUILD, SOURCE)) > 0 && hasEnded(CREDENTIALS));
            case FIRST_STEP -> {
                open(BUILD, SOURCE);
                until(() -> gates.count(gate(BUILD, FIRST)) > 0 && hasEnded(SOURCE));
            }
            case PUSH -> {
                open(BUILD, SOURCE, FIRST);
                until(() -> hasEnded(FIRST) && log(PUSH).contains("Built "));
            }
            case LAST_STEP -> {
                open(BUILD, SOURCE, FIRST);
                until(() -> gates.count(gate(BUILD, LAST)) > 0 && hasEnded(PUSH));
            }
            case AFTER_THE_LAST_STEP -> {
                open(BUILD, SOURCE, FIRST, LAST);
                until(() -> hasEnded(LAST));
            }
        }
    }

    private String undisturbed() {
        open(UNDISTURBED, SOURCE, FIRST, LAST);
        apply(UNDISTURBED);
        return Objects.requireNonNull(
                Objects.requireNonNull(ended(UNDISTURBED).image()).digest());
    }

    private void apply(String name) {
        platform.kubectlWith(
                        """
                        apiVersion: build.knative.dev/v1alpha1
                        kind: Build
                        metadata: {name: %1$s, namespace: %2$s}
                        spec:
                          source: {git: {url: "%3$s/%1$s/.git", revision: %4$s}}
                          steps:
                          - {name: first, image: "%5$s", args: ["%6$s"]}
                          - {name: build-and-push, image: sluice/step, args: [jib, --image=%7$s/%2$s/%1$s]}
                          - {name: last, image: "%5$s", args: ["%8$s"]}
                        %9$s
                        """.formatted(
                                        name,
                                        namespace,
                                        repositories.url(),
                                        commit,
                                        Images.ask(platform),
                                        gates.url(gate(name, FIRST)),
                                        platform.registry(),
                                        gates.url(gate(name, LAST)),
                                        keepsWorkspace ? "  resume: {size: 100Mi}" : ""),
                        "apply",
                        "-f",
                        "-")
                .succeeded();
    }

    private BuildStatus ended(String name) {
        until(() -> status(name).completionTime() != null);
        var status = status(name);
        assertThat(status.conditions())
                .as("%s", status)
                .anySatisfy(condition -> assertThat(condition)
                        .hasFieldOrPropertyWithValue("type", BuildStatus.SUCCEEDED)
                        .hasFieldOrPropertyWithValue("status", "True"));
        return status;
    }

    private BuildStatus status(String name) {
        return platform.client()
                .resources(Build.class)
                .inNamespace(namespace)
                .withName(name)
                .require()
                .getStatus();
    }

    private List<Pod> pods() {
        return platform.client()
                .pods()
                .inNamespace(namespace)
                .withLabel(Build.NAME_LABEL, BUILD)
                .list()
                .getItems();
    }

    private boolean begun(String container) {
        return states(container)
                .anyMatch(status -> status.getState().getRunning() != null
                        || status.getState().getTerminated() != null);
    }

    private boolean hasEnded(String container) {
        return states(container).anyMatch(status -> status.getState().getTerminated() != null);
    }

    private Stream<ContainerStatus> states(String container) {
        return pods().stream()
                .filter(pod -> pod.getStatus() != null)
                .flatMap(pod -> pod.getStatus().getInitContainerStatuses().stream())
                .filter(status -> status.getName().equals(container) && status.getState() != null);
    }

    private String log(String container) {
        var pod = pods().getFirst().getMetadata().getName();
        return platform.client()
                .pods()
                .inNamespace(namespace)
                .withName(pod)
                .inContainer(container)
                .getLog();
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(LOOK)
                .ignoreExceptionsInstanceOf(KubernetesClientException.class)
                .until(condition);
    }

    private void open(String name, String... steps) {
        for (var step : steps) {
            gates.open(gate(name, step));
        }
    }

    private static String gate(String name, String step) {
        return name + "/" + step;
    }

    private static String repository(Path folder) throws IOException, GitAPIException {
        Files.createDirectories(folder);
        try (var git = Git.init().setDirectory(folder.toFile()).call()) {
            Files.writeString(folder.resolve("index.html"), "as it would have been\n");
            git.add().addFilepattern(".").call();
            return git.commit()
                    .setMessage("a page")
                    .setAuthor("a", "a@example.test")
                    .setCommitter("a", "a@example.test")
                    .setSign(false)
                    .call()
                    .name();
        }
    }

    @Override
    public void close() {
        gates.close();
        repositories.close();
    }
}
