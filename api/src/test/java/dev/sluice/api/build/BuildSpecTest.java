package dev.sluice.api.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildSpecTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /** What is negative or too long, admission lets through beside a template only, as Knative Build's did. */
    @ParameterizedTest
    @CsvSource({
        "'{}', PT10M",
        "timeout: null, PT10M",
        "timeout: 90s, PT1M30S",
        "timeout: 1.5s, PT1.5S",
        "timeout: 24h0m0s, PT24H",
        "timeout: 0s, PT24H",
        "timeout: '0', PT24H",
        "timeout: -1s, PT24H",
        "timeout: 48h, PT48H",
        "timeout: soon, PT10M"
    })
    void mayTakeAsLongAsItSays(String spec, Duration timeout) throws JsonProcessingException {
        assertThat(spec(spec).effectiveTimeout()).isEqualTo(timeout);
    }

    @ParameterizedTest
    @CsvSource({
        "Status: BuildCancelled, true",
        "status: BuildCancelled, true",
        "Status: Cancelled, false",
        "status: buildcancelled, false",
        "'{}', false"
    })
    void isCancelledByOneWordInEitherSpelling(String spec, boolean cancelled) throws JsonProcessingException {
        assertThat(spec(spec).cancelRequested()).isEqualTo(cancelled);
    }

    @ParameterizedTest
    @CsvSource({"'{}', default", "serviceAccountName: '', default", "serviceAccountName: builder, builder"})
    void runsAsTheDefaultAccountUnlessItNamesOne(String spec, String account) throws JsonProcessingException {
        assertThat(spec(spec).serviceAccount()).isEqualTo(account);
    }

    private static BuildSpec spec(String yaml) throws JsonProcessingException {
        return YAML.readValue(yaml, BuildSpec.class);
    }
}
