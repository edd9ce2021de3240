package dev.sluice.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedLogTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void movesWhatIsInItWhileItIsWritten() throws Exception {
        var log = folder.resolve("child.log");
        try (var child = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            child.write("0123456789".getBytes(StandardCharsets.US_ASCII));

            SupervisedProcess.bound(log, 10);
            assertThat(log).hasContent("0123456789");

            SupervisedProcess.bound(log, 9);
            child.write("on".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(log).hasContent("on");
        assertThat(folder.resolve("child.log.1")).hasContent("0123456789");
    }
}
