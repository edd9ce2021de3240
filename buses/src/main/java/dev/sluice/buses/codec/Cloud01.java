package dev.sluice.buses.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.buses.bus.EventMessage;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 0.1, which the SDK does not know: attributes in {@code CE-} headers beside {@code CE-CloudEventsVersion: 0.1}, or
 * in a JSON object with {@code cloudEventsVersion}.
 */
final class Cloud01 {
    static final String VERSION_HEADER = "ce-cloudeventsversion";
    private static final String VERSION = "0.1";

    static EventMessage binary(Map<String, String> headers, byte[] body) throws BadEventException {
        version(headers.get(VERSION_HEADER), "CE-CloudEventsVersion");
        time(headers.get("ce-eventtime"), "CE-EventTime");
        uri(headers.get("ce-schemaurl"), "CE-SchemaURL");
        return new EventMessage(
                headers,
                body,
                required(headers.get("ce-eventtype"), "CE-EventType"),
                source(headers.get("ce-source"), "CE-Source"),
                required(headers.get("ce-eventid"), "CE-EventID"));
    }

    static EventMessage structured(Map<String, String> headers, JsonNode json, byte[] body) throws BadEventException {
        version(text(json, "cloudEventsVersion"), "cloudEventsVersion");
        time(text(json, "eventTime"), "eventTime");
        uri(text(json, "schemaURL"), "schemaURL");
        if (json.has("extensions") && !json.get("extensions").isObject()) {
            throw new BadEventException("not a valid CloudEvent: extensions must be an object");
        }
        return new EventMessage(
                headers,
                body,
                required(text(json, "eventType"), "eventType"),
                source(text(json, "source"), "source"),
                required(text(json, "eventID"), "eventID"));
    }

    private static @Nullable String text(JsonNode json, String field) throws BadEventException {
        var node = json.get(field);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isTextual()) {
            throw new BadEventException("not a valid CloudEvent: " + field + " must be a string");
        }
        return node.asText();
    }

    private static String required(@Nullable String value, String attribute) throws BadEventException {
        if (value == null || value.isBlank()) {
            throw new BadEventException("not a valid CloudEvent: " + attribute + " is required in version 0.1");
        }
        return value;
    }

    private static String source(@Nullable String value, String attribute) throws BadEventException {
        var source = required(value, attribute);
        uri(source, attribute);
        return source;
    }

    private static void version(@Nullable String version, String attribute) throws BadEventException {
        if (!VERSION.equals(version)) {
            throw new BadEventException("not a valid CloudEvent: " + attribute + " is " + version + ", known is 0.1");
        }
    }

    private static void time(@Nullable String time, String attribute) throws BadEventException {
        if (time == null) {
            return;
        }
        try {
            OffsetDateTime.parse(time);
        } catch (DateTimeParseException _) {
            throw new BadEventException("not a valid CloudEvent: " + attribute + " is not RFC 3339: " + time);
        }
    }

    private static void uri(@Nullable String uri, String attribute) throws BadEventException {
        if (uri == null) {
            return;
        }
        try {
            new URI(uri);
        } catch (URISyntaxException _) {
            throw new BadEventException("not a valid CloudEvent: " + attribute + " is not a URI reference: " + uri);
        }
    }

    private Cloud01() {}
}
