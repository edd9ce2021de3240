package dev.sluice.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnedFolderTest {

    @Test
    void isTakenByOneAndFreeAgainAfterwards(@TempDir Path folder) {
        var state = folder.resolve("deep/state");
        try (var owned = OwnedFolder.take(state, "starting it")) {
            assertThat(owned.path()).isDirectory();
            assertThatThrownBy(() -> OwnedFolder.take(state, "starting it"))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContainingAll("starting it", state.toString());
            assertThatThrownBy(() -> OwnedFolder.take(state, "starting it")).isInstanceOf(EngineException.class);
        }
        OwnedFolder.take(state, "starting it").close();
    }
}
