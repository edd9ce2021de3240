package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.state.StateDir;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnginesTest {
    /** They held for builds and digests alone once, and pods could not pull what had been built. */
    @Test
    void theNodeKnowsTheRegistriesWithoutTls() {
        var options = new PlatformOptions(
                new StateDir(Path.of("state")),
                _ -> null,
                null,
                null,
                Map.of("docker.io", "mirror.test:5000"),
                List.of("plain.test:5000"),
                0,
                new GatewayTls(0, null, null),
                null,
                null,
                false,
                false,
                null,
                _ -> {});

        assertThat(Engines.kubernetes(options).insecureRegistries()).containsExactly("plain.test:5000");
        assertThat(Engines.kubernetes(options).mirrors()).containsExactly(Map.entry("docker.io", "mirror.test:5000"));
    }
}
