package dev.sluice.testing.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that did not start, for whatever reason, is not left running. */
class ServerProcessTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void isEndedWhenItsOutputCannotBeRead() {
        var log = folder.resolve("log");
        // a folder where its output should be read
        var server = server(log, "rm log; mkdir log; echo $$ >pid; exec sleep 1000");

        assertThatThrownBy(server::start).hasMessageContaining("starting sh");

        assertThat(server.pid()).isEqualTo(-1);
        assertEnded();
    }

    @Test
    void isEndedWhenTheOneWhoStartsItIsInterrupted() {
        var server = server(folder.resolve("log"), "echo $$ >pid; exec sleep 1000");
        Thread.currentThread().interrupt();

        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(server.pid()).isEqualTo(-1);
    }

    private void assertEnded() {
        try {
            var pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
            assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private ServerProcess server(Path log, String script) {
        return new ServerProcess(log, "ready", List.of("sh", "-c", "cd " + folder + "; " + script), Map.of(), false);
    }
}
