package dev.sluice.buses.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.model.filter.EventAttributes;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The attributes of an event that is kept as it came, by their names of 1.0, whatever its version and mode. */
public final class Attributes {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Names of 0.3 and before that filters may still use. */
    private static final Map<String, String> LEGACY =
            Map.of("schemaurl", "dataschema", "datamediatype", "datacontenttype", "contenttype", "datacontenttype");

    private static final Map<String, String> OF_01 = Map.of(
            "id", "eventid",
            "type", "eventtype",
            "time", "eventtime",
            "dataschema", "schemaurl",
            "source", "source",
            "specversion", "cloudeventsversion");
    private static final Map<String, String> JSON_01 = Map.of(
            "id", "eventID",
            "type", "eventType",
            "time", "eventTime",
            "dataschema", "schemaURL",
            "source", "source",
            "datacontenttype", "contentType",
            "specversion", "cloudEventsVersion");

    public static EventAttributes of(EventMessage message) {
        if (message.headers().containsKey(Cloud01.VERSION_HEADER)) {
            return new Binary01(message);
        }
        return structured(message) ? Structured.of(message) : new Binary(message);
    }

    static boolean structured(EventMessage message) {
        return message.headers()
                .getOrDefault("content-type", "")
                .toLowerCase(java.util.Locale.ROOT)
                .strip()
                .startsWith(EventReader.STRUCTURED);
    }

    private record Binary(EventMessage message) implements EventAttributes {
        @Override
        public @Nullable String get(String name) {
            if (name.equals("datacontenttype")) {
                return message.headers().get("content-type");
            }
            var value = message.headers().get("ce-" + name);
            if (value == null && LEGACY.containsKey(name)) {
                return get(LEGACY.getOrDefault(name, ""));
            }
            return value == null ? null : decoded(value);
        }

        @Override
        public Set<String> names() {
            var names = prefixed(message.headers(), "ce-");
            if (message.headers().containsKey("content-type")) {
                names.add("datacontenttype");
            }
            return names;
        }
    }

    private record Binary01(EventMessage message) implements EventAttributes {
        @Override
        public @Nullable String get(String name) {
            if (name.equals("datacontenttype")) {
                return message.headers().get("content-type");
            }
            if (LEGACY.containsKey(name)) {
                return get(LEGACY.getOrDefault(name, ""));
            }
            var header = OF_01.containsKey(name) ? "ce-" + OF_01.get(name) : "ce-x-" + name;
            return message.headers().get(header);
        }

        @Override
        public Set<String> names() {
            var names = prefixed(message.headers(), "ce-x-");
            OF_01.forEach((name, header) -> {
                if (message.headers().containsKey("ce-" + header)) {
                    names.add(name);
                }
            });
            return names;
        }
    }

    private record Structured(JsonNode json) implements EventAttributes {
        static Structured of(EventMessage message) {
            try {
                return new Structured(JSON.readTree(message.body()));
            } catch (IOException _) { // it was read when it came
                return new Structured(JSON.createObjectNode());
            }
        }

        @Override
        public @Nullable String get(String name) {
            var old = json.has("cloudEventsVersion");
            var known = old ? JSON_01.get(name) : null;
            var value = known != null
                    ? json.path(known)
                    : old ? json.path("extensions").path(name) : json.path(name);
            if (value.isValueNode() && !value.isNull() && !data(name)) {
                return value.asText();
            }
            return LEGACY.containsKey(name) ? get(LEGACY.getOrDefault(name, "")) : null;
        }

        @Override
        public Set<String> names() {
            var names = new HashSet<String>();
            if (json.has("cloudEventsVersion")) {
                JSON_01.forEach((name, field) -> {
                    if (json.hasNonNull(field)) {
                        names.add(name);
                    }
                });
                json.path("extensions").fieldNames().forEachRemaining(names::add);
            } else {
                json.fieldNames().forEachRemaining(names::add);
                names.removeIf(Structured::data);
            }
            return names;
        }

        private static boolean data(String name) {
            return name.equals("data") || name.equals("data_base64");
        }
    }

    private static Set<String> prefixed(Map<String, String> headers, String prefix) {
        var names = new HashSet<String>();
        headers.keySet().forEach(header -> {
            if (header.startsWith(prefix)) {
                names.add(header.substring(prefix.length()));
            }
        });
        return names;
    }

    /** Header values are percent-encoded where they are not printable ASCII (CloudEvents, HTTP binding). */
    static String decoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return value;
        }
    }

    private Attributes() {}
}
