package dev.sluice.buses.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MountedFilesTest {
    private static final VolumeMount MOUNT = new VolumeMountBuilder()
            .withName("google-cloud-key")
            .withMountPath("/var/secrets/google")
            .build();
    private static final Volume VOLUME = new VolumeBuilder()
            .withName("google-cloud-key")
            .withNewSecret()
            .withSecretName("gcppubsub-bus-key")
            .endSecret()
            .build();

    private static Map<String, String> read(Map<String, String> values, Map<String, String> secret) {
        var all = new HashMap<>(values);
        MountedFiles.read(all, List.of(MOUNT), List.of(VOLUME), volume -> {
            assertThat(volume.getSecret().getSecretName()).isEqualTo("gcppubsub-bus-key");
            return Optional.of(secret);
        });
        return all;
    }

    @Test
    void readsTheFileThatAManifestOf2018Mounts() {
        assertThat(read(
                        Map.of(
                                "GOOGLE_APPLICATION_CREDENTIALS",
                                "/var/secrets/google/key.json",
                                "other",
                                "/var/secrets"),
                        Map.of("key.json", "{}")))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("GOOGLE_APPLICATION_CREDENTIALS", "{}", "other", "/var/secrets"));
    }

    @Test
    void leavesThePathOfAFileThatIsNotThere() {
        var values = Map.of("GOOGLE_APPLICATION_CREDENTIALS", "/var/secrets/google/key.json");

        assertThat(read(values, Map.of("other.json", "{}"))).isEqualTo(values);
        var unmounted = new HashMap<>(values);
        MountedFiles.read(unmounted, null, null, _ -> Optional.of(Map.of("key.json", "{}")));
        assertThat(unmounted).isEqualTo(values);
    }
}
