package dev.sluice.api.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ServingTypesTest {
    private static final String SERVICE = """
            apiVersion: serving.knative.dev/v1
            kind: Service
            metadata:
              name: hello
            spec:
              somethingNew: true
              template:
                metadata:
                  annotations:
                    autoscaling.knative.dev/min-scale: "1"
                spec:
                  containerConcurrency: 0
                  timeoutSeconds: 300
                  enableServiceLinks: false
                  serviceAccountName: runner
                  containers:
                  - name: user-container
                    image: example.com/hello
                    resources: {}
                    ports:
                    - containerPort: 8080
                      name: h2c
                    readinessProbe:
                      successThreshold: 1
                      tcpSocket: {}
                      periodSeconds: 0
                  volumes:
                  - name: scratch
                    emptyDir: {}
              traffic:
              - latestRevision: true
                percent: 100
            """;

    private final KubernetesSerialization serialization = new KubernetesSerialization();

    @Test
    void keepsEveryFieldOnItsWayThroughTheTypes() throws Exception {
        var service = serialization.unmarshal(SERVICE, KnativeService.class);
        var json = new ObjectMapper();

        var written = json.readTree(serialization.asJson(service));

        var expected = json.readTree(serialization.asJson(
                serialization.unmarshal(SERVICE.replace("  somethingNew: true\n", ""), LinkedHashMap.class)));
        assertThat(written.path("spec")).isEqualTo(expected.path("spec"));
    }

    @Test
    void readsThePodInline() {
        var template =
                serialization.unmarshal(SERVICE, KnativeService.class).getSpec().template();
        var spec = Objects.requireNonNull(template).spec();

        assertThat(spec.containerConcurrency()).isZero();
        assertThat(spec.podSpec().getServiceAccountName()).isEqualTo("runner");
        assertThat(spec.podSpec().getContainers()).singleElement().satisfies(c -> {
            assertThat(c.getImage()).isEqualTo("example.com/hello");
            assertThat(c.getReadinessProbe().getTcpSocket()).isNotNull();
        });
        assertThat(spec.podSpec().getAdditionalProperties()).isEmpty();
    }

    @Test
    void comparesByValue() {
        var one = serialization.unmarshal(SERVICE, KnativeService.class);
        var other = serialization.unmarshal(serialization.asYaml(one), KnativeService.class);

        assertThat(other.getSpec()).isEqualTo(one.getSpec());
    }

    @Test
    void writesNoEmptyStatus() {
        var service = serialization.unmarshal(SERVICE, KnativeService.class);

        assertThat(serialization.asYaml(service)).doesNotContain("conditions", "traffic: []");
        assertThat(service.getStatus().conditions()).isEqualTo(List.of());
    }
}
