package dev.sluice.temporaldev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.processes.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemporalProgramTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    temporal version 1.9.1 (Server 1.32.0, UI 2.54.1) | true
                    temporal version 1.3.0 (Server 1.28.0, UI 2.37.4) | true
                    temporal version 1.1.0 (Server 1.25.0, UI 2.30.3) | false
                    temporal version 0.0.0-DEV                        | true
                    temporal version 9.0.0 (Server 2.0.0, UI 3.0.0)   | true
                    """)
    void asksForAServerThatKnowsUpdateWithStart(String version, boolean enough) {
        assertThat(TemporalProgram.recentEnough(version)).isEqualTo(enough);
    }

    @Test
    void takesTheOneOnPath(@TempDir Path folder) throws Exception {
        var program = script(folder, "echo 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)'");
        var environment = Map.of("PATH", folder.toString(), "XDG_CACHE_HOME", folder.toString());
        var found = TemporalProgram.obtain(environment::get, _ -> {});
        assertThat(found.path()).isEqualTo(program);
    }

    @Test
    void aNamedOneThatIsTooOldIsRefusedAndNothingElseTried(@TempDir Path folder) throws Exception {
        var program = script(folder, "echo 'temporal version 1.0.0 (Server 1.24.2, UI 2.28.0)'");
        var environment = Map.of("SLUICE_TEMPORAL_BIN", program.toString());
        var lines = new ArrayList<String>();
        assertThatThrownBy(() -> TemporalProgram.obtain(environment::get, lines::add))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("too old")
                .hasMessageContaining("SLUICE_TEMPORAL_BIN");
        assertThat(lines).isEmpty();
    }

    @Test
    void theCachedOneComesBeforeEveryDownload(@TempDir Path folder) throws Exception {
        var place = Files.createDirectories(folder.resolve("sluice/engines/temporal-wheel-1.9.1"));
        var program = script(place, "echo 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)'");
        var environment = Map.of("XDG_CACHE_HOME", folder.toString(), "PATH", "");
        var lines = new ArrayList<String>();
        assertThat(TemporalProgram.obtain(environment::get, lines::add).path()).isEqualTo(program);
        assertThat(lines).isEmpty();
    }

    private static Path script(Path folder, String body) throws Exception {
        var file = Files.writeString(folder.resolve("temporal"), "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
