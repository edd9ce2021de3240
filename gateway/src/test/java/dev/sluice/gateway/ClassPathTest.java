package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fault in the control plane cannot stop the gateway: nothing of it is on the class path. */
class ClassPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.fabric8.kubernetes.client.KubernetesClient",
                "io.fabric8.kubernetes.api.model.Pod",
                "io.temporal.client.WorkflowClient"
            })
    void linksNoControlPlane(String name) {
        assertThatExceptionOfType(ClassNotFoundException.class).isThrownBy(() -> Class.forName(name));
    }
}
