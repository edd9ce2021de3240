package dev.sluice.buses.codec;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.buses.bus.EventMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Adds extension attributes to an event in the version and mode it has. Its data stays as it is. */
public final class Extensions {
    /** Numbers are written as they were: 1.50 stays 1.50. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    public static EventMessage with(EventMessage message, Map<String, String> extensions) {
        if (extensions.isEmpty()) {
            return message;
        }
        if (Attributes.structured(message)) {
            return structured(message, extensions);
        }
        var prefix = message.headers().containsKey(Cloud01.VERSION_HEADER) ? "ce-x-" : "ce-";
        var headers = new TreeMap<>(message.headers());
        extensions.forEach((name, value) -> headers.put(prefix + name, encoded(value)));
        return new EventMessage(headers, message.body(), message.type(), message.source(), message.id());
    }

    private static EventMessage structured(EventMessage message, Map<String, String> extensions) {
        try {
            if (!(JSON.readTree(message.body()) instanceof ObjectNode json)) {
                return message;
            }
            var to = !json.has("cloudEventsVersion")
                    ? json
                    : json.get("extensions") instanceof ObjectNode there ? there : json.putObject("extensions");
            extensions.forEach(to::put);
            return new EventMessage(
                    message.headers(), JSON.writeValueAsBytes(json), message.type(), message.source(), message.id());
        } catch (IOException e) { // it was read when it came
            throw new UncheckedIOException(e);
        }
    }

    /** As the HTTP binding of CloudEvents asks: what is not printable ASCII, the space, quotes and percent signs as UTF-8 in hex. */
    public static String encoded(String value) {
        var text = new StringBuilder(value.length());
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0x20 && b < 0x7f && b != '"' && b != '%') {
                text.append((char) b);
            } else {
                text.append('%').append("%02X".formatted(b & 0xff));
            }
        }
        return text.toString();
    }

    private Extensions() {}
}
