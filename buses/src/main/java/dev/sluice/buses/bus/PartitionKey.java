package dev.sluice.buses.bus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The extension {@code partitionkey}: events with the same one keep their order where a bus or a subscription promises it. */
public final class PartitionKey {
    private static final String NAME = "partitionkey";
    private static final String STRUCTURED = "application/cloudevents";
    private static final JsonFactory JSON = new JsonFactory();

    public static Optional<String> of(EventMessage event) {
        var headers = event.headers();
        var binary = headers.get("ce-" + NAME);
        if (binary == null) {
            binary = headers.get("ce-x-" + NAME); // version 0.1
        }
        if (binary != null) {
            return binary.isEmpty() ? Optional.empty() : Optional.of(decoded(binary));
        }
        return headers.getOrDefault("content-type", "")
                        .toLowerCase(Locale.ROOT)
                        .strip()
                        .startsWith(STRUCTURED)
                ? ofJson(event.body())
                : Optional.empty();
    }

    /** The same in every mode: over HTTP it is percent-encoded. */
    private static String decoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return value;
        }
    }

    private static Optional<String> ofJson(byte[] body) {
        try (var parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            return within(parser);
        } catch (IOException _) {
            return Optional.empty(); // the ingress has judged it; without a key it has no order
        }
    }

    private static Optional<String> within(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            var value = parser.nextToken();
            if (name.equals(NAME) && value == JsonToken.VALUE_STRING) {
                var key = parser.getText();
                return key.isEmpty() ? Optional.empty() : Optional.of(key);
            }
            if (name.equals("extensions") && value == JsonToken.START_OBJECT) { // version 0.1
                var nested = within(parser);
                if (nested.isPresent()) {
                    return nested;
                }
            } else {
                parser.skipChildren();
            }
        }
        return Optional.empty();
    }

    private PartitionKey() {}
}
