package dev.sluice.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SpawnerIT {

    @Test
    void noChildOutlivesAJvmThatIsKilled() throws Exception {
        var jvm = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ForkingProgram.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var output = jvm.inputReader()) {
            var children = Arrays.stream(output.readLine().split(" ", -1))
                    .map(Long::parseLong)
                    .toList();
            assertThat(children).hasSize(2).allMatch(SpawnerIT::alive);

            jvm.destroyForcibly().waitFor();

            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(children).noneMatch(SpawnerIT::alive));
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** A process that nobody waited for yet is dead too. */
    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    @Test
    void noChildOutlivesItsSpawner() throws Exception {
        Process byKernel;
        Process byShell;
        try (var kernel = Spawner.start("kernel", System::getenv);
                var shell = Spawner.withWatchdogShell("shell")) {
            byKernel = kernel.spawn(new ProcessBuilder("/bin/sleep", "1000"));
            byShell = shell.spawn(new ProcessBuilder("/bin/sleep", "1000"));
            assertThat(byKernel.isAlive()).isTrue();
            assertThat(byShell.isAlive()).isTrue();
        }
        assertThat(byKernel.waitFor()).isNotZero();
        assertThat(byShell.waitFor()).isNotZero();
    }

    @Test
    void theProcessIdIsTheProgramsOwn() throws Exception {
        try (var spawner = Spawner.start("kernel", System::getenv)) {
            var child = spawner.spawn(new ProcessBuilder("/bin/sh", "-c", "echo $$"));
            try (var reader = child.inputReader()) {
                assertThat(reader.readLine()).isEqualTo(Long.toString(child.pid()));
            }
        }
    }

    @Test
    void theShellPassesExitCodesAndSignalsOn() throws Exception {
        try (var spawner = Spawner.withWatchdogShell("shell")) {
            assertThat(spawner.spawn(new ProcessBuilder("/bin/sh", "-c", "exit 7"))
                            .waitFor())
                    .isEqualTo(7);
            var polite = spawner.spawn(
                    new ProcessBuilder("/bin/sh", "-c", "trap 'exit 3' TERM; echo ready; while :; do sleep 0.1; done"));
            try (var reader = polite.inputReader()) {
                assertThat(reader.readLine()).isEqualTo("ready");
                polite.toHandle().destroy();
                assertThat(polite.waitFor()).isEqualTo(3);
            }
        }
    }

    @Test
    void aProgramThatIsNotThereEndsWithACode() throws Exception {
        try (var spawner = Spawner.start("kernel", System::getenv)) {
            assertThat(spawner.spawn(new ProcessBuilder("/no/such/program")).waitFor())
                    .isEqualTo(127);
            assertThatThrownBy(
                            () -> spawner.spawn(new ProcessBuilder("/bin/true").directory(new File("/no/such/folder"))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("/bin/true");
        }
    }
}
