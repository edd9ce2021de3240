package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the verbs say to the one who types them. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class CliE2E {
    private final Http http = new Http();

    @Test
    void helpOfAVerbLeavesTheInstanceAlone(Platform platform) {
        assertThat(platform.sluice("down", "--help").succeeded().out()).contains("Usage: sluice down");
        assertThat(platform.sluice("status").succeeded().out()).contains("Gateway", platform.instance("gateway"));
    }

    @Test
    void saysWhichKubeconfigKubectlNeeds(Platform platform) throws Exception {
        var printed = platform.sluice("kubeconfig").succeeded().out().strip();

        assertThat(printed).isEqualTo(platform.instance("kubeconfig"));
        assertThat(Files.readString(platform.home.resolve("up.out"))).contains("  export KUBECONFIG=" + printed + "\n");
        assertThat(new Cli(Map.of("KUBECONFIG", printed))
                        .run(platform.home, "kubectl", "get", "namespaces")
                        .succeeded()
                        .out())
                .contains("knative-serving");
    }

    @Test
    void findsAJdkThatIsNewEnoughWhateverJavaHomeSays(Platform platform, @TempDir Path folder) throws Exception {
        var old = folder.resolve("jdk-17");
        for (var program : List.of("java", "javac")) {
            var file = Files.createDirectories(old.resolve("bin")).resolve(program);
            Files.writeString(file, "#!/bin/sh\necho this is Java 17 >&2\nexit 1\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");

        var home = Files.createDirectories(
                folder.resolve("home/.jdks")); // where the launcher looks, wherever this JDK lies
        Files.createSymbolicLink(home.resolve("x"), Path.of(System.getProperty("java.home")));
        assertThat(new Cli(Map.of(
                                "JAVA_HOME",
                                old.toString(),
                                "SLUICE_JAVA_HOME",
                                "",
                                "HOME",
                                folder.resolve("home").toString(),
                                "PATH",
                                old.resolve("bin") + ":" + System.getenv("PATH"),
                                "SLUICE_HOME",
                                platform.home.toString()))
                        .run(platform.home, Platform.LAUNCHER.toString(), "kubeconfig")
                        .succeeded()
                        .out()
                        .strip())
                .isEqualTo(platform.instance("kubeconfig"));
    }

    @Test
    void makesNoBuildOfATemplateThatIsNotThere(Platform platform, TestNamespace namespace, @TempDir Path folder)
            throws Exception {
        Files.writeString(folder.resolve("index.html"), "hello\n");

        var refused = platform.sluice(
                        "build",
                        folder.toString(),
                        "--name",
                        "site",
                        "--template",
                        "no-such-template",
                        "-n",
                        namespace.name())
                .failed();

        assertThat(refused.err())
                .startsWith(
                        "sluice: spec.template.name: buildtemplates.build.knative.dev \"no-such-template\" not found");
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(platform.kubectl("-n", namespace.name(), "get", "builds,pods", "-o", "name")
                        .out())
                .isEmpty();
    }

    /** As {@link #makesNoBuildOfATemplateThatIsNotThere}: it made a Build that could not but fail. */
    @Test
    void deploysNothingWithoutTheTemplate(Platform platform, TestNamespace namespace, @TempDir Path folder)
            throws Exception {
        Files.writeString(folder.resolve("index.html"), "hello\n");
        var templates = platform.client()
                .genericKubernetesResources("build.knative.dev/v1alpha1", "ClusterBuildTemplate")
                .withName("jib");
        var jib = Objects.requireNonNull(templates.get());
        templates.delete();
        try {
            assertThat(platform.sluice("deploy", folder.toString(), "--name", "site", "-n", namespace.name())
                            .failed()
                            .err())
                    .startsWith("sluice: spec.template.name: buildtemplates.build.knative.dev \"jib\" not found")
                    .hasLineCount(1);
            assertThat(platform.kubectl("-n", namespace.name(), "get", "builds,pods,ksvc", "-o", "name")
                            .out())
                    .isEmpty();
        } finally {
            jib.getMetadata().setResourceVersion(null);
            jib.getMetadata().setUid(null);
            platform.client().resource(jib).create();
        }
    }

    @Test
    void refusesARevisionOfAFolderAsWordsThatMakeNoSense(
            Platform platform, TestNamespace namespace, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("index.html"), "hello\n");

        var refused = platform.sluice(
                "deploy", folder.toString(), "--revision", "v1", "--name", "site", "-n", namespace.name());

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains("a folder is taken as it stands", "file://" + folder);
    }

    @Test
    void buildsAFolderAndSaysItsDigest(Platform platform, TestNamespace namespace, @TempDir Path folder)
            throws Exception {
        Files.writeString(folder.resolve("index.html"), "hello\n");

        assertThat(platform.sluice("build", folder.toString(), "--name", "site", "-n", namespace.name())
                        .succeeded()
                        .out())
                .containsPattern("Image +" + platform.registry() + "/" + namespace.name()
                        + "/site@sha256:[0-9a-f]{64} \\(\\d+\\.\\d s\\)");
    }

    @Test
    void refusesAnImageThatCannotBeHadAndLeavesNothing(Platform platform, TestNamespace namespace) {
        var missing = platform.registry() + "/e2e/no-such-image:1";
        var refused = platform.sluice("deploy", "--image", missing, "--name", "x", "-n", namespace.name())
                .failed();
        assertThat(refused.err()).contains("Unable to fetch image \"" + missing + "\"");
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(platform.sluice("deploy", "--image", "docker.io/{you}/x", "--name", "x", "-n", namespace.name())
                        .failed()
                        .err())
                .startsWith("sluice: Failed to parse image reference: image: \"docker.io/{you}/x\"");
        assertThat(platform.sluice("deploy", "--image", "127.0.0.1:1/a/b", "--name", "x", "-n", namespace.name())
                        .failed()
                        .err())
                .contains("127.0.0.1:1: nobody answers there (connection refused)");
        assertThat(platform.kubectl("-n", namespace.name(), "get", "ksvc,revisions,deployments", "-o", "name")
                        .out())
                .isEmpty();
    }

    @Test
    void steersARolloutThatIsOnItsWay(Platform platform, TestNamespace namespace) {
        var image = Images.echo(platform);
        var in = new String[] {"-n", namespace.name()};
        platform.sluice(words(in, "deploy", "--image", image, "--name", "steered", "-e", "V=1"))
                .succeeded();
        assertThat(platform.sluice(words(in, "rollout", "pause", "steered"))
                        .failed()
                        .err())
                .isEqualTo("sluice: no rollout is in progress\n");
        platform.kubectl(
                        "-n",
                        namespace.name(),
                        "annotate",
                        "ksvc",
                        "steered",
                        "serving.knative.dev/rollout-duration=24h")
                .succeeded();
        platform.kubectl(
                        "-n",
                        namespace.name(),
                        "patch",
                        "ksvc",
                        "steered",
                        "--type=json",
                        "-p",
                        "[{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/env\",\"value\":"
                                + "[{\"name\":\"V\",\"value\":\"2\"}]}]")
                .succeeded();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(status(platform, in)).contains("Progressing", "steered-00002   1"));

        platform.sluice(words(in, "rollout", "pause", "steered")).succeeded();
        assertThat(status(platform, in)).startsWith("Paused: Paused by a person at 1%.");
        assertThat(platform.sluice(words(in, "rollout", "pause", "steered"))
                        .failed()
                        .err())
                .isEqualTo("sluice: the rollout is paused already\n");
        platform.sluice(words(in, "rollout", "resume", "steered")).succeeded();
        platform.sluice(words(in, "rollout", "abort", "steered")).succeeded();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(status(platform, in))
                        .startsWith("Aborted:")
                        .contains("steered-00001   100")
                        .doesNotContain("steered-00002   "));
        platform.sluice(words(in, "rollout", "retry", "steered")).succeeded();
        platform.sluice(words(in, "rollout", "promote", "steered")).succeeded();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(status(platform, in)).contains("steered-00002   100"));
        platform.sluice(words(in, "rollout", "undo", "steered", "--to", "nobody"))
                .failed();
        platform.sluice(words(in, "rollout", "undo", "steered")).succeeded();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(status(platform, in))
                        .startsWith("RolledBack:")
                        .contains("steered-00001   100"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(
                                platform.sluice(words(in, "status")).succeeded().out())
                        .containsPattern("steered +http\\S+ +steered-00002 +True .*RolledBack"));
    }

    @Test
    void showsBrokersTriggersAndWhatIsPaused(Platform platform, TestNamespace namespace) {
        platform.kubectlWith("""
                        apiVersion: eventing.knative.dev/v1
                        kind: Broker
                        metadata: {name: inbox}
                        ---
                        apiVersion: eventing.knative.dev/v1
                        kind: Trigger
                        metadata:
                          name: held
                          annotations: {events.sluice.dev/paused: "true"}
                        spec:
                          broker: inbox
                          subscriber: {uri: "http://127.0.0.1:1/nobody"}
                        """, "-n", namespace.name(), "apply", "-f", "-").succeeded();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(platform.sluice("status", "-n", namespace.name())
                                .succeeded()
                                .out())
                        .containsPattern("BROKER +ADDRESS")
                        .containsPattern("inbox +http://broker-ingress\\S+ +True")
                        .containsPattern("held +http://127.0.0.1:1/nobody +True .*Paused"));
        assertThat(platform.sluice("describe", "broker", "inbox", "-n", namespace.name())
                        .succeeded()
                        .out())
                .containsPattern("held +http://127.0.0.1:1/nobody");
        assertThat(platform.sluice("describe", "held", "-n", namespace.name())
                        .succeeded()
                        .out())
                .containsPattern("Broker: +inbox")
                .contains("Paused");
    }

    @Test
    void actsOnTheEventThatIsNamedAndNotOnThoseThatFailedWithIt(Platform platform, TestNamespace namespace) {
        var channel = Events.channel(platform, namespace.name(), "orders", "nobody");
        platform.kubectl(
                        "-n",
                        namespace.name(),
                        "patch",
                        "subscriptions.channels.knative.dev/orders",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"delivery\":{\"retry\":0,\"backoffDelay\":\"PT0.1S\"}}}")
                .succeeded();
        for (var id : new String[] {"first", "it's"}) {
            assertThat(http.post(channel, Events.cloudEvent(id), "x").statusCode())
                    .isEqualTo(202);
        }
        var in = new String[] {"-n", namespace.name()};
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(show(platform, in, "first")).contains("parked after");
            assertThat(show(platform, in, "it's")).contains("parked after");
        });
        assertThat(show(platform, in, "first")).doesNotContain("it's");

        assertThat(platform.sluice(words(in, "events", "drop", "first"))
                        .succeeded()
                        .out())
                .isEqualTo("1 event dropped.\n");
        assertThat(show(platform, in, "first")).contains("dropped after");
        assertThat(show(platform, in, "it's")).contains("parked after");
        assertThat(platform.sluice(words(in, "events", "replay", "first"))
                        .failed()
                        .err())
                .isEqualTo("sluice: event first for " + namespace.name() + "/orders is dropped\n");
        assertThat(platform.sluice(words(in, "events", "drop", "it's", "no-such-stamp"))
                        .failed()
                        .err())
                .contains("no-such-stamp");
        assertThat(platform.sluice(words(in, "events", "show", "unheard-of"))
                        .failed()
                        .err())
                .contains("no delivery of an event unheard-of has failed");
        assertThat(platform.sluice(words(in, "events", "show", "delivery/no/such/one"))
                        .failed()
                        .err())
                .isEqualTo("sluice: there is no delivery delivery/no/such/one\n");
        platform.sluice(words(in, "events", "drop", "it's")).succeeded();
    }

    @Test
    void buildsAFolderOfARepositoryThatOnlyThisMachineReaches(
            Platform platform, TestNamespace namespace, @TempDir Path folder) throws Exception {
        var project = Files.createDirectories(folder.resolve("repository/services/hello"));
        Files.writeString(project.resolve("pom.xml"), "<project>not one");
        try (var git =
                Git.init().setDirectory(folder.resolve("repository").toFile()).call()) {
            git.add().addFilepattern(".").call();
            git.commit().setMessage("Say hello").setSign(false).call();
        }
        var url = folder.resolve("repository").toUri().toString();
        var in = new String[] {"-n", namespace.name()};
        var broken = platform.sluice(words(in, "deploy", url, "--path", "services/hello", "--name", "mono"))
                .failed();
        // it was found, and Maven has looked at it
        assertThat(broken.all()).contains("pom.xml");
        var build = Services.jsonpath(platform, namespace.name(), "builds", "{.items[0].metadata.name}");
        assertThat(platform.sluice(words(in, "describe", "build", build))
                        .succeeded()
                        .out())
                .containsPattern("build-and-push +terminated +1");
        platform.kubectl("-n", namespace.name(), "delete", "pods", "--all").succeeded();
        assertThat(platform.sluice(words(in, "logs", "-f", build)).succeeded().out())
                .contains("Commit ", "pom.xml");

        var lost = platform.sluice(words(in, "deploy", url, "--path", "nowhere", "--name", "lost"))
                .failed();
        assertThat(lost.err()).contains("DirectoryNotFound");
        assertThat(platform.sluice(words(in, "deploy", url, "--revision", "no-such-branch"))
                        .failed()
                        .err())
                .contains("has no revision no-such-branch");
    }

    @Test
    void saysWhichStepsNeverRan(Platform platform, TestNamespace namespace) {
        platform.kubectlWith("""
                        apiVersion: build.knative.dev/v1alpha1
                        kind: Build
                        metadata:
                          name: unfetched
                          namespace: %s
                        spec:
                          source:
                            git:
                              url: http://127.0.0.1:1/x.git
                              revision: main
                          template:
                            name: jib
                            kind: ClusterBuildTemplate
                            arguments:
                            - name: IMAGE
                              value: %s/x
                        """.formatted(namespace.name(), platform.registry()), "apply", "-f", "-")
                .succeeded();
        platform.kubectl(
                        "-n",
                        namespace.name(),
                        "wait",
                        "build/unfetched",
                        "--for=condition=Succeeded=false",
                        "--timeout=60s")
                .succeeded();
        assertThat(platform.sluice("describe", "build", "unfetched", "-n", namespace.name())
                        .succeeded()
                        .out())
                .containsPattern("build-and-push +not run +- +-");
    }

    @Test
    void followsTheLogsOfAServiceThatIsWoken(Platform platform, TestNamespace namespace) throws Exception {
        var url = Services.applyReady(
                platform,
                namespace.name(),
                "talker",
                Services.manifest(namespace.name(), "talker", Images.echo(platform), Map.of()));
        var out = Files.createTempFile("sluice-e2e", ".logs");
        var builder = new ProcessBuilder(Platform.LAUNCHER.toString(), "logs", "-f", "talker", "-n", namespace.name())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().put("SLUICE_HOME", platform.home.toString());
        var following = builder.start();
        try {
            assertThat(http.get(url).statusCode()).isEqualTo(200);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(Files.readString(out)).contains("talker-00001-deployment-"));
        } finally {
            following.destroy();
            following.waitFor();
            Files.deleteIfExists(out);
        }
    }

    private static String status(Platform platform, String[] in) {
        return platform.sluice(words(in, "rollout", "status", "steered"))
                .succeeded()
                .out();
    }

    private static String show(Platform platform, String[] in, String event) {
        return platform.sluice(words(in, "events", "show", event)).succeeded().out();
    }

    private static String[] words(String[] in, String... words) {
        var all = new String[words.length + in.length];
        System.arraycopy(words, 0, all, 0, words.length);
        System.arraycopy(in, 0, all, words.length, in.length);
        return all;
    }
}
