package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.kubedev.registry.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The whole road where pods are plain processes of this machine: what a machine without bubblewrap gets. */
@OnPlatformOfItsOwn
@DisabledIfSystemProperty(
        named = "sluice.e2e.cluster",
        matches = "true",
        disabledReason = "how a full cluster runs its pods is not Sluice's to choose")
class PlainModeE2E {
    private static final String NAMESPACE = "default";
    private static final Path EXAMPLE =
            Platform.LAUNCHER.resolveSibling("examples").resolve("hello-java");
    private final Http http = new Http();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path home = Path.of("");

    @Test
    void takesARepositoryToAUrlThatSleepsAndWakesForRequestsAndEvents() throws IOException {
        try (var platform = new Platform(home, "--plain-processes")) {
            platform.up();
            platform.sluice(
                            "deploy",
                            EXAMPLE.toString(),
                            "--name",
                            "hello",
                            "--env",
                            "TARGET=plain",
                            "--annotation",
                            "autoscaling.knative.dev/window=6s")
                    .succeeded();
            var url = Services.url(platform, NAMESPACE, "hello");
            assertThat(http.get(url).body()).isEqualTo("Hello plain from version 1!\n");
            assertThat(platform.sluice("logs", "hello").succeeded().out()).contains("listens on");
            assertThat(platform.kubectl("logs", "-l", "serving.knative.dev/service=hello", "-c", "user-container")
                            .succeeded()
                            .out())
                    .contains("listens on");

            sleeps(platform, "hello");
            assertThat(http.get(url).body()).isEqualTo("Hello plain from version 1!\n");

            // another one beside it, on a port of its own, which an event wakes
            var echo = Services.applyReady(
                    platform,
                    NAMESPACE,
                    "echo",
                    Services.manifest(NAMESPACE, "echo", Images.echo(platform), Map.of("TARGET", "beside")));
            assertThat(http.get(echo).body()).isEqualTo("Hello beside!\n");
            var channel = Events.channel(platform, NAMESPACE, "plain", "echo");
            sleeps(platform, "echo");
            assertThat(http.post(channel, Events.cloudEvent("plain-1"), "event").statusCode())
                    .isEqualTo(202);
            await().atMost(Duration.ofSeconds(60)) // nobody but the event asks for it
                    .untilAsserted(() -> assertThat(Services.pods(platform, NAMESPACE, "echo"))
                            .isPositive());
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(http.get(echo + "/received").body()).contains("ce-id=plain-1"));

            saysThatARegistryRefuses(platform);

            platform.down();
            platform.up(); // where another program may have taken its port meanwhile
            assertThat(http.get(Services.url(platform, NAMESPACE, "hello")).body())
                    .isEqualTo("Hello plain from version 1!\n");
            platform.down();
        }
    }

    /** In one line, by both verbs. Here, as only plain processes share the loopback that such a registry is on. */
    private void saysThatARegistryRefuses(Platform platform) throws IOException {
        var site = Files.createDirectory(home.resolve("site"));
        Files.writeString(site.resolve("index.html"), "hello\n");
        try (var registry = Registry.start(Registry.Options.in(home.resolve("refusing")))) {
            var image = registry.address() + "/a/b";
            for (var verb : List.of("build", "deploy")) {
                for (int refusal : new int[] {401, 403}) {
                    registry.failing(
                            (_, path) -> path.startsWith("/v2/a/b/") ? OptionalInt.of(refusal) : OptionalInt.empty());
                    assertThat(platform.sluice(verb, site.toString(), "--name", "refused", "--image", image)
                                    .failed()
                                    .err()
                                    .lines()
                                    .filter(line -> line.startsWith("sluice: ")))
                            .as(verb + " where the registry answers " + refusal)
                            .singleElement(InstanceOfAssertFactories.STRING)
                            .contains("RegistryUnauthorized", "does not let the build's service account push " + image);
                }
            }
        }
        assertThat(platform.kubectl("get", "ksvc", "refused").failed().err()).contains("not found");
    }

    private static void sleeps(Platform platform, String service) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(Services.pods(platform, NAMESPACE, service)).isZero());
    }
}
