package dev.sluice.kubedev.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts inside of volumes, in which a container may have left anything. */
class StageFilesTest {
    @TempDir
    private Path folder = Path.of("");

    private Path outside = folder;
    private Bind volume = new Bind(folder, "/data", false);

    @BeforeEach
    void aVolumeAndWhatIsOutside() throws IOException {
        outside = Files.createDirectory(folder.resolve("outside"));
        volume = new Bind(Files.createDirectory(folder.resolve("volume")), "/data", false);
    }

    @Test
    void makesWhatAMountStandsOn() throws IOException {
        StageFiles.plant(volume, mount("/data/x/bin"), true);
        StageFiles.plant(volume, mount("/data/x/file"), false);
        StageFiles.plant(volume, mount("/data/x/bin"), true);

        assertThat(volume.host().resolve("x/bin")).isDirectory();
        assertThat(volume.host().resolve("x/file")).isEmptyFile();
    }

    @Test
    void followsNoLinkOfAContainer() throws IOException {
        Files.createSymbolicLink(volume.host().resolve("x"), outside);

        assertThatThrownBy(() -> StageFiles.plant(volume, mount("/data/x/bin"), true))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot mount /data/x/bin: x in the volume at /data is not a folder");
        assertThatThrownBy(() -> StageFiles.plant(volume, mount("/data/x"), true))
                .isInstanceOf(IOException.class);
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void aPathLeadsNowhereElse() {
        assertThat(mount("/data/../../../usr/bin/").path()).isEqualTo("/usr/bin");
    }

    @Test
    void nothingOfTheContainerIsLoadedByTheProgramsThatEnterIt() {
        assertThat(BubblewrapContainer.entering(
                        Map.of("LD_PRELOAD", "/x", "GCONV_PATH", "/x", "-u", "x", "NAME", "a b", "PATH", "/mine")))
                .isEqualTo(Map.of("NAME", "a b", "PATH", "/mine"));
    }

    private Bind mount(String path) {
        return new Bind(folder, path, false);
    }
}
