package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What is there survives down and up, and kill -9 of any process of the platform; nothing outlives it. */
@OnPlatformOfItsOwn
@DisabledIfSystemProperty(
        named = "sluice.e2e.cluster",
        matches = "true",
        disabledReason = "the processes of a full cluster are not Sluice's to kill")
class StateE2E {
    private static final String NAMESPACE = "default";
    private final Http http = new Http();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path home = Path.of("");

    @Test
    void survivesDownAndUpAndTheDeathOfAnyProcess() throws Exception {
        try (var platform = new Platform(home)) {
            platform.up();
            var url = Services.applyReady(
                    platform,
                    NAMESPACE,
                    "kept",
                    Services.manifest(NAMESPACE, "kept", Images.echo(platform), Map.of("TARGET", "again")));
            var channel = Events.channel(platform, NAMESPACE, "kept", "kept");
            parkAnEvent(platform);
            endABuild(platform);

            // Sluice itself: its children end with it
            var children = platform.process().descendants().toList();
            assertThat(children).isNotEmpty();
            platform.kill();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(children).noneMatch(ProcessHandle::isAlive));
            platform.up();
            answers(url);
            remembers(platform);

            // each engine in turn, by the name of its program
            for (var engine : List.of("etcd", "kube-apiserver", "kube-controller-manager", "temporal")) {
                var process = Victim.child(platform, engine);
                process.destroyForcibly();
                process.onExit().join();
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() ->
                                platform.kubectl("get", "--raw", "/readyz").succeeded());
                answers(url);
            }
            Services.applyReady(
                    platform,
                    NAMESPACE,
                    "kept",
                    Services.manifest(NAMESPACE, "kept", Images.echo(platform), Map.of("TARGET", "anew")));
            assertThat(http.get(url).body()).isEqualTo("Hello anew!\n");
            platform.sluice("rollout", "undo", "kept").succeeded(); // which Temporal has to be there for
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(http.get(url).body()).isEqualTo("Hello again!\n"));

            platform.down();
            try (var _ = new ServerSocket(URI.create(url).getPort(), 1, InetAddress.getLoopbackAddress())) {
                platform.up(); // beside a program that has taken the gateway's port meanwhile
            }
            assertThat(Files.readString(platform.home.resolve("up.out")))
                    .contains(
                            "another program listens on port " + URI.create(url).getPort());
            var moved = Services.url(platform, NAMESPACE, "kept");
            assertThat(moved).isNotEqualTo(url);
            answers(moved);
            remembers(platform);
            assertThat(platform.sluice("rollout", "status", "kept").succeeded().out())
                    .contains("kept-00001");
            assertThat(platform.sluice("events", "replay", "parked-1")
                            .succeeded()
                            .out())
                    .contains("1 event");
            assertThat(http.post(channel.replace(port(url), port(moved)), Events.cloudEvent("kept-1"), "kept")
                            .statusCode())
                    .isEqualTo(202);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(http.get(moved + "/received").body()).contains("ce-id=kept-1"));
        }
    }

    private void parkAnEvent(Platform platform) {
        var lost = Events.channel(platform, NAMESPACE, "lost", "nobody");
        platform.kubectl(
                        "patch",
                        "subscriptions.channels.knative.dev/lost",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"delivery\":{\"retry\":0}}}")
                .succeeded();
        assertThat(http.post(lost, Events.cloudEvent("parked-1"), "x").statusCode())
                .isEqualTo(202);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(platform.sluice("events", "show", "parked-1")
                                .succeeded()
                                .out())
                        .contains("parked after"));
    }

    private static void endABuild(Platform platform) {
        platform.kubectlWith("""
                        apiVersion: build.knative.dev/v1alpha1
                        kind: Build
                        metadata:
                          name: ended
                          namespace: %s
                        spec:
                          steps:
                          - name: ask
                            image: %s
                            args: ["http://127.0.0.1:1/of-the-build"]
                        """.formatted(NAMESPACE, Images.ask(platform)), "apply", "-f", "-")
                .succeeded();
        platform.kubectl("wait", "builds/ended", "--for=condition=Succeeded=false", "--timeout=120s")
                .succeeded();
        platform.kubectl("delete", "pods", "-l", "build.knative.dev/buildName=ended")
                .succeeded();
    }

    /** What is not in the API server: the event that waits for a person, and the log of a build whose pod is gone. */
    private static void remembers(Platform platform) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                platform.sluice("events", "list").succeeded().out())
                        .contains("parked-1"));
        assertThat(platform.sluice("logs", "ended").succeeded().out()).contains("ConnectException");
    }

    @Test
    void refusesASecondInstanceOnTheSameState() throws Exception {
        try (var platform = new Platform(home)) {
            platform.up();
            var second = new Cli(Map.of("SLUICE_HOME", home.toString()))
                    .run(home, Platform.LAUNCHER.toString(), "up")
                    .failed();
            assertThat(second.err()).contains(Long.toString(platform.process().pid()));
            platform.down();
            assertThat(Files.exists(home.resolve("instance.properties"))).isFalse();
        }
        var nobody = new Cli(Map.of("SLUICE_HOME", home.toString()))
                .run(home, Platform.LAUNCHER.toString(), "status")
                .failed();
        assertThat(nobody.err()).contains("no instance runs");
    }

    @Test
    void refusesWhatItCannotStartWithInOneLine() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = Integer.toString(taken.getLocalPort());
            refusal("exec \"$0\" up --gateway-port " + port)
                    .contains("--gateway-port " + port + ": another program listens on it");
        }
        refusal("touch state && SLUICE_HOME=$PWD/state exec \"$0\" up").contains("state is not a folder");
        if (System.getProperty("user.name").equals("root")) {
            refusal("exec unshare -m sh -c 'mount -t tmpfs -o size=9m none \"$SLUICE_HOME\" && exec \"$0\" up' \"$0\"")
                    .contains("its disk has 9 MB left");
        }
    }

    private AbstractStringAssert<?> refusal(String script) {
        var result = new Cli(Map.of("SLUICE_HOME", home.toString()))
                .run(home, "sh", "-c", script, Platform.LAUNCHER.toString())
                .failed();
        assertThat(result.err().lines()).as(result.all()).hasSize(1);
        return assertThat(result.err()).startsWith("sluice: ");
    }

    private static String port(String url) {
        return ":" + URI.create(url).getPort();
    }

    private void answers(String url) {
        await().atMost(Duration.ofSeconds(90))
                .ignoreExceptionsInstanceOf(AssertionError.class)
                .untilAsserted(() -> {
                    var answer = http.get(url);
                    assertThat(answer.statusCode()).isEqualTo(200);
                    assertThat(answer.body()).startsWith("Hello a");
                });
    }
}
