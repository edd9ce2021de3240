package dev.sluice.testing.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Says once what was the matter, and leaves nothing running. */
@Timeout(180)
class ServersThatDoNotStartIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aRabbitWithASettingThatItDoesNotKnow() {
        assertThatThrownBy(() -> RabbitServer.start(folder, "listeners.tcp.1", "no_such_setting = 1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rabbitmq-server did not start:")
                .hasMessageContaining("no_such_setting")
                .hasNoCause()
                .hasNoSuppressedExceptions();

        assertThat(running("epmd", "beam", "rabbitmq")).isEmpty();
    }

    @Test
    void anEmulatorThatCannotBeStarted() throws Exception {
        Files.createDirectories(folder.resolve("emulator.log/in the way"));

        assertThatThrownBy(() -> PubSubServer.start(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("starting ")
                .hasNoSuppressedExceptions();

        assertThat(running("pubsub")).isEmpty();
    }

    private static List<String> running(String... names) {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(process -> process.info().commandLine().orElse(""))
                .filter(command -> List.of(names).stream().anyMatch(command::contains))
                .toList();
    }
}
