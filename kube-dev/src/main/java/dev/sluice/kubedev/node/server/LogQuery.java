package dev.sluice.kubedev.node.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What part of a log is asked for, and whether to go on. */
record LogQuery(
        boolean follow,
        boolean previous,
        boolean timestamps,
        OptionalLong tailLines,
        OptionalLong limitBytes,
        Optional<Instant> since) {

    /** Reads a request's query; throws IllegalArgumentException on what is no number or time. */
    static LogQuery parse(String query, Instant now) {
        Map<String, String> values = new HashMap<>();
        for (String pair : (query == null ? "" : query).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        Optional<Instant> since = Optional.empty();
        try {
            if (values.containsKey("sinceTime")) {
                since = Optional.of(
                        java.time.OffsetDateTime.parse(values.get("sinceTime")).toInstant());
            } else if (values.containsKey("sinceSeconds")) {
                since = Optional.of(now.minusSeconds(Long.parseLong(values.get("sinceSeconds"))));
            }
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("sinceTime: " + e.getMessage(), e);
        }
        return new LogQuery(
                is(values, "follow"),
                is(values, "previous"),
                is(values, "timestamps"),
                number(values, "tailLines"),
                number(values, "limitBytes"),
                since);
    }

    private static boolean is(Map<String, String> values, String key) {
        String value = values.getOrDefault(key, "false");
        return value.equals("true") || value.equals("1");
    }

    private static OptionalLong number(Map<String, String> values, String key) {
        String value = values.get(key);
        return value == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(value));
    }
}
