package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceLogsTest {
    @Test
    void readsTheContainerThatServes() {
        assertThat(ServiceLogs.serving(pod(Map.of("kubectl.kubernetes.io/default-container", "web"), "proxy", "web")))
                .isEqualTo("web");
        assertThat(ServiceLogs.serving(pod(Map.of(), "sidecar", "user-container")))
                .isEqualTo("user-container");
        assertThat(ServiceLogs.serving(pod(Map.of(), "app"))).isEqualTo("app");
    }

    private static Pod pod(Map<String, String> annotations, String... containers) {
        var pod = new PodBuilder()
                .withNewMetadata()
                .withAnnotations(annotations)
                .endMetadata()
                .withNewSpec();
        Arrays.stream(containers)
                .forEach(name -> pod.addNewContainer().withName(name).endContainer());
        return pod.endSpec().build();
    }
}
