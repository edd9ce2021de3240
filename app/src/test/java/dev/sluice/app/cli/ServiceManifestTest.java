package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceManifestTest {
    @Test
    void keepsWhatAnEarlierDeploymentOrAPersonSet() throws Exception {
        var existing = new ObjectMapper().readTree("""
                        {"spec": {"template": {
                          "metadata": {"annotations": {"autoscaling.knative.dev/window": "6s", "sluice.dev/commit": "old"}},
                          "spec": {"containers": [{"image": "old", "resources": {"limits": {"cpu": "1"}},
                            "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}]}}}}
                        """);
        var next = Kind.json(ServiceManifest.of(Optional.of(existing), "default", "hello", Map.of("B", "3"), Map.of())
                .with("new", Map.of(ServiceManifest.SOURCE, "here")));
        assertThat(next.at("/spec/template/spec/containers/0/env").toString())
                .isEqualTo("[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\",\"value\":\"3\"}]");
        assertThat(next.at("/spec/template/spec/containers/0/image").asText()).isEqualTo("new");
        assertThat(next.at("/spec/template/spec/containers/0/resources/limits/cpu")
                        .asText())
                .isEqualTo("1");
        assertThat(next.at("/spec/template/metadata/annotations").toString())
                .isEqualTo("{\"autoscaling.knative.dev/window\":\"6s\",\"sluice.dev/source\":\"here\"}");
    }

    @Test
    void startsWithAnImageAlone() {
        var first = Kind.json(ServiceManifest.of(Optional.empty(), "default", "hello", Map.of(), Map.of())
                .with("image", Map.of()));
        assertThat(first.at("/spec/template/metadata").isMissingNode()).isTrue();
        assertThat(first.at("/spec/template/spec/containers/0").toString())
                .isEqualTo("{\"name\":\"user-container\",\"image\":\"image\"}");
    }
}
