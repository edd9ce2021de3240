package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.processes.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway that is a process of its own goes on while the control plane is killed and started again. It has a platform of its own: on a
 * cluster, which two platforms cannot share, it runs alone ({@code -Dit.test=SeparateGatewayE2E}).
 */
@OnPlatformOfItsOwn
@EnabledIf("alone")
class SeparateGatewayE2E {
    private static final String NAMESPACE = "default";
    private static final Pattern COMMAND = Pattern.compile("start it with: sluice (gateway .*)");
    private static final int OK = 200;

    private final Http http = new Http();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path home = Path.of("");

    static boolean alone() {
        return !Platform.onCluster() || System.getProperty("it.test", "").equals("SeparateGatewayE2E");
    }

    @Test
    void requestsOutliveTheControlPlane() throws Exception {
        var port = Ports.rememberedIn(home.resolve("gateway-port")).of("gateway", 0);
        try (var platform = new Platform(home, "--gateways", "127.0.0.1:" + port)) {
            platform.up();
            // it is ready a moment before it has told all about itself
            await().untilAsserted(() -> assertThat(said()).contains("0 of 1 connected"));
            var gateway = gateway();
            try {
                var asleep = Services.applyReady(
                        platform,
                        NAMESPACE,
                        "asleep",
                        Services.manifest(NAMESPACE, "asleep", Images.echo(platform), Map.of("TARGET", "awake")));
                await().atMost(Duration.ofSeconds(90))
                        .untilAsserted(() -> assertThat(Services.pods(platform, NAMESPACE, "asleep"))
                                .isZero());
                if (Platform.onCluster()) {
                    trafficGoesOn(platform);
                }

                platform.kill();
                try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                    var waits = threads.submit(() -> http.get(asleep));
                    platform.up();
                    assertThat(waits.get(90, TimeUnit.SECONDS).statusCode()).isEqualTo(OK);
                    assertThat(waits.get().body()).isEqualTo("Hello awake!\n");
                }
                platform.down();
            } finally {
                gateway.destroy();
                assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(gateway.exitValue()).isZero();
        }
    }

    /** Pods of a cluster stay where they are: nobody notices. */
    private void trafficGoesOn(Platform platform) throws Exception {
        var busy = Services.applyReady(
                platform,
                NAMESPACE,
                "busy",
                Services.manifest(NAMESPACE, "busy", Images.echo(platform), Map.of("TARGET", "busy")));
        var done = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<List<Integer>> traffic = () -> {
                var answers = new ArrayList<Integer>();
                while (!done.get()) {
                    answers.add(http.get(busy).statusCode());
                    TimeUnit.MILLISECONDS.sleep(10);
                }
                return answers;
            };
            var answered = threads.submit(traffic);
            platform.kill();
            platform.up();
            done.set(true);
            assertThat(answered.get()).hasSizeGreaterThan(100).containsOnly(OK);
        }
    }

    private String said() throws IOException {
        return Files.readString(home.resolve("up.out"));
    }

    private Process gateway() throws IOException {
        var command = COMMAND.matcher(said());
        assertThat(command.find()).as(said()).isTrue();
        var words = new ArrayList<>(List.of(Platform.LAUNCHER.toString()));
        words.addAll(List.of(command.group(1).split(" ")));
        var builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("gateway.out").toFile());
        builder.environment().put("SLUICE_HOME", home.toString());
        return builder.start();
    }
}
