package dev.sluice.buses.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CarriedTest {
    private static Map<String, String> headers(String... more) {
        var headers = new TreeMap<>(Map.of("ce-specversion", "1.0", "ce-id", "1", "ce-type", "t", "ce-source", "/s"));
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return headers;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void onlyWhatTravelsWithAnEventGoesOn() throws Exception {
        var event = Carried.event(
                headers(
                        "Content-Type", "text/plain",
                        "traceparent", "00-1",
                        "Knative-More", "x",
                        "sluice-claim", "c",
                        "content-length", "3",
                        "host", "elsewhere",
                        "transfer-encoding", "chunked",
                        "ce-a\r\nhost", "elsewhere",
                        "x-death", "1"),
                bytes("hello"));

        assertThat(event.headers())
                .containsOnlyKeys(
                        "ce-specversion",
                        "ce-id",
                        "ce-type",
                        "ce-source",
                        "content-type",
                        "traceparent",
                        "knative-more",
                        "sluice-claim");
    }

    @Test
    void textOfABusIsEncodedAsHttpAsksForIt() throws Exception {
        var event = Carried.event(headers("ce-name", "grün\r\n", "ce-other", "gr%C3%BCn"), bytes(""));

        assertThat(event.headers())
                .containsEntry("ce-name", "gr%C3%BCn%0D%0A")
                .containsEntry("ce-other", "gr%C3%BCn"); // came over HTTP
    }

    @Test
    void aStructuredEventIsReadWhateverStandsBesideIt() throws Exception {
        var type = "application/CloudEvents+json";
        assertThatThrownBy(() -> Carried.event(headers("content-type", type), bytes("no JSON")))
                .isInstanceOf(BadEventException.class);

        var event = Carried.event(
                headers("content-type", type),
                bytes("{\"specversion\": \"1.0\", \"id\": \"2\", \"type\": \"u\", \"source\": \"/t\"}"));
        assertThat(event.id()).isEqualTo("2");
        assertThat(event.type()).isEqualTo("u");
    }

    @Test
    void ofOneThatIsKeptElsewhereTheContentTypeIsThatOfItsData() throws Exception {
        var event =
                Carried.event(headers("content-type", "application/cloudevents+json", "sluice-claim", "c"), bytes(""));
        assertThat(event.id()).isEqualTo("1");
    }
}
