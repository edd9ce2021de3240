package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** What verbs read out of an object. */
final class Facts {
    static String name(JsonNode object) {
        return object.at("/metadata/name").asText("");
    }

    static String text(JsonNode object, String pointer) {
        return object.at(pointer).asText("");
    }

    static Optional<JsonNode> condition(JsonNode object, String type) {
        return StreamSupport.stream(object.at("/status/conditions").spliterator(), false)
                .filter(condition -> condition.path("type").asText().equals(type))
                .findFirst();
    }

    static String status(JsonNode object, String type) {
        return condition(object, type).map(c -> c.path("status").asText()).orElse("");
    }

    /** Reason and message as one sentence, or nothing. */
    static String why(JsonNode condition) {
        var reason = condition.path("reason").asText("");
        var message = condition.path("message").asText("");
        if (reason.isEmpty()) {
            return message;
        }
        return message.isEmpty() ? reason : reason + ": " + message;
    }

    static String age(JsonNode object, Instant now) {
        return since(text(object, "/metadata/creationTimestamp"), now);
    }

    static String since(String timestamp, Instant now) {
        try {
            return duration(Duration.between(Instant.parse(timestamp), now));
        } catch (DateTimeParseException _) {
            return "";
        }
    }

    /** {@code 42s}, {@code 5m}, {@code 3h}, {@code 12d}. */
    static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 2 * 3600) {
            return seconds / 60 + "m";
        }
        return seconds < 2 * 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }

    private Facts() {}
}
