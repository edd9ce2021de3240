package dev.sluice.api.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.autoscaling.AutoscalingKeys;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table is pod-template-cases.yaml: a Revision's spec after defaulting, the switches, and what is said about it. */
class PodTemplateValidationTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void speaksOfItAsKnativeDoes(String name, ObjectNode spec, Map<String, String> flags, String error) {
        var config =
                new AdmissionConfig(ServingDefaults.upstream(), new Features(flags), 0, false, AutoscalingKeys.KPA);
        RevisionDefaults.apply(spec, true, config);

        assertThat(TemplateRules.spec(spec, config).text()).isEqualTo(error);
    }

    static Stream<Arguments> cases() throws IOException {
        try (var file = PodTemplateValidationTest.class.getResourceAsStream("pod-template-cases.yaml")) {
            var cases = new KubernetesSerialization().unmarshal(file, List.class);
            return Admit.json(Map.of("cases", cases))
                    .path("cases")
                    .valueStream()
                    .map(row -> {
                        var flags = new HashMap<String, String>();
                        row.path("features")
                                .properties()
                                .forEach(flag ->
                                        flags.put(flag.getKey(), flag.getValue().asText()));
                        return Arguments.of(
                                row.path("name").asText(),
                                row.path("spec"),
                                flags,
                                row.path("error").asText("").strip());
                    });
        }
    }
}
