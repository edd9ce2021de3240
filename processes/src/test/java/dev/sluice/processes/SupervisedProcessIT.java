package dev.sluice.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.processes.SupervisedProcess.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedProcessIT {

    private Path folder;
    private Spawner spawner;

    @BeforeEach
    void start(@TempDir Path temporary) {
        folder = temporary;
        spawner = Spawner.start("test-spawner", System::getenv);
    }

    @AfterEach
    void stop() {
        spawner.close();
    }

    private Spec shell(String script, SupervisedProcess.Probe probe, Duration readyWithin) {
        return new Spec(
                "child",
                List.of("/bin/sh", "-c", script),
                Map.of("WHERE", folder.toString()),
                folder.resolve("child.log"),
                probe,
                readyWithin,
                Duration.ofMillis(500));
    }

    @Test
    void isReadyWhenStartedAndComesBackWhenKilled() {
        var ready = folder.resolve("ready");
        var spec = shell("touch $WHERE/ready; exec sleep 1000", () -> Files.exists(ready), Duration.ofSeconds(10));
        try (var child = SupervisedProcess.start(spawner, spec)) {
            assertThat(ready).exists();
            long killed = child.pid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            // Well within a second, on a machine that has time.
            await().atMost(Duration.ofSeconds(5)).until(() -> child.pid() != killed);
            assertThat(child.restarts()).isEqualTo(1);
            assertThat(child.awaitReady(Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void oneThatEndsAtOnceIsReportedWithTheEndOfItsLog() {
        var spec = shell("echo the port is taken >&2; exit 3", () -> false, Duration.ofSeconds(10));
        assertThatThrownBy(() -> SupervisedProcess.start(spawner, spec))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("exit code 3")
                .hasMessageContaining("the port is taken");
    }

    @Test
    void oneThatIsKilledWhileItStartsIsReportedAsThat() {
        var spec = shell("kill -9 $$", () -> false, Duration.ofSeconds(10));
        assertThatThrownBy(() -> SupervisedProcess.start(spawner, spec)).hasMessageContaining("exit code 137");
    }

    @Test
    void oneThatStaysSilentIsReportedAndKilled() {
        var spec = shell("echo $$ >$WHERE/pid; exec sleep 1000", () -> false, Duration.ofMillis(500));
        assertThatThrownBy(() -> SupervisedProcess.start(spawner, spec))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("not ready within");
        var pid = folder.resolve("pid");
        assertThat(pid).exists();
        assertThat(pid)
                .content()
                .satisfies(text -> assertThat(ProcessHandle.of(Long.parseLong(text.strip())))
                        .isEmpty());
    }

    @Test
    void oneThatDiesAgainAndAgainIsStartedMoreAndMoreSeldom() {
        // Ready the first time, dead at once from then on.
        var spec = shell(
                "echo x >>$WHERE/starts; [ $(wc -l <$WHERE/starts) -gt 1 ] || exec sleep 1000",
                () -> Files.exists(folder.resolve("starts")),
                Duration.ofSeconds(10));
        try (var child = SupervisedProcess.start(spawner, spec)) {
            ProcessHandle.of(child.pid()).orElseThrow().destroyForcibly();
            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(5))
                    // Pauses of 0.1, 0.2, 0.4, 0.8 and 1.6 seconds.
                    .until(() -> child.restarts() <= 5);
            assertThat(child.restarts()).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void oneThatIgnoresTheSignalIsKilledAfterItsGrace() {
        var spec = shell(
                "trap '' TERM; touch $WHERE/ready; while :; do sleep 0.1; done",
                () -> Files.exists(folder.resolve("ready")),
                Duration.ofSeconds(10));
        var child = SupervisedProcess.start(spawner, spec);
        long pid = child.pid();
        child.close();
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(child.restarts()).isZero();
    }
}
