package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a build prints can be read while it does. */
@OnSharedPlatform
class BuildLogsE2E {
    @Test
    void followsTheLogOfABuildWhileItRuns(Platform platform, TestNamespace namespace, @TempDir Path folder)
            throws Exception {
        platform.kubectlWith("""
                        apiVersion: build.knative.dev/v1alpha1
                        kind: Build
                        metadata:
                          name: talker
                          namespace: %s
                        spec:
                          steps:
                          - name: one
                            image: sluice/step
                            command: [/bin/sh]
                            args: ["-c", "echo first"]
                          - name: two
                            image: sluice/step
                            command: [/bin/sh]
                            args: ["-c", "echo second; read never < /dev/zero"]
                        """.formatted(namespace.name()), "apply", "-f", "-")
                .succeeded();
        var out = folder.resolve("out");
        var builder = new ProcessBuilder(Platform.LAUNCHER.toString(), "logs", "-f", "talker", "-n", namespace.name())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().put("SLUICE_HOME", platform.home.toString());
        var following = builder.start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(out).content().contains("[build-step-one] first\n[build-step-two] second\n"));
            assertThat(following.isAlive()).isTrue();
            assertThat(Services.jsonpath(
                            platform,
                            namespace.name(),
                            "build/talker",
                            "{.status.conditions[?(@.type==\"Succeeded\")].status}"))
                    .isEqualTo("Unknown");

            platform.kubectl(
                            "-n",
                            namespace.name(),
                            "patch",
                            "build",
                            "talker",
                            "--type=merge",
                            "-p",
                            "{\"spec\": {\"Status\": \"BuildCancelled\"}}")
                    .succeeded();
            assertThat(following.waitFor(60, TimeUnit.SECONDS))
                    .as("ends with the build")
                    .isTrue();
            assertThat(following.exitValue()).isZero();
            assertThat(Files.readString(out).split("second")).as("once").hasSize(2);
        } finally {
            following.destroy();
            following.waitFor();
        }
    }
}
