package dev.sluice.app.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirTest {
    @Test
    void isItsOwnersAlone(@TempDir Path folder) throws IOException {
        var state = new StateDir(folder.resolve("a/b")).create();
        assertThat(Files.getPosixFilePermissions(state.root())).hasSize(3);
        assertThat(state.root()).isEmptyDirectory();
    }

    @Test
    void saysWhatIsInTheWay(@TempDir Path folder) throws IOException {
        var file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> new StateDir(file).create())
                .isInstanceOfSatisfying(
                        UncheckedIOException.class,
                        problem -> assertThat(StateProblem.words(problem))
                                .isEqualTo("preparing the state folder " + file + ": " + file + " is not a folder"));
    }

    @Test
    void namesReasonsAndNotExceptions() {
        assertThat(StateProblem.reason(new AccessDeniedException("/a"))).isEqualTo("permission denied");
        assertThat(StateProblem.reason(new FileSystemException("/a", null, "No space left on device")))
                .isEqualTo("/a: No space left on device");
        assertThat(StateProblem.words(new UncheckedIOException("writing /a: full", new IOException("full"))))
                .isEqualTo("writing /a: full");
    }
}
