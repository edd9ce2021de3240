package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.gateway.trace.Tracing;
import dev.sluice.model.dataplane.TracingSettings;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayTracingTest {
    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static Tracing.Options with(Map<String, String> env) {
        return GatewayTracing.of(env::get);
    }

    @Test
    void withoutAnEndpointNothingIsTraced() {
        assertThat(with(Map.of())).isEqualTo(Tracing.Options.defaults());
        assertThat(with(Map.of("OTEL_TRACES_SAMPLER", "anything")).settings()).isEqualTo(TracingSettings.off());
    }

    @ParameterizedTest
    @CsvSource({
        "OTEL_EXPORTER_OTLP_ENDPOINT, http://c:4318, http://c:4318/v1/traces",
        "OTEL_EXPORTER_OTLP_ENDPOINT, https://c/otlp/, https://c/otlp/v1/traces",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, http://c:4318/mine, http://c:4318/mine"
    })
    void readsTheEndpoint(String name, String value, String endpoint) {
        assertThat(with(Map.of(name, value)).settings()).isEqualTo(new TracingSettings(endpoint, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "OTEL_TRACES_SAMPLER, parentbased_always_off, 0",
        "OTEL_TRACES_SAMPLER, parentbased_traceidratio, 0.5",
        "OTEL_TRACES_SAMPLER, parentbased_always_on, 1"
    })
    void readsTheRate(String name, String value, double rate) {
        assertThat(with(Map.of(ENDPOINT, "http://c", name, value, "OTEL_TRACES_SAMPLER_ARG", "0.5"))
                        .settings()
                        .samplingRate())
                .isEqualTo(rate);
    }

    @ParameterizedTest
    @CsvSource({"OTEL_SDK_DISABLED, true", "OTEL_TRACES_EXPORTER, none"})
    void canBeSwitchedOff(String name, String value) {
        assertThat(with(Map.of(ENDPOINT, "http://c", name, value)).settings()).isEqualTo(TracingSettings.off());
    }

    @Test
    void readsNameAndHeaders() {
        var options = with(Map.of(
                "OTEL_SERVICE_NAME", "edge", "OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20a+b, x-y = z"));

        assertThat(options.service()).isEqualTo("edge");
        assertThat(options.headers()).isEqualTo(Map.of("authorization", "Bearer a+b", "x-y", "z"));
    }

    @Test
    void tellsAllProblemsAndNoSecret() {
        var env = new HashMap<>(Map.of(ENDPOINT, "c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"));
        env.put("OTEL_TRACES_SAMPLER", "parentbased_traceidratio");
        env.put("OTEL_TRACES_SAMPLER_ARG", "2");
        env.put("OTEL_EXPORTER_OTLP_HEADERS", "secret");

        assertThatExceptionOfType(PlatformException.class)
                .isThrownBy(() -> with(env))
                .withMessage("the OTLP endpoint must be a URL of http or https, not \"c:4317/v1/traces\"; "
                        + "the OTLP protocol must be http/protobuf, not \"grpc\"; "
                        + "OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not \"2\"; "
                        + "OTEL_EXPORTER_OTLP_HEADERS must be NAME=VALUE, separated by commas");
    }
}
