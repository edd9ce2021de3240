package dev.sluice.activities.build;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The termination message of a step. Sluice's own steps write one JSON object: {@code reason} and {@code message} when they
 * failed, else results ({@code commit}; {@code image} and {@code digest}). Anything else is taken as a sentence.
 */
record StepMessage(String raw, JsonNode json) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static StepMessage parse(@Nullable String text) {
        var raw = text == null ? "" : text.strip();
        if (!raw.startsWith("{")) {
            return new StepMessage(raw, MissingNode.getInstance());
        }
        try {
            return new StepMessage(raw, JSON.readTree(raw));
        } catch (JsonProcessingException e) {
            return new StepMessage(raw, MissingNode.getInstance());
        }
    }

    Optional<String> get(String field) {
        return Optional.ofNullable(json.path(field).asText(null)).filter(text -> !text.isBlank());
    }

    /** What a person should read about a failure. */
    @Nullable
    String sentence() {
        return get("message").orElse(json.isMissingNode() && !raw.isEmpty() ? raw : null);
    }

    @Nullable
    String reason() {
        return get("reason").orElse(null);
    }
}
