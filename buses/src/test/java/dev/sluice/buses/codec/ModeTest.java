package dev.sluice.buses.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.buses.bus.EventMessage;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModeTest {
    private static EventMessage binary(byte[] body, String contentType) {
        var headers = new HashMap<>(Map.of(
                "ce-specversion", "1.0",
                "ce-id", "1",
                "ce-type", "filtered.by",
                "ce-source", "/s"));
        headers.put("content-type", contentType);
        return new EventMessage(headers, body, "filtered.by", "/s", "1");
    }

    private static EventMessage structured(String body) {
        return new EventMessage(
                Map.of("content-type", "application/cloudevents+json"),
                body.getBytes(StandardCharsets.UTF_8),
                "t",
                "/s",
                "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": 1.50, \"b\": [true, null]}", " 1.0 ", "\"text\"", "null", "[]"})
    void jsonStaysAsItWasWritten(String data) {
        var sent = Mode.as("json", binary(data.getBytes(StandardCharsets.UTF_8), "application/json"));
        assertThat(new String(sent.body(), StandardCharsets.UTF_8)).contains("\"data\":" + data);
    }

    /** What is spliced in as it came could override the attributes that the event was filtered by. */
    @ParameterizedTest
    @ValueSource(
            strings = {"1,\"type\":\"other\"", "{} {}", "{\"open\":", "plain", "{},\"data_base64\":\"eA==\"", "1}{", " "
            })
    void whatSaysThatItIsJsonAndIsNotTravelsAsBytes(String data) throws Exception {
        var bytes = data.getBytes(StandardCharsets.UTF_8);

        var sent = new ObjectMapper()
                .readTree(Mode.as("json", binary(bytes, "application/json")).body());

        assertThat(sent.path("type").asText()).isEqualTo("filtered.by");
        assertThat(sent.has("data")).isFalse();
        assertThat(Base64.getDecoder().decode(sent.path("data_base64").asText()))
                .isEqualTo(bytes);
    }

    @Test
    void jsonInAnotherEncodingTravelsAsBytes() throws Exception {
        var bytes = "{\"a\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        var sent = new ObjectMapper()
                .readTree(Mode.as("json", binary(bytes, "application/json; charset=iso-8859-1"))
                        .body());
        assertThat(Base64.getDecoder().decode(sent.path("data_base64").asText()))
                .isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"specversion\":\"1.0\"}", "{\"specversion\":\"9\",\"id\":\"1\"}"})
    void aBodyThatIsNoEventStaysAsItCame(String body) {
        var event = structured(body);
        assertThat(Mode.as("binary", event)).isSameAs(event);
    }
}
