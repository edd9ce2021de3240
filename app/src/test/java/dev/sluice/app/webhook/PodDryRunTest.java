package dev.sluice.app.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodDryRunTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"name": "h2c"}                         | 8080
                    {"name": "http1", "containerPort": 0}   | 8080
                    {"containerPort": 9000}                 | 9000
                    """)
    void aPortWithoutANumberIsTriedWithTheOneItGets(String port, int number) throws Exception {
        var spec = new ObjectMapper().readTree("{\"containers\": [{\"image\": \"a/b\", \"ports\": [" + port + "]}]}");
        var pod = PodDryRun.pod(new KubernetesSerialization(), "ns", spec);
        assertThat(pod.getSpec().getContainers().getFirst().getPorts())
                .extracting(tried -> tried.getContainerPort())
                .containsExactly(number);
    }
}
