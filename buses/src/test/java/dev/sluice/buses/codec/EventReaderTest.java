package dev.sluice.buses.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.buses.bus.EventMessage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
    private static final Map<String, String> BINARY_10 = Map.of(
            "ce-specversion", "1.0",
            "ce-id", "1",
            "ce-type", "t",
            "ce-source", "/s",
            "content-type", "application/json");
    private static final Map<String, String> BINARY_01 = Map.of(
            "ce-cloudeventsversion", "0.1",
            "ce-eventid", "1",
            "ce-eventtype", "t",
            "ce-source", "/s",
            "content-type", "application/json");

    private final EventReader reader = new EventReader();

    private List<EventMessage> read(Map<String, String> headers, String body) throws BadEventException {
        return reader.read(headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> with(Map<String, String> base, String name, String value) {
        var headers = new HashMap<>(base);
        headers.put(name, value);
        return headers;
    }

    private static Map<String, String> without(Map<String, String> base, String name) {
        var headers = new HashMap<>(base);
        headers.remove(name);
        return headers;
    }

    private static Map<String, String> structured() {
        return Map.of("content-type", "application/cloudevents+json; charset=utf-8");
    }

    @Test
    void keepsABinaryEventAsItCame() throws Exception {
        var event = read(with(BINARY_10, "ce-myext", "x"), "{\"a\": 1}").getFirst();
        assertThat(event.type()).isEqualTo("t");
        assertThat(event.source()).isEqualTo("/s");
        assertThat(event.id()).isEqualTo("1");
        assertThat(event.headers()).isEqualTo(with(BINARY_10, "ce-myext", "x"));
        assertThat(new String(event.body(), StandardCharsets.UTF_8)).isEqualTo("{\"a\": 1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3", "1.0"})
    void takesBothVersionsOfTheSdk(String version) throws Exception {
        assertThat(read(with(BINARY_10, "ce-specversion", version), "{}")).hasSize(1);
        var json = "{\"specversion\":\"" + version + "\",\"id\":\"9\",\"type\":\"t\",\"source\":\"/s\",\"data\":{}}";
        var event = read(structured(), json).getFirst();
        assertThat(event.id()).isEqualTo("9");
        assertThat(new String(event.body(), StandardCharsets.UTF_8)).isEqualTo(json);
    }

    @Test
    void takesVersion01InBothModes() throws Exception {
        assertThat(read(with(BINARY_01, "ce-eventtime", "2018-07-24T12:00:00Z"), "{}")
                        .getFirst()
                        .type())
                .isEqualTo("t");
        var json = "{\"cloudEventsVersion\":\"0.1\",\"eventID\":\"7\",\"eventType\":\"t\",\"source\":\"/s\","
                + "\"extensions\":{\"a\":\"b\"},\"data\":\"x\"}";
        assertThat(read(structured(), json).getFirst().id()).isEqualTo("7");
    }

    @Test
    void splitsABatchIntoStructuredEvents() throws Exception {
        var batch = "[{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\",\"source\":\"/s\"},"
                + "{\"cloudEventsVersion\":\"0.1\",\"eventID\":\"2\",\"eventType\":\"t\",\"source\":\"/s\"}]";
        var events = read(Map.of("content-type", "application/cloudevents-batch+json"), batch);
        assertThat(events).extracting(EventMessage::id).containsExactly("1", "2");
        assertThat(events)
                .allSatisfy(
                        e -> assertThat(e.headers().get("content-type")).startsWith("application/cloudevents+json"));
        assertThat(read(Map.of("content-type", "application/cloudevents-batch+json"), "[]"))
                .isEmpty();
    }

    @Test
    void forwardsWhatKnativeForwardsAndNothingElse() throws Exception {
        var headers = new HashMap<>(BINARY_10);
        headers.putAll(Map.of(
                "x-request-id", "r",
                "knative-correlation-id", "c",
                "x-b3-traceid", "b",
                "x-ot-span", "o",
                "traceparent", "p",
                "retry-after", "7",
                "authorization", "secret",
                "cookie", "c",
                "host", "h"));
        assertThat(read(headers, "{}").getFirst().headers().keySet())
                .containsAll(
                        List.of("x-request-id", "knative-correlation-id", "x-b3-traceid", "x-ot-span", "traceparent"))
                .contains("retry-after")
                .doesNotContain("authorization", "cookie", "host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce-id", "ce-type", "ce-source"})
    void refusesAnEventWithoutARequiredAttribute(String missing) {
        assertThatThrownBy(() -> read(without(BINARY_10, missing), "{}")).isInstanceOf(BadEventException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce-eventid", "ce-eventtype", "ce-source"})
    void refusesAnEvent01WithoutARequiredAttribute(String missing) {
        assertThatThrownBy(() -> read(without(BINARY_01, missing), "{}"))
                .isInstanceOf(BadEventException.class)
                .hasMessageContaining("required");
    }

    @Test
    void refusesWhatIsNoEvent() {
        assertThatThrownBy(() -> read(Map.of("content-type", "application/json"), "{}"))
                .hasMessageContaining("not a CloudEvent");
        assertThatThrownBy(() -> read(structured(), "not json")).hasMessageContaining("not JSON");
        assertThatThrownBy(() -> read(structured(), "{}")).isInstanceOf(BadEventException.class);
        assertThatThrownBy(() -> read(with(BINARY_10, "ce-specversion", "19.0"), "{}"))
                .isInstanceOf(BadEventException.class);
        assertThatThrownBy(() -> read(with(BINARY_01, "ce-cloudeventsversion", "0.2"), "{}"))
                .hasMessageContaining("known is 0.1");
        assertThatThrownBy(() -> read(with(BINARY_01, "ce-eventtime", "yesterday"), "{}"))
                .hasMessageContaining("RFC 3339");
        assertThatThrownBy(() -> read(Map.of("content-type", "application/cloudevents+avro"), ""))
                .hasMessageContaining("not supported");
        assertThatThrownBy(() -> read(Map.of("content-type", "application/cloudevents-batch+json"), "{}"))
                .hasMessageContaining("array");
        assertThatThrownBy(() -> read(Map.of("content-type", "application/cloudevents-batch+json"), "[{}]"))
                .hasMessageContaining("event 0 of the batch");
    }

    @Test
    void refusesJsonThatIsNull() {
        assertThatThrownBy(() -> read(structured(), "null")).isInstanceOf(BadEventException.class);
        assertThatThrownBy(() -> read(Map.of("content-type", "application/cloudevents-batch+json"), "[null]"))
                .isInstanceOf(BadEventException.class)
                .hasMessageContaining("event 0 of the batch");
    }
}
