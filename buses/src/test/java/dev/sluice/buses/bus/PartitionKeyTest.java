package dev.sluice.buses.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionKeyTest {
    private static EventMessage event(Map<String, String> headers, String body) {
        return new EventMessage(headers, body.getBytes(StandardCharsets.UTF_8), "t", "/s", "1");
    }

    /** So that events of both modes keep their order among each other. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents+json",
                "Application/CloudEvents+json",
                " application/CLOUDEVENTS+json; charset=UTF-8"
            })
    void isTheSameInEveryMode(String contentType) {
        var structured = event(Map.of("content-type", contentType), "{\"partitionkey\": \"grün 100% +1\"}");
        var binary = event(Map.of("ce-partitionkey", "gr%C3%BCn%20100%25%20+1"), "");
        var old = event(Map.of("ce-x-partitionkey", "gr%C3%BCn%20100%25%20+1"), "");

        assertThat(PartitionKey.of(structured)).contains("grün 100% +1");
        assertThat(PartitionKey.of(binary)).contains("grün 100% +1");
        assertThat(PartitionKey.of(old)).contains("grün 100% +1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"100%", "%zz"})
    void whatIsNotEncodedIsTakenAsItIs(String key) {
        assertThat(PartitionKey.of(event(Map.of("ce-partitionkey", key), ""))).contains(key);
    }
}
