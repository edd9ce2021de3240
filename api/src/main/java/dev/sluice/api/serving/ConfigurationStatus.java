package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a Configuration stands. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ConfigurationStatus(
        @Nullable Long observedGeneration,
        List<Condition> conditions,

        @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
        Map<String, String> annotations,

        @JsonPropertyDescription("The Revision that was made last.") @Nullable
        String latestCreatedRevisionName,

        @JsonPropertyDescription("The latest Revision that has been ready.") @Nullable
        String latestReadyRevisionName) {
    static final ConfigurationStatus EMPTY = new ConfigurationStatus(null, List.of(), null, null, null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public ConfigurationStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
    }
}
