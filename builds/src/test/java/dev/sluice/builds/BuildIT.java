package dev.sluice.builds;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.api.conditions.Condition;
import dev.sluice.testing.git.GitHttpServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole builds. They need a machine that can isolate pods: bubblewrap and network namespaces. */
class BuildIT {
    @TempDir
    static Path folder;

    private static BuildStand stand;
    private static String git = "";
    private static GitHttpServer server;

    @BeforeAll
    static void start() throws Exception {
        stand = new BuildStand(folder);
        var example = Path.of("../examples/hello-java");
        Repositories.commit(example, folder.resolve("git/hello"), "");
        Repositories.commit(example, folder.resolve("git/broken"), "class Broken {\n  int x = ;\n}\n");
        server = GitHttpServer.at(stand.kube.hostAddress(), folder.resolve("git"));
        git = server.url();
    }

    @AfterAll
    static void stop() throws Exception {
        var histories = System.getProperty("export.histories");
        if (histories != null) {
            stand.export(Path.of(histories));
        }
        try (var _ = server) {
            stand.close();
        }
    }

    @Test
    void beginsAnewWhenItsPodIsDeleted() throws Exception {
        stand.apply("lost", jib("hello", "main").replace("/demo/hello:1", "/demo/lost:1"));
        await().atMost(Duration.ofSeconds(60)).until(() -> podOf("lost") != null);
        stand.client
                .pods()
                .inNamespace("default")
                .withName(requireNonNull(podOf("lost")))
                .withGracePeriod(0)
                .delete();

        assertThat(succeeded(stand.awaitEnd("lost")).status()).isEqualTo("True");
    }

    @Test
    void triesAStepAgainInTheSameWorkspace() throws IOException {
        var build = stand.run("again", """
                retries: [{step: two, limit: 2, backoff: 100ms, nonRetryableExitCodes: [9]}]
                steps:
                - {name: one, image: sluice/step, command: [/bin/sh], args: ['-c', 'echo first >> story']}
                - {name: two, image: sluice/step, command: [/bin/sh],
                   args: ['-c', 'echo tried >> story; [ -e tried ] && exit; : > tried; echo not yet; exit 3']}
                - {name: three, image: sluice/step, command: [/bin/sh],
                   args: ['-c', 'while read line; do echo "$line"; done < story']}
                """);

        assertThat(succeeded(build).message()).isNull();
        assertThat(build.getStatus().stepsCompleted())
                .containsExactly("build-step-one", "build-step-two", "build-step-three");
        assertThat(build.getStatus().stepStates())
                .extracting(state -> state.getTerminated().getExitCode())
                .containsExactly(0, 0, 0);
        assertThat(build.getStatus().stepTries()).containsExactly(new BuildStatus.StepTries("build-step-two", 1, 3));
        assertThat(build.getStatus().workspaceClaim()).startsWith("again-workspace-");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(stand.logs.text("default", "again"))
                        .contains("[build-step-two] not yet")
                        .contains("[build-step-three] first\n[build-step-three] tried\n[build-step-three] tried\n"));
    }

    @Test
    void goesOnWhereAnotherBuildFailed() throws IOException {
        var steps = """
                steps:
                - {name: one, image: sluice/step, command: [/bin/sh], args: ['-c', 'echo made > made; echo worked']}
                - {name: two, image: sluice/step, command: [/bin/sh], args: ['-c', '[ -e made ] && exit CODE']}
                """;
        assertThat(failure("stopped", "resume: {size: 16Mi}\n" + steps.replace("CODE", "4")))
                .contains("exited with code 4");

        var build = stand.run("gone-on", "resume: {from: stopped}\n" + steps.replace("CODE", "0"));

        assertThat(succeeded(build).message()).isNull();
        assertThat(stand.logs.text("default", "gone-on")).doesNotContain("worked");
        assertThat(failure("other-steps", "resume: {from: stopped}\nsteps: [{name: new, image: sluice/step}]"))
                .startsWith("BuildValidationFailed: spec.resume.from: the steps of this Build do not begin with those");
        assertThat(failure("from-nothing", "resume: {from: nothing}\nsteps: [{image: sluice/step}]"))
                .isEqualTo("BuildValidationFailed: spec.resume.from: builds.build.knative.dev \"nothing\" not found");
    }

    /** Each waits for what the other has written. */
    @Test
    void sharesACacheAmongBuildsThatRunAtTheSameTime() {
        var step = """
                timeout: 90s
                cache: [{name: met, path: /met}]
                steps: [{image: sluice/step, command: [/bin/sh],
                  args: ['-c', ': > /met/OWN; until [ -e /met/OTHER ]; do :; done']}]
                """;
        stand.apply("left", step.replace("OWN", "left").replace("OTHER", "right"));
        stand.apply("right", step.replace("OWN", "right").replace("OTHER", "left"));

        for (var name : List.of("left", "right")) {
            var condition = succeeded(stand.awaitEnd(name));
            assertThat(condition.message()).isNull();
            assertThat(condition.status()).isEqualTo("True");
        }
        assertThat(stand.client
                        .persistentVolumeClaims()
                        .inNamespace("default")
                        .withName("build-cache-met")
                        .get())
                .isNotNull();
    }

    @Test
    void queuesReplacesAndForbids() {
        var builds = stand.client.resources(Build.class).inNamespace("default");
        var wait =
                "steps: [{name: wait, image: sluice/step, command: [/bin/sh], args: ['-c', 'read x < /dev/zero']}]\n";
        var pass = "steps: [{image: sluice/step, args: [nop]}]\nretention: {count: 1, group: turns}\n";
        stand.apply("turn-1", wait + "concurrency: {policy: Queue, group: turns}");
        await().atMost(Duration.ofSeconds(60)).until(() -> podOf("turn-1") != null);
        stand.apply("turn-2", pass + "concurrency: {policy: Queue, group: turns}");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(builds.withName("turn-2")
                                .get()
                                .getStatus()
                                .succeeded()
                                .map(Condition::message))
                        .contains("waits for Build \"turn-1\""));
        assertThat(failure("turn-3", pass + "concurrency: {policy: Forbid, group: turns}"))
                .isEqualTo(
                        "ConcurrencyForbidden: Build \"turn-1\" has not ended, and this Build may not run beside it");
        stand.apply("turn-4", pass + "concurrency: {policy: Replace, group: turns}");

        assertThat(succeeded(stand.awaitEnd("turn-1")).reason()).isEqualTo("BuildCancelled");
        assertThat(succeeded(stand.awaitEnd("turn-4")).status()).isEqualTo("True");
        assertThat(podsOf("turn-1"))
                .as("it began when nothing of the one before ran any more")
                .noneMatch(pod -> pod.getStatus().getPhase().equals("Running"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(builds.list().getItems())
                        .extracting(b -> b.getMetadata().getName())
                        .as("of the ended ones the newest is kept")
                        .filteredOn(name -> name.startsWith("turn-"))
                        .containsExactlyInAnyOrder("turn-1", "turn-4"));
    }

    private static @Nullable String podOf(String build) {
        var cluster = stand.client
                .resources(Build.class)
                .inNamespace("default")
                .withName(build)
                .get()
                .getStatus()
                .cluster();
        return cluster == null ? null : cluster.podName();
    }

    @Test
    void buildsARepositoryIntoADigest() throws IOException {
        var build = stand.run("hello", jib("hello", "main"));

        assertThat(succeeded(build).message()).isNull();
        assertThat(succeeded(build).status()).isEqualTo("True");
        var status = build.getStatus();
        assertThat(status.completionTime()).isNotNull();
        assertThat(status.startTime()).isNotNull();
        assertThat(requireNonNull(status.image()).name()).isEqualTo(stand.registry + "/demo/hello:1");
        assertThat(requireNonNull(status.image()).digest()).startsWith("sha256:");
        assertThat(requireNonNull(status.image()).size()).isGreaterThan(1_000_000);
        assertThat(status.commits()).hasSize(1);
        assertThat(status.commits().getFirst().branch()).isEqualTo("main");
        assertThat(status.commits().getFirst().author()).isEqualTo("a <a@example.test>");
        assertThat(status.stepsCompleted()).containsExactly("build-step-build-and-push");
        assertThat(status.stepStates()).hasSize(1);

        stand.client
                .pods()
                .inNamespace("default")
                .withName(requireNonNull(status.cluster()).podName())
                .withGracePeriod(0)
                .delete();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(stand.client
                                .pods()
                                .inNamespace("default")
                                .withName(requireNonNull(status.cluster()).podName())
                                .get())
                        .isNull());
        assertThat(stand.logs.text("default", "hello"))
                .contains(
                        "[build-step-git-source-0] Successfully cloned",
                        "[build-step-build-and-push] Prepared the classes for the next start",
                        "[build-step-build-and-push] Pushed ");
    }

    @Test
    void tellsWhatWasWrongWithTheRepository() throws IOException {
        assertThat(failure("no-revision", jib("hello", "nowhere")))
                .startsWith("GitRevisionNotFound: the Git repository " + git
                        + "/hello has no revision \"nowhere\": build step"
                        + " \"build-step-git-source-0\" exited with code 1 (image: ")
                .contains("for logs run: kubectl -n default logs no-revision-pod-");
        assertThat(failure("no-repository", jib("nothing", "main")))
                .startsWith("GitRemoteRepositoryNotFound: there is no Git repository at " + git + "/nothing");
        assertThat(failure("broken", jib("broken", "main")))
                .startsWith("CompilationFailed: Maven could not build the project:"
                        + " src/main/java/hello/Broken.java:2: illegal start of expression");
    }

    @Test
    void tellsThatTheRegistryRefusesTheImage() {
        var registry = stand.kube.registry().orElseThrow();
        registry.failing((_, path) -> path.startsWith("/v2/demo/kept/") ? OptionalInt.of(403) : OptionalInt.empty());
        try {
            assertThat(failure("refused", jib("hello", "main").replace("/demo/hello:1", "/demo/kept:1")))
                    .startsWith("RegistryUnauthorized: the registry " + stand.registry
                            + " does not let the build's service account push " + stand.registry + "/demo/kept:1: build"
                            + " step \"build-step-build-and-push\" exited with code 1");
        } finally {
            registry.healed();
        }
    }

    @Test
    void refusesWhatDoesNotFitBeforeItRuns() {
        assertThat(failure("no-template", "template: {name: none}"))
                .isEqualTo("BuildValidationFailed: spec.template.name: buildtemplates.build.knative.dev \"none\" not"
                        + " found in namespace \"default\", nor a ClusterBuildTemplate of that name");
        assertThat(failure("no-shared-template", "template: {name: none, kind: ClusterBuildTemplate}"))
                .isEqualTo("BuildValidationFailed: spec.template.name: clusterbuildtemplates.build.knative.dev \"none\""
                        + " not found");
        assertThat(failure("no-argument", "template: {name: jib}"))
                .isEqualTo("BuildValidationFailed: UnsatisfiedParameter: build does not specify these required"
                        + " parameters: [{IMAGE The name of the image to push}]");
        assertThat(failure("no-account", "{serviceAccountName: nobody, steps: [{image: a}]}"))
                .isEqualTo("BuildValidationFailed: serviceaccounts \"nobody\" not found");
        assertThat(failure("no-url", "{source: {git: {revision: main}}, steps: [{image: a}]}"))
                .isEqualTo("BuildValidationFailed: missing field(s): b.spec.source.git.url");
    }

    @Test
    void refusesAnAccountWhoseSecretsDoNotFit() {
        account("absent", "not-there");
        stand.client
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("hub")
                        .withNamespace("default")
                        .addToAnnotations("build.knative.dev/docker-0", "https://index.docker.io")
                        .endMetadata()
                        .withType("kubernetes.io/basic-auth")
                        .withStringData(Map.of("username", "a", "password", "b"))
                        .build())
                .create();
        account("mistaken", "hub");

        assertThat(failure("no-secret", "{serviceAccountName: absent, steps: [{image: a}]}"))
                .isEqualTo("BuildValidationFailed: secrets \"not-there\" not found");
        assertThat(failure("bad-secret", "{serviceAccountName: mistaken, steps: [{image: a}]}"))
                .isEqualTo("BuildValidationFailed: BadSecretAnnotation: Secret \"hub\" has incorrect annotation"
                        + " \"build.knative.dev/docker-0\" / \"https://index.docker.io\", value should be"
                        + " \"https://index.docker.io/v1/\"");
    }

    @Test
    void refusesATemplateThatDoesNotFit() {
        assertThat(failure("bad-kind", "template: {name: jib, kind: Jib}"))
                .isEqualTo("BuildValidationFailed: Incorrect Template Kind: the template kind can only be"
                        + " \"BuildTemplate\" or \"ClusterBuildTemplate\" with \"BuildTemplate\" used as the default if"
                        + " nothing is specified.");
        assertThat(failure(
                        "same-argument",
                        "template: {name: jib, arguments: [{name: IMAGE, value: a}, {name: IMAGE, value: b}]}"))
                .isEqualTo("BuildValidationFailed: DuplicateArgName: duplicate argument name \"IMAGE\"");
    }

    @Test
    void tellsWhyThereIsNoPod() {
        assertThat(failure(
                        "no-pod",
                        "steps: [{name: one, image: sluice/step, volumeMounts: [{name: none, mountPath: /none}]}]"))
                .startsWith("BuildExecuteFailed: Pod \"no-pod-pod-")
                .endsWith("\" is invalid: spec.initContainers[1].volumeMounts[0].name: Not found: \"none\"");
    }

    @Test
    void deletesABuildWhenItIsOldEnough() {
        var pass = "steps: [{image: sluice/step, args: [nop]}]\n";
        stand.run("kept", pass + "retention: {age: 1h}");
        stand.run("passing", pass + "retention: {age: 1s}");

        var builds = stand.client.resources(Build.class).inNamespace("default");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> builds.withName("passing").get() == null);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(podsOf("passing")).isEmpty());
        assertThat(builds.withName("kept").get()).isNotNull();
        assertThat(podsOf("kept")).hasSize(1);
    }

    @Test
    void endsWhatTakesTooLong() throws IOException {
        var message = failure(
                "slow",
                "{timeout: 12s, steps: [{name: wait, image: sluice/step, command: [/bin/sh],"
                        + " args: ['-c', 'echo waiting; read x < /dev/zero']}]}");

        assertThat(message).isEqualTo("BuildTimeout: Build \"slow\" failed to finish within \"12s\"");
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(podsOf("slow")).isEmpty());
        assertThat(stand.logs.text("default", "slow"))
                .as("archived before the pod went")
                .contains("[build-step-wait] waiting");
    }

    @ParameterizedTest
    @CsvSource({"stop, Status", "halt, status"})
    void endsWhatIsCancelled(String name, String spelling) {
        stand.apply(
                name,
                "{steps: [{name: wait, image: sluice/step, command: [/bin/sh], args: ['-c', 'read x < /dev/zero']}]}");
        await().atMost(Duration.ofSeconds(60)).until(() -> podOf(name) != null);

        stand.client
                .resources(Build.class)
                .inNamespace("default")
                .withName(name)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"" + spelling + "\":\"BuildCancelled\"}}");

        var ended = stand.awaitEnd(name);
        assertThat(succeeded(ended).reason() + ": " + succeeded(ended).message())
                .isEqualTo("BuildCancelled: Build \"" + name + "\" was cancelled");
        assertThat(ended.getStatus().completionTime()).isNotNull();
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(podsOf(name)).isEmpty());
    }

    private static List<Pod> podsOf(String build) {
        return stand.client
                .pods()
                .inNamespace("default")
                .withLabel(Build.NAME_LABEL, build)
                .list()
                .getItems();
    }

    private static void account(String name, String secret) {
        stand.client
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("default")
                        .endMetadata()
                        .addNewSecret()
                        .withName(secret)
                        .endSecret()
                        .build())
                .create();
    }

    private static String failure(String name, String spec) {
        var build = stand.run(name, spec);
        var condition = succeeded(build);
        assertThat(condition.status()).isEqualTo("False");
        assertThat(build.getStatus().completionTime()).isNotNull();
        return condition.reason() + ": " + condition.message();
    }

    private static Condition succeeded(Build build) {
        return build.getStatus().succeeded().orElseThrow();
    }

    private static String jib(String repository, String revision) {
        return """
                source: {git: {url: "%s/%s", revision: %s}}
                template:
                  name: jib
                  arguments: [{name: IMAGE, value: "%s/demo/%s:1"}]
                """.formatted(git, repository, revision, stand.registry, repository);
    }
}
