package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.state.StateDir;
import dev.sluice.builds.image.SluiceImages;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepEnvironmentTest {
    @Test
    void tellsStepsWhichRegistriesHaveMirrors() {
        assertThat(environment(Map.of(), Map.of("quay.io", "quay.test", "docker.io", "mirror.test:5000")))
                .containsEntry("SLUICE_REGISTRY_MIRRORS", "docker.io=mirror.test:5000,quay.io=quay.test");
        assertThat(environment(Map.of(), Map.of()))
                .isEqualTo(Map.of("SLUICE_BASE_IMAGE", "r/java@sha256:1")); // and that is all
    }

    @Test
    void handsOnWhereDownloadsComeFrom() {
        var given = Map.of(
                "SLUICE_GCS_ENDPOINT", "http://gcs.test", "SLUICE_MAVEN_MIRROR", "http://maven.test", "SECRET", "s");

        assertThat(environment(given, Map.of()))
                .containsEntry("SLUICE_GCS_ENDPOINT", "http://gcs.test")
                .containsEntry("SLUICE_MAVEN_MIRROR", "http://maven.test")
                .doesNotContainKey("SECRET");
        assertThat(environment(Map.of(), Map.of())).doesNotContainKeys("SLUICE_GCS_ENDPOINT", "SLUICE_MAVEN_MIRROR");
    }

    private static Map<String, String> environment(Map<String, String> env, Map<String, String> mirrors) {
        var options = new PlatformOptions(
                new StateDir(Path.of("state")),
                env::get,
                null,
                null,
                mirrors,
                List.of(),
                0,
                new GatewayTls(0, null, null),
                null,
                null,
                false,
                false,
                null,
                _ -> {});
        return StepEnvironment.of(options, new SluiceImages("r/java@sha256:1", "r/step:1"));
    }
}
